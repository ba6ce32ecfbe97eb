package checkpoint

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// maxHeader is the limit that the safetensors format sets to its header.
const maxHeader = 100 << 20

// headerEntry is one tensor in a safetensors header.
type headerEntry struct {
	dtype          string
	shape, offsets []int64
}

// readSafetensors reads a header: its length as a little-endian uint64, then JSON, then the data.
func readSafetensors(r io.ReaderAt, size int64) (*StateDict, error) {
	var prefix [8]byte
	if _, err := r.ReadAt(prefix[:], 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the safetensors header: %w", err)
	}
	n := le.Uint64(prefix[:])
	if n > maxHeader {
		return nil, errorf(Corrupt, "the safetensors header claims %d bytes; the limit is %d", n, maxHeader)
	}
	if int64(n) > size-8 {
		return nil, errorf(Truncated, "the safetensors header claims %d bytes, but the file ends after %d", n, size)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, 8); err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the safetensors header: %w", err)
	}
	sd := &StateDict{Format: "safetensors", Metadata: map[string]string{}}
	data := size - 8 - int64(n)
	if err := parseHeader(header, sd, r, 8+int64(n), data); err != nil {
		return nil, err
	}
	if err := checkCoverage(sd, 8+int64(n), data); err != nil {
		return nil, err
	}
	return attachScales(sd)
}

// parseHeader reads the header's entries in their order.
func parseHeader(header []byte, sd *StateDict, r io.ReaderAt, base, data int64) error {
	var err error // what an entry says that cannot be, though it is JSON
	text := &jsonReader{data: header}
	described := false
	text.object(func(name string) {
		if name == "__metadata__" {
			if described {
				text.failWith(fmt.Errorf("it has two %q", name))
			}
			described = true
			text.object(func(key string) { sd.Metadata[key] = text.string() })
			return
		}
		e := readEntry(text)
		if text.err != nil {
			return
		}
		if err = e.add(name, sd, r, base, data); err != nil {
			text.failWith(err)
		}
	})
	switch {
	case err != nil:
		return err
	case text.err != nil:
		return &Error{Code: Corrupt, Msg: "the safetensors header is not valid JSON", Err: text.err}
	case !text.end():
		return errorf(Corrupt, "the safetensors header goes on behind its end")
	}
	return nil
}

// readEntry reads {"dtype", "shape", "data_offsets"}.
func readEntry(text *jsonReader) (e headerEntry) {
	text.object(func(key string) {
		if key == "dtype" && e.dtype != "" || key == "shape" && e.shape != nil || key == "data_offsets" && e.offsets != nil {
			text.failWith(fmt.Errorf("a tensor has two %q", key))
			return
		}
		switch key {
		case "dtype":
			e.dtype = text.string()
		case "shape":
			e.shape = text.integers()
		case "data_offsets":
			e.offsets = text.integers()
		default:
			text.failWith(fmt.Errorf("a tensor has no %q", readable(key)))
		}
	})
	return e
}

// add checks an entry and adds its tensor.
func (e *headerEntry) add(name string, sd *StateDict, r io.ReaderAt, base, data int64) error {
	if sd.Get(name) != nil {
		return errorf(Corrupt, "the safetensors header names tensor %s twice", name)
	}
	if len(sd.Tensors) == maxTensors {
		return errorf(Unsafe, "the safetensors header lists more than %d tensors", maxTensors)
	}
	t, err := e.tensor(name, r, base, data)
	if err != nil {
		return err
	}
	sd.Add(t)
	return nil
}

