package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"mobilemamba/assets"
	"mobilemamba/checkpoint"
	"mobilemamba/classify"
)

// modelFlags are the flags of every command that needs a model.
type modelFlags struct {
	model, manifest, labels, kernel string
	ema                             bool
	resolution                      int
}

func (m *modelFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&m.model, "model", "", "manifest `id`, .safetensors or .pth; default: the manifest's first model")
	fs.StringVar(&m.manifest, "manifest", "", "model manifest `file` to use instead of the built-in one")
	fs.StringVar(&m.labels, "labels", "", "label `file` (index, id and name with tabs between) for a checkpoint of one's own")
	fs.StringVar(&m.kernel, "kernel", "auto", "kernel `variant`")
	fs.BoolVar(&m.ema, "ema", false, "use the moving average of the weights (net_E) of a trainer's checkpoint")
	fs.IntVar(&m.resolution, "resolution", 0, "side of the input in `pixels`; default: what the model was trained for")
}

// load makes the classifier that the flags ask for.
func (m *modelFlags) load() (*classify.Classifier, error) {
	if isFile(m.model) {
		return m.loadFile()
	}
	entry, site, dir, err := m.entry()
	if err != nil {
		return nil, err
	}
	sd, err := m.entryTensors(entry, site, dir)
	if err != nil {
		return nil, err
	}
	labels, err := fs.ReadFile(site, path.Join(dir, entry.Labels))
	if err != nil {
		return nil, fmt.Errorf("labels of model %q: %w", entry.ID, err)
	}
	return m.classifier(sd, entry, labels)
}

// entry returns the manifest's entry that the flags ask for, and the folder of the manifest. In a checkout the models
// that "mobilemamba weights" registered count too.
func (m *modelFlags) entry() (entry *classify.Entry, site fs.FS, dir string, err error) {
	entry, site, dir, err = find(m.manifest, m.model)
	if err != nil && m.manifest == "" {
		if _, missing := os.Stat(filepath.FromSlash(assets.LocalManifest)); missing == nil {
			var local error
			if entry, site, dir, local = find(assets.LocalManifest, m.model); local == nil {
				return entry, site, dir, nil
			}
			err = fmt.Errorf("%w; %s: %w", err, assets.LocalManifest, local)
		}
	}
	if err != nil {
		return nil, nil, "", fmt.Errorf("%w; a file's name ends in .safetensors or .pth", err)
	}
	return entry, site, dir, nil
}

// find looks a model up in a manifest, "" being the built-in one.
func find(manifest, id string) (entry *classify.Entry, site fs.FS, dir string, err error) {
	site, name, err := siteOf(manifest)
	if err != nil {
		return nil, nil, "", err
	}
	data, err := fs.ReadFile(site, name)
	if err != nil {
		return nil, nil, "", err
	}
	models, err := assets.ParseManifest(data)
	if err != nil {
		return nil, nil, "", err
	}
	entry, err = models.Find(id)
	return entry, site, path.Dir(name), err
}

// entryTensors reads the weights of a manifest's entry.
func (m *modelFlags) entryTensors(entry *classify.Entry, site fs.FS, dir string) (*checkpoint.StateDict, error) {
	weights, err := fs.ReadFile(site, path.Join(dir, entry.Weights[0].URL))
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", entry.ID, err)
	}
	sd, err := checkpoint.Read(bytes.NewReader(weights), int64(len(weights)), checkpoint.Options{EMA: m.ema})
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", entry.ID, err)
	}
	return sd, nil
}

// siteOf returns the file system of a manifest and its path there.
func siteOf(manifest string) (fs.FS, string, error) {
	if manifest == "" {
		return assets.FS, assets.ManifestPath, nil
	}
	abs, err := filepath.Abs(manifest)
	if err != nil {
		return nil, "", err
	}
	// A manifest names files beside and above itself (../labels), so the root is two folders up.
	root := filepath.Dir(filepath.Dir(abs))
	rel, err := filepath.Rel(root, abs)
	return os.DirFS(root), filepath.ToSlash(rel), err
}

// isFile tells a path from a manifest id.
func isFile(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".safetensors" || ext == ".pth" || ext == ".pt" || strings.ContainsRune(name, filepath.Separator)
}

// loadFile loads a checkpoint of the user's own.
func (m *modelFlags) loadFile() (*classify.Classifier, error) {
	sd, closer, err := checkpoint.Open(m.model, checkpoint.Options{EMA: m.ema})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.model, err)
	}
	defer closer.Close()
	var labels []byte
	if m.labels != "" {
		if labels, err = os.ReadFile(m.labels); err != nil {
			return nil, err
		}
	}
	c, err := m.classifier(sd, nil, labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.model, err)
	}
	return c, nil
}

// classifier puts the parts together. A checkpoint of 1000 classes without labels is taken for ImageNet's.
func (m *modelFlags) classifier(sd *checkpoint.StateDict, entry *classify.Entry, labels []byte) (*classify.Classifier, error) {
	opt := classify.Options{Entry: entry, Kernel: m.kernel, Resolution: m.resolution}
	var err error
	if labels != nil {
		if opt.Labels, err = classify.ParseLabels(labels); err != nil {
			return nil, err
		}
	}
	data, err := fs.ReadFile(assets.FS, assets.ImageNetLabels)
	if err != nil {
		return nil, err
	}
	if opt.DefaultLabels, err = classify.ParseLabels(data); err != nil {
		return nil, err
	}
	return classify.New(sd, opt)
}

// readTensors opens a checkpoint; errors name the file.
func readTensors(name string, ema bool) (*checkpoint.StateDict, io.Closer, error) {
	sd, closer, err := checkpoint.Open(name, checkpoint.Options{EMA: ema})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return sd, closer, nil
}
