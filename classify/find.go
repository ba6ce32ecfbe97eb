package classify

import (
	"slices"
	"strings"

	"mobilemamba/vision"
)

// Find returns the likeliest k classes, for the picture classified last, whose label has the words of a query in it,
// in any order and case, or whose id is one of those given: a caller who knows the classes by other names, in another
// language, looks those up and passes the ids. The error is ErrNoPicture.
func (c *Classifier) Find(query string, ids []string, k int) ([]Prediction, error) {
	if c.seen == nil {
		return nil, ErrNoPicture
	}
	words := strings.Fields(strings.ToLower(query))
	found := []Prediction{}
	for _, ranked := range vision.TopK(c.p, len(c.p)) {
		p := c.prediction(ranked)
		label := strings.ToLower(p.Label)
		lacks := func(word string) bool { return !strings.Contains(label, word) }
		if slices.ContainsFunc(words, lacks) && !slices.Contains(ids, p.ID) {
			continue
		}
		if found = append(found, p); len(found) == k {
			break
		}
	}
	return found, nil
}