// tensor checks an entry and places it in the file.
func (e *headerEntry) tensor(name string, r io.ReaderAt, base, data int64) (*Tensor, error) {
	dtype, ok := parseDType(e.dtype)
	if !ok {
		return nil, errorf(Corrupt, "tensor %s has the type %q, which is not supported", name, e.dtype)
	}
	if e.shape == nil {
		return nil, errorf(Corrupt, "tensor %s has no shape", name)
	}
	shape, n, err := checkShape(name, e.shape)
	if err != nil {
		return nil, err
	}
	if len(e.offsets) != 2 || e.offsets[0] < 0 || e.offsets[1] < e.offsets[0] {
		return nil, errorf(Corrupt, "tensor %s has the data_offsets %v", name, e.offsets)
	}
	if e.offsets[1] > data {
		return nil, errorf(Truncated, "tensor %s ends at byte %d of the data, but the file has only %d: it is cut short", name, e.offsets[1], data)
	}
	if got := e.offsets[1] - e.offsets[0]; got != n*int64(dtype.Size()) {
		return nil, errorf(Corrupt, "tensor %s of shape %v and type %v takes %d bytes, but its data_offsets span %d", name, shape, dtype, n*int64(dtype.Size()), got)
	}
	return &Tensor{Name: name, DType: dtype, Shape: shape, src: source{r: r, offset: base + e.offsets[0]}}, nil
}

// checkShape refuses shapes that no tensor has, and counts the elements.
func checkShape(name string, dims []int64) (shape []int, n int64, err error) {
	if len(dims) > maxRank {
		return nil, 0, errorf(Unsafe, "tensor %s has %d dimensions; the limit is %d", name, len(dims), maxRank)
	}
	n = 1
	shape = make([]int, len(dims))
	for i, d := range dims {
		if d < 0 {
			return nil, 0, errorf(Corrupt, "tensor %s has a negative dimension: %v", name, dims)
		}
		if d > math.MaxInt32 || (n > 0 && d > math.MaxInt32/n) {
			return nil, 0, errorf(Unsafe, "tensor %s is too large: %v", name, dims)
		}
		n *= d
		shape[i] = int(d)
	}
	return shape, n, nil
}

// checkCoverage makes sure that the tensors' data neither overlaps nor leaves holes, as the format demands.
func checkCoverage(sd *StateDict, base, data int64) error {
	order := slices.Clone(sd.Tensors)
	slices.SortStableFunc(order, func(a, b *Tensor) int {
		if d := a.src.offset - b.src.offset; d != 0 {
			return int(max(-1, min(1, d)))
		}
		return a.Len() - b.Len()
	})
	end := base
	for _, t := range order {
		if t.src.offset < end {
			return errorf(Corrupt, "the data of tensor %s overlaps that of another", t.Name)
		}
		if t.src.offset > end {
			return errorf(Corrupt, "there is a hole of %d bytes before the data of tensor %s", t.src.offset-end, t.Name)
		}
		end += int64(t.Len() * t.DType.Size())
	}
	if end != base+data {
		return errorf(Corrupt, "%d bytes follow the last tensor", base+data-end)
	}
	return nil
}

// scaleSuffix marks the factors of a quantised tensor: their shape is a leading part of the tensor's.
const scaleSuffix = ".scale"

// attachScales gives quantised tensors their factors and drops these from the list.
func attachScales(sd *StateDict) (*StateDict, error) {
	out := &StateDict{Format: sd.Format, Metadata: sd.Metadata}
	used := map[string]bool{}
	for _, t := range sd.Tensors {
		scale := sd.Get(t.Name + scaleSuffix)
		if t.DType != I8 {
			continue
		}
		if scale == nil {
			return nil, errorf(Corrupt, "tensor %s is quantised, but its factors %s%s are missing", t.Name, t.Name, scaleSuffix)
		}
		if scale.DType != F32 || len(scale.Shape) == 0 || len(scale.Shape) > len(t.Shape) ||
			!equal(scale.Shape, t.Shape[:len(scale.Shape)]) {
			return nil, errorf(Corrupt, "tensor %s has the shape %v, no leading part of %v", scale.Name, scale.Shape, t.Shape)
		}
		t.src.scale = scale
		used[scale.Name] = true
	}
	for _, t := range sd.Tensors {
		if used[t.Name] {
			continue
		}
		if base, ok := strings.CutSuffix(t.Name, scaleSuffix); ok && sd.Get(base) != nil {
			return nil, errorf(Corrupt, "tensor %s belongs to %s, which is not quantised", t.Name, base)
		}
		out.Add(t)
	}
	return out, nil
}
