package main

import (
	"bytes"
	"errors"
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
	"mobilemamba/kernels"
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
	fs.StringVar(&m.labels, "labels", "", "label `file` (index, id and name with tabs between); default: the model's own")
	fs.StringVar(&m.kernel, "kernel", "auto", "kernel `variant`")
	fs.BoolVar(&m.ema, "ema", false, "use the moving average of the weights (net_E) of a trainer's checkpoint")
	fs.IntVar(&m.resolution, "resolution", 0, "side of the input in `pixels`; default: what the model was trained for")
}

// parse is parse for a command with these flags. It checks them before anything is read.
func (m *modelFlags) parse(e *env, fs *flag.FlagSet, args []string) ([]string, error) {
	rest, err := parse(e, fs, args)
	if err != nil {
		return nil, err
	}
	if _, err := kernels.Select(m.kernel); err != nil {
		return nil, usageError{err.Error()}
	}
	if m.resolution < 0 {
		return nil, usagef("--resolution %d is negative", m.resolution)
	}
	return rest, nil
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
	manifests := []string{m.manifest}
	if local := filepath.FromSlash(assets.LocalManifest); m.manifest == "" {
		if _, err := os.Stat(local); err == nil {
			manifests = append(manifests, local)
		}
	}
	var misses []string
	for _, manifest := range manifests {
		models, site, dir, err := readManifest(manifest)
		if err != nil {
			return nil, nil, "", fmt.Errorf("%s: %w", manifest, err)
		}
		entry, err := models.Find(m.model)
		if err == nil {
			return entry, site, dir, nil
		}
		if manifest != "" {
			err = fmt.Errorf("%s: %w", manifest, err)
		}
		misses = append(misses, err.Error())
	}
	return nil, nil, "", fmt.Errorf("%s; a file's name ends in .safetensors or .pth", strings.Join(misses, "; "))
}

// readManifest reads a manifest, "" being the built-in one, and returns its folder too.
func readManifest(manifest string) (models *assets.Manifest, site fs.FS, dir string, err error) {
	site, name, err := siteOf(manifest)
	if err != nil {
		return nil, nil, "", err
	}
	data, err := fs.ReadFile(site, name)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err // the path is not as the user wrote it
		}
		return nil, nil, "", err
	}
	models, err = assets.ParseManifest(data)
	return models, site, path.Dir(name), err
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
	sd, closer, err := readTensors(m.model, m.ema)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return m.classifier(sd, nil, nil)
}

// classifier puts the parts together. The labels are the model's, if it has any; the user's take their place. A
// checkpoint of 1000 classes without labels is taken for ImageNet's.
func (m *modelFlags) classifier(sd *checkpoint.StateDict, entry *classify.Entry, labels []byte) (*classify.Classifier, error) {
	var err error
	if m.labels != "" {
		if labels, err = os.ReadFile(m.labels); err != nil {
			return nil, err
		}
	}
	opt := classify.Options{Entry: entry, Kernel: m.kernel, Resolution: m.resolution}
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
	c, err := classify.New(sd, opt)
	if err != nil && m.model != "" {
		return nil, fmt.Errorf("%s: %w", m.model, err)
	}
	return c, err
}

// readTensors opens a checkpoint; errors name the file.
func readTensors(name string, ema bool) (*checkpoint.StateDict, io.Closer, error) {
	sd, closer, err := checkpoint.Open(name, checkpoint.Options{EMA: ema})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return sd, closer, nil
}
