package assets

import (
	"encoding/json"
	"fmt"
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
			return nil, fmt.Errorf("model manifest: model %d has no id of its own (%q)", i+1, e.ID)
		}
		seen[e.ID] = true
		if len(e.Weights) == 0 {
			return nil, fmt.Errorf("model manifest: model %q has no weights", e.ID)
		}
		for language, t := range e.Translations {
			if !languageTag.MatchString(language) || t.Title == "" || t.Labels == "" {
				return nil, fmt.Errorf("model manifest: model %q: the translation %q needs a language tag, a title and labels", e.ID, language)
			}
		}
		if _, err := vision.NewPreprocessor(e.Preprocess, nil); err != nil {
			return nil, fmt.Errorf("model manifest: model %q: %w", e.ID, err)
		}
	}
	return &m, nil
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
