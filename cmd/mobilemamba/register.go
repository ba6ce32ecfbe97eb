package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"mobilemamba/assets"
	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/internal/download"
	"mobilemamba/kernels"
	"mobilemamba/model"
)

// lock remembers what a file was when it first came: the next one must be the same. It is kept beside the user's
// models, since this repository has not seen the authors' files.
type lock struct {
	file    string
	digests map[string]download.Digest // by the authors' path
}

func readLock(file string) (lock, error) {
	l := lock{file, map[string]download.Digest{}}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &l.digests)
	}
	if err != nil {
		return l, fmt.Errorf("%s: %w; it remembers the checkpoints that were fetched; repair or remove it", file, err)
	}
	return l, nil
}

// get returns what a file must be: what the list of official checkpoints says, or else what was remembered; nil if
// neither is known.
func (l lock) get(official classify.Weights) *download.Digest {
	if official.SHA256 != "" {
		return &download.Digest{Bytes: official.Bytes, SHA256: official.SHA256}
	}
	if d, ok := l.digests[official.URL]; ok {
		return &d
	}
	return nil
}

func (l lock) remember(name string, d download.Digest) error {
	l.digests[name] = d
	return writeJSON(l.file, l.digests)
}

// writeJSON writes a value for people to read.
func writeJSON(file string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return writeFile(file, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// register puts an entry into a manifest, in the place of one with the same id.
func register(manifest string, entry assets.Official) error {
	var m struct {
		Models []json.RawMessage `json:"models"`
	}
	text, err := os.ReadFile(manifest)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &m); err != nil {
			return fmt.Errorf("%s: %w; repair or remove it", manifest, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	added, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	for i, old := range m.Models {
		var e struct{ ID string }
		if json.Unmarshal(old, &e) == nil && e.ID == entry.ID {
			m.Models[i] = added
			return writeJSON(manifest, m)
		}
	}
	m.Models = append(m.Models, added)
	return writeJSON(manifest, m)
}

// convert checks that a file is the checkpoint that it should be and writes it as f16 and i8.
func (w *weights) convert(o *assets.Official, file string) ([]classify.Weights, error) {
	folded, config, closer, err := readNetwork(file, w.ema, o.Variant, model.Fuse)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	if want, _ := model.Variant(o.Variant); config.Classes != want.Classes {
		return nil, fmt.Errorf("%s: it has %d classes; the official ones have %d", file, config.Classes, want.Classes)
	}
	reference, err := probe(folded)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Join(w.models, "local"), 0o755); err != nil {
		return nil, err
	}
	written := &checkpoint.StateDict{Tensors: folded.Tensors, Metadata: metadata(config, filepath.Base(file))}
	var files []classify.Weights
	for _, dtype := range []string{"f16", "i8"} {
		name := localFile(o, dtype)
		to := filepath.Join(w.models, filepath.FromSlash(name))
		err := writeFile(to, func(out io.Writer) error { return checkpoint.WriteSafetensors(out, written, dtypes[dtype]) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		described, err := describeWeights(w.models, name, dtype)
		if err != nil {
			return nil, err
		}
		off, err := deviation(to, reference)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(w.e.stderr, "%s: %.1f MB, logits within %.2g of f32's largest\n", to, float64(described.Bytes)/1e6, off)
		files = append(files, described)
	}
	return files, nil
}

// probe computes the logits of a small pattern: weights that make no numbers of it are of no use.
func probe(sd *checkpoint.StateDict) ([]float32, error) {
	set, err := kernels.Select("auto")
	if err != nil {
		return nil, err
	}
	net, err := model.Load(sd, set)
	if err != nil {
		return nil, err
	}
	const side = 64
	state, err := net.NewState(side, side)
	if err != nil {
		return nil, err
	}
	x := make([]float32, side*side*3)
	for i := range x {
		x[i] = float32(math.Sin(float64(i*i%997)) + 0.5*math.Cos(float64(i)/500))
	}
	logits, err := net.Forward(state, x)
	if err != nil {
		return nil, err
	}
	for i, v := range logits {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("its logit of class %d is %v: the weights are damaged", i, v)
		}
	}
	return logits, nil
}

// deviation compares a converted file with the logits of the original: the largest difference over the largest logit.
func deviation(file string, reference []float32) (float64, error) {
	sd, closer, err := readTensors(file, false)
	if err != nil {
		return 0, err
	}
	defer closer.Close()
	logits, err := probe(sd)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	var largest, off float64
	for i, v := range reference {
		largest = max(largest, math.Abs(float64(v)))
		off = max(off, math.Abs(float64(v-logits[i])))
	}
	return off / largest, nil
}
