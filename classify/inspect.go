package classify

import (
	"fmt"
	"slices"

	"mobilemamba/model"
)

// BlockError asks for a block, or a part of one, that the model does not have.
type BlockError struct{ Block, Part string }

func (e *BlockError) Error() string {
	if e.Part == "" {
		return fmt.Sprintf("there is no block %q", e.Block)
	}
	return fmt.Sprintf("block %q has no part %q", e.Block, e.Part)
}

// FeatureMaps are channels of an intermediate result: those where it varies most.
type FeatureMaps struct {
	Name     string `json:"name" js:"name"` // see model.Inspect
	Like     string `json:"like" js:"like"` // the part that chose the channels; "": this one
	Planes   int    `json:"planes" js:"planes"`
	Height   int    `json:"height" js:"height"` // of a plane
	Width    int    `json:"width" js:"width"`
	Channels int    `json:"channels" js:"channels"` // that the result has
	Shown    []int  `json:"shown" js:"shown"`       // which of them these are, the liveliest first

	Min float64 `json:"min" js:"min"` // of the values here
	Max float64 `json:"max" js:"max"`

	Values []float32 `json:"values" js:"values"` // [len(Shown), Planes, Height, Width]
}

// Inspect returns what a block computed for the picture classified last: of each part, or only of the named one, the
// k liveliest channels. It costs a forward pass.
//
// The liveliest channel is the one whose values differ most between positions, by their standard deviation: a large
// channel that is the same everywhere says nothing about the picture. Of a map with a single position it is the
// largest. Parts that are alike show the same channels. Errors are ErrNoPicture and *BlockError.
func (c *Classifier) Inspect(block, part string, k int) ([]FeatureMaps, error) {
	if c.seen == nil {
		return nil, ErrNoPicture
	}
	if !c.has(block) {
		return nil, &BlockError{Block: block}
	}
	parts, err := c.net.Inspect(c.state, c.input, block)
	if err != nil {
		return nil, err
	}
	byName := map[string]*model.Part{}
	for i := range parts {
		byName[parts[i].Name] = &parts[i]
	}
	var out []FeatureMaps
	for i := range parts {
		p := &parts[i]
		if part != "" && part != p.Name {
			continue
		}
		leader := p
		if p.Like != "" {
			leader = byName[p.Like]
		}
		out = append(out, featureMaps(p, liveliest(leader, k)))
	}
	if len(out) == 0 {
		return nil, &BlockError{block, part}
	}
	return out, nil
}

// has reports whether the network has a block.
func (c *Classifier) has(block string) bool {
	for _, t := range c.state.Trace {
		if t.Name == block {
			return true
		}
	}
	return false
}

// featureMaps copies the given channels of a part.
func featureMaps(p *model.Part, channels []int) FeatureMaps {
	f := FeatureMaps{
		Name: p.Name, Like: p.Like, Planes: p.Planes, Height: p.H, Width: p.W, Channels: p.C, Shown: channels,
	}
	for _, c := range channels {
		f.Values = append(f.Values, p.Channel(c)...)
	}
	if len(f.Values) > 0 {
		f.Min, f.Max = float64(slices.Min(f.Values)), float64(slices.Max(f.Values))
	}
	return f
}

// liveliest returns the k channels of a part that vary most, the first the most.
func liveliest(p *model.Part, k int) []int {
	activity := make([]float64, p.C)
	for c := range activity {
		for plane := range p.Planes {
			n := p.H * p.W
			activity[c] += spread(p.Channel(c)[plane*n:][:n])
		}
	}
	best := make([]int, min(max(k, 1), p.C))
	for i := range best {
		for c, a := range activity {
			if a > activity[best[i]] {
				best[i] = c
			}
		}
		activity[best[i]] = -1
	}
	return best
}

// spread is the variance of a map, and the square of a single value.
func spread(x []float32) float64 {
	if len(x) == 1 {
		return float64(x[0]) * float64(x[0])
	}
	var mean, sum float64
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		sum += (float64(v) - mean) * (float64(v) - mean)
	}
	return sum / float64(len(x))
}
