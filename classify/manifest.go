package classify

import (
	"encoding/json"
	"fmt"
	"strings"

	"mobilemamba/vision"
)

// Manifest lists the models of a site: assets/models/index.json. The first is the default.
type Manifest struct {
	Models []Entry `json:"models"`
}

// Entry describes one model. URLs are relative to the manifest.
type Entry struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	Variant    string        `json:"variant"`          // of the paper, or the project's own name
	Config     string        `json:"config,omitempty"` // embed_dim and depth, for people
	Resolution int           `json:"resolution"`       // side of the input, in pixels
	Labels     string        `json:"labels"`           // URL of a label file, see ParseLabels
	Preprocess []vision.Step `json:"preprocess"`
	Weights    []Weights     `json:"weights"` // the first is the default
	Accuracy   *Accuracy     `json:"accuracy,omitempty"`
	License    string        `json:"license"`
	Source     string        `json:"source"`
}

// Weights is one file of a model's weights.
type Weights struct {
	DType  string `json:"dtype"` // f32, f16 or i8
	URL    string `json:"url"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// Accuracy is a measurement on a public set of images, in percent.
type Accuracy struct {
	Dataset string  `json:"dataset"`
	N       int     `json:"n"`
	Top1    float64 `json:"top1"`
	Top5    float64 `json:"top5"`
}

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
			return nil, fmt.Errorf("model manifest: model %d has no id of its own (%q)", i+1, e.ID)
		}
		seen[e.ID] = true
		if len(e.Weights) == 0 {
			return nil, fmt.Errorf("model manifest: model %q has no weights", e.ID)
		}
		if _, err := vision.NewPreprocessor(e.Preprocess); err != nil {
			return nil, fmt.Errorf("model manifest: model %q: %w", e.ID, err)
		}
	}
	return &m, nil
}

// Find returns the named model, the default one for "".
func (m *Manifest) Find(id string) (*Entry, error) {
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
