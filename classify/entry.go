package classify

import "mobilemamba/vision"

// Entry describes one model. URLs are relative to the manifest.
type Entry struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	Variant    string        `json:"variant"`    // of the paper, or the project's own name
	Config     string        `json:"config"`     // embed_dim and depth, for people
	Resolution int           `json:"resolution"` // side of the input, in pixels
	Labels     string        `json:"labels"`     // URL of a label file, see ParseLabels
	Preprocess []vision.Step `json:"preprocess"`
	Weights    []Weights     `json:"weights"` // the first is the default
	Accuracy   *Accuracy     `json:"accuracy"`
	License    string        `json:"license"`
	Source     string        `json:"source"`

	// Translations are for people, by the tag of their language: "zh". The entry itself speaks English.
	Translations map[string]Translation `json:"translations"`
}

// Translation is what an entry says in another language.
type Translation struct {
	Title   string `json:"title"`
	Labels  string `json:"labels"`  // URL of a label file with the same ids in the same order
	Dataset string `json:"dataset"` // of the accuracy; "" leaves the entry's
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
