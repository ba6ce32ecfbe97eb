package assets

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"mobilemamba/classify"
	"mobilemamba/vision"
)

// Manifest lists the models of a site: assets/models/index.json. The first is the default.
type Manifest struct {
	Models []classify.Entry `json:"models"`
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
			return fmt.Errorf("the weights have the URL %.100q, which is not relative to the manifest", w.URL)
		}
	}
	if !relative(e.Labels) {
		return fmt.Errorf("the labels have the URL %.100q, which is not relative to the manifest", e.Labels)
	}
	return vision.CheckSteps(e.Preprocess)
}

// relative reports whether a URL names a file of the site, wherever the site lies.
func relative(link string) bool {
	u, err := url.Parse(link)
	return err == nil && link != "" && u.Scheme == "" && u.Host == "" && u.Opaque == "" && !strings.HasPrefix(u.Path, "/") && !strings.Contains(link, "\\")
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
