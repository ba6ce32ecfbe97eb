// Package assets embeds the models, labels and manifest that the site ships, so that the command line works
// from any folder.
package assets

import "embed"

// FS holds models/index.json, the files it names and labels/.
//
//go:embed models labels
var FS embed.FS

// ManifestPath is the path of the model manifest in FS; its URLs are relative to it.
const ManifestPath = "models/index.json"

// ImageNetLabels is the path of the names of the official checkpoints' 1000 classes in FS. A file of labels is
// NAME.tsv, its translation NAME.LANGUAGE.tsv.
const ImageNetLabels = "labels/imagenet1k.tsv"
