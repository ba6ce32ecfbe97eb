package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// The site's list of models is the one that this repository ships and, behind it, the user's own: "make weights"
// writes the second, and git ignores it with the files that it names.
const (
	shippedManifest = "models/index.json" // in assets/
	localManifest   = "models/local.json"
	localModels     = "models/local/" // the user's weights
)

// readManifest returns the site's list of models from the folder of the assets. Without local models it is the
// shipped one, byte for byte.
func readManifest(assets fs.FS) ([]byte, error) {
	shipped, err := fs.ReadFile(assets, shippedManifest)
	if err != nil {
		return nil, err
	}
	local, err := fs.ReadFile(assets, localManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return shipped, nil
	}
	if err != nil {
		return nil, err
	}
	type manifest struct {
		Models []json.RawMessage `json:"models"`
	}
	var all, more manifest
	if err := json.Unmarshal(shipped, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", shippedManifest, err)
	}
	if err := json.Unmarshal(local, &more); err != nil {
		return nil, fmt.Errorf("assets/%s: %w; repair it, or remove it and run make weights again", localManifest, err)
	}
	all.Models = append(all.Models, more.Models...)
	// Not for people; but URLs stay as they are written.
	var merged bytes.Buffer
	e := json.NewEncoder(&merged)
	e.SetEscapeHTML(false)
	if err := e.Encode(all); err != nil {
		return nil, err
	}
	return merged.Bytes(), nil
}

// isLocal reports whether a path of the published site is a file of the user's own models.
func isLocal(name string) bool { return path.Dir(name)+"/" == "assets/"+localModels }
