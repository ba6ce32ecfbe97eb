package assets

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"mobilemamba/classify"
	"mobilemamba/vision"
)

// Manifest lists the models of a site: assets/models/index.json. The first is the default.
type Manifest struct {
	Models []classify.Entry `json:"models"`
}

// languageTag is a tag as the page and Intl understand it, in small letters: "zh" or "pt-br".
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)

// ParseManifest reads a manifest and checks that every model can be used.
func ParseManifest(data []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("model manifest: %w", err)
	}
	if len(m.Models) == 0 {
		return nil, fmt.Errorf("model manifest: it lists no model")
	}
	seen := map[string]bool{}
	for i, e := range m.Models {
		if e.ID == "" || seen[e.ID] {
			return nil, fmt.Errorf("model manifest: model %d has no id of its own (%.40q)", i+1, e.ID)
		}
		seen[e.ID] = true
		if err := check(&e); err != nil {
			return nil, fmt.Errorf("model manifest: model %.40q: %w", e.ID, err)
		}
	}
	return &m, nil
}

// check reports what keeps a model from being used.
func check(e *classify.Entry) error {
	if len(e.Weights) == 0 {
		return errors.New("it has no weights")
	}
	for _, w := range e.Weights {
		if !relative(w.URL) {
			return fmt.Errorf("the weights have the URL %.100q, which is no file of the site, relative to the manifest", w.URL)
		}
		if w.Bytes <= 0 || !hash.MatchString(w.SHA256) {
			return fmt.Errorf("the weights %.100q have %d bytes and the SHA-256 %.80q, which no file has", w.URL, w.Bytes, w.SHA256)
		}
	}
	if !relative(e.Labels) {
		return fmt.Errorf("the labels have the URL %.100q, which is no file of the site, relative to the manifest", e.Labels)
	}
	for language, t := range e.Translations {
		if !languageTag.MatchString(language) || t.Title == "" || !relative(t.Labels) {
			return fmt.Errorf("the translation %.40q needs a language tag, a title and labels with a relative URL", language)
		}
	}
	return vision.CheckSteps(e.Preprocess)
}

// plainPath is a path whose characters stand for themselves in a URL.
var plainPath = regexp.MustCompile(`^[\pL\pN†._+~@ /-]+$`)

// hash is a SHA-256 as the page computes it; none where the file's maker tells none, as in the list of OfficialModels.
var hash = regexp.MustCompile(`^([0-9a-f]{64})?$`)

// relative reports whether a URL, relative to the manifest, names a file of the site, wherever the site lies.
func relative(link string) bool {
	file := path.Join("assets", path.Dir(ManifestPath), link) // in the site
	last := link[strings.LastIndexByte(link, '/')+1:]
	return plainPath.MatchString(link) && !path.IsAbs(link) && !strings.HasPrefix(file, "../") &&
		last != "" && last != "." && last != ".."
}

// Find returns the named model, the default one for "".
func (m *Manifest) Find(id string) (*classify.Entry, error) {
	if id == "" {
		return &m.Models[0], nil
	}
	var ids []string
	for i := range m.Models {
		if m.Models[i].ID == id {
			return &m.Models[i], nil
		}
		ids = append(ids, m.Models[i].ID)
	}
	return nil, fmt.Errorf("no model %q in the manifest; it has %s", id, strings.Join(ids, ", "))
}
