// Package checkpoint reads and writes tensors: official PyTorch checkpoints (.pth, zip and legacy) and
// safetensors files, from any io.ReaderAt, in a browser too.
//
// Files are not trusted. Nothing in a pickle is ever executed: only tensors, dictionaries and plain values are
// built, and any other global is an error. Every size is checked against the file before memory is taken for
// it, and refusing a file reads only its directory. Errors about a file are *Error, those about a model *MismatchError.
//
// The formats are those of torch.save (a zip archive since PyTorch 1.6, before it a sequence of pickles) and of
// https://huggingface.co/docs/safetensors, extended by weights of 8 bits: see WriteSafetensors.
package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// StateDict is an ordered set of tensors.
type StateDict struct {
	Tensors  []*Tensor
	Metadata map[string]string // __metadata__ of a safetensors file
	Format   string            // "safetensors", "pth (zip)", "pth (legacy)"

	index map[string]int
}

// Get returns the named tensor, nil if there is none.
func (sd *StateDict) Get(name string) *Tensor {
	if i, ok := sd.index[name]; ok {
		return sd.Tensors[i]
	}
	return nil
}

// Add appends a tensor; one of the same name is replaced.
func (sd *StateDict) Add(t *Tensor) {
	if i, ok := sd.index[t.Name]; ok {
		sd.Tensors[i] = t
		return
	}
	if sd.index == nil {
		sd.index = map[string]int{}
	}
	sd.index[t.Name] = len(sd.Tensors)
	sd.Tensors = append(sd.Tensors, t)
}

// Options choose among what a file holds.
type Options struct {
	// EMA reads net_E, the exponential moving average of the weights in an official trainer's checkpoint,
	// instead of net. It is an error if the file has none.
	EMA bool
}

// Bounds on what a file may claim, far above any real checkpoint.
const (
	maxTensors = 100_000
	maxRank    = 8
)

// Read reads the directory of a checkpoint of the given size in bytes; the tensors stay in r until they are
// asked for. The format is told from the content. Errors are *Error.
func Read(r io.ReaderAt, size int64, opt Options) (*StateDict, error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	switch {
	case size == 0:
		return nil, errorf(NotACheckpoint, "the file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return readZip(r, size, opt)
	case len(head) >= 9 && head[8] == '{':
		if opt.EMA {
			return nil, errorf(NoEMA, "a safetensors file holds no moving average beside its weights")
		}
		return readSafetensors(r, size)
	case len(head) >= 2 && head[0] == 0x80 && head[1] <= 5:
		return readLegacy(r, size, opt)
	}
	return nil, notACheckpoint(head)
}

// notACheckpoint says what the file seems to be instead.
func notACheckpoint(head []byte) error {
	const want = "; a .pth or .safetensors file is needed"
	text := strings.ToLower(strings.TrimSpace(string(head)))
	switch {
	case strings.HasPrefix(text, "<!doctype html") || strings.HasPrefix(text, "<html"):
		return errorf(NotACheckpoint, "this is a web page, perhaps of a download that asks for a confirmation"+want)
	case utf8.ValidString(text) && !strings.ContainsRune(text, 0):
		return errorf(NotACheckpoint, "this is a text file"+want)
	}
	return errorf(NotACheckpoint, "this is no checkpoint, or its beginning is damaged"+want)
}

// Open reads the named file's directory, as Read does. The closer must outlive the reading of tensors.
func Open(path string, opt Options) (*StateDict, io.Closer, error) {
	f, err := os.Open(path)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	var sd *StateDict
	if err == nil {
		sd, err = Read(f, info.Size(), opt)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return sd, f, nil
}
