// Package assets embeds the models, labels and manifest that the site ships, so that the command line works
// from any folder.
package assets

import "embed"

// FS holds models/index.json, the files it names, models/official.json and labels/. The user's own models, below
// models/local, are not embedded: they may be large, and come and go.
//
//go:embed models/index.json models/official.json models/mobilemamba-*.safetensors labels
var FS embed.FS

// ManifestPath is the path of the model manifest in FS; its URLs are relative to it.
const ManifestPath = "models/index.json"

// OfficialPath is the path of the list of the authors' checkpoints in FS.
const OfficialPath = "models/official.json"

// LocalManifest is where "mobilemamba weights" registers models, beside the site's own manifest in a checkout. The
// server and "make site" append it to that one.
const LocalManifest = "assets/models/local.json"

// ImageNetLabels is the path of the names of the official checkpoints' 1000 classes in FS. A file of labels is
// NAME.tsv, its translation NAME.LANGUAGE.tsv.
const ImageNetLabels = "labels/imagenet1k.tsv"
