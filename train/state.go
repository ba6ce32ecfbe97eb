package train

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// stateMagic begins a file with the state of a training run: after it a JSON header with its length, the arrays,
// and a CRC-32C of everything. Numbers are little-endian.
const stateMagic = "mobilemamba training state 1\n"

// stateHeader is what a state holds beside its arrays. All random numbers follow from the seed and the step.
type stateHeader struct {
	Options   Options
	Step      int // iterations done
	Updates   int // of the optimizer: iterations whose gradients were finite
	Classes   []string
	Pictures  string  // which training pictures they are, in which order
	Evaluated int     // the step of the last evaluation
	Best      float64 // top-1 of the best model so far, in percent
	Seconds   float64 // spent on training
	Sizes     [2]int  // of parameters and statistics
}

// arrays lists the state's float32 and float64 arrays in their order in the file.
func (t *Trainer) arrays() []any {
	return []any{t.net.data, t.net.running, t.opt.m, t.opt.v, t.ema.data, t.ema.running}
}

// save writes the state, so that a reader sees the old file or the new one whole.
func (t *Trainer) save(name string) error {
	return writeAtomically(name, func(w io.Writer) error {
		sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		w = io.MultiWriter(w, sum)
		header, err := json.Marshal(t.header)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, stateMagic); err != nil {
			return err
		}
		if err := binary.Write(w, binary.LittleEndian, uint32(len(header))); err != nil {
			return err
		}
		if _, err := w.Write(header); err != nil {
			return err
		}
		for _, a := range t.arrays() {
			if err := binary.Write(w, binary.LittleEndian, a); err != nil {
				return err
			}
		}
		return binary.Write(w, binary.LittleEndian, sum.Sum32())
	})
}

// ReadOptions returns the options of a saved state.
func ReadOptions(name string) (Options, error) {
	f, err := os.Open(name)
	if err != nil {
		return Options{}, err
	}
	defer f.Close()
	header, err := readHeader(bufio.NewReader(f))
	if err != nil {
		return Options{}, fmt.Errorf("%s: %w", name, err)
	}
	return header.Options, nil
}

func readHeader(r io.Reader) (stateHeader, error) {
	var h stateHeader
	magic := make([]byte, len(stateMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != stateMagic {
		return h, errors.New("this is no state of a training run")
	}
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil || n > 1<<26 {
		return h, errors.New("the state of the training run is damaged")
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, errors.New("the state of the training run is cut short")
	}
	return h, json.Unmarshal(text, &h)
}

// load continues a saved state.
func (t *Trainer) load(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	in := bufio.NewReaderSize(f, 1<<20)
	r := io.TeeReader(in, sum)
	h, err := readHeader(r)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if h.Sizes != t.header.Sizes {
		return fmt.Errorf("%s: the state is of another network", name)
	}
	if len(h.Classes) != len(t.header.Classes) {
		return fmt.Errorf("%s: the state is of a network for %d classes, the pictures have %d", name, len(h.Classes), len(t.header.Classes))
	}
	for i, c := range h.Classes {
		if c != t.header.Classes[i] {
			return fmt.Errorf("%s: class %d was %s and is %s now", name, i, c, t.header.Classes[i])
		}
	}
	if h.Pictures != t.header.Pictures {
		return fmt.Errorf("%s: the training pictures were %s and are %s now; the run cannot be continued with others", name, h.Pictures, t.header.Pictures)
	}
	for _, a := range t.arrays() {
		if err := binary.Read(r, binary.LittleEndian, a); err != nil {
			return fmt.Errorf("%s: the state is cut short", name)
		}
	}
	want := sum.Sum32()
	var got uint32
	if err := binary.Read(in, binary.LittleEndian, &got); err != nil || got != want {
		return fmt.Errorf("%s: the state is damaged: its checksum does not fit", name)
	}
	t.header = h
	t.opt.t = h.Updates
	return nil
}

// writeAtomically writes a file beside its final name and renames it when it is safely on the disk.
func writeAtomically(name string, write func(w io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(name)); err == nil {
		dir.Sync() // the rename itself; not every file system can
		dir.Close()
	}
	return nil
}
