package assets

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"mobilemamba/classify"
)

// Official is a checkpoint that the authors publish: an entry of models/official.json, for a manifest once its
// weights are here.
type Official struct {
	ID         string             `json:"id"` // as the authors call their files: t2, and t2s for T2†
	Title      string             `json:"title"`
	Variant    string             `json:"variant"`
	Config     string             `json:"config"`
	Resolution int                `json:"resolution"`
	Labels     string             `json:"labels"`
	Preprocess json.RawMessage    `json:"preprocess"` // as it is written
	Weights    []classify.Weights `json:"weights"`    // URL: below Base; Bytes: about; SHA256: "" where it is not known
	Accuracy   *classify.Accuracy `json:"accuracy"`
	License    string             `json:"license"`
	Source     string             `json:"source"`
}

// Catalogue lists the authors' checkpoints.
type Catalogue struct {
	Base   string     `json:"base"` // where their paths are relative to; the one place that names their server
	Models []Official `json:"models"`
}

// OfficialModels reads the embedded list.
func OfficialModels() (*Catalogue, error) {
	data, err := fs.ReadFile(FS, OfficialPath)
	if err != nil {
		return nil, err
	}
	var c Catalogue
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", OfficialPath, err)
	}
	return &c, nil
}

// Find returns a checkpoint by its id, or by the paper's name of it: T2, T2†.
func (c *Catalogue) Find(name string) (*Official, error) {
	id := strings.ToLower(strings.Replace(name, "†", "s", 1))
	var ids []string
	for i := range c.Models {
		if c.Models[i].ID == id {
			return &c.Models[i], nil
		}
		ids = append(ids, c.Models[i].ID)
	}
	return nil, fmt.Errorf("there is no official checkpoint %q; there are %s (s: †)", name, strings.Join(ids, ", "))
}
