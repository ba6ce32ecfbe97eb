package checkpoint

import (
	"fmt"
	"io"
	"math"

	"mobilemamba/kernels"
)

// fastest are the kernels that widen weights; each variant gives the same bits.
var fastest, _ = kernels.Select("auto")

// DType is the type of a tensor's elements.
type DType uint8

const (
	F32 DType = iota
	F64
	F16
	BF16
	I64
	I32
	I16
	I8
	U8
	Bool
)

// dtypes holds the safetensors name and the size in bytes of every DType.
var dtypes = [...]struct {
	name string
	size int
}{
	F32: {"F32", 4}, F64: {"F64", 8}, F16: {"F16", 2}, BF16: {"BF16", 2},
	I64: {"I64", 8}, I32: {"I32", 4}, I16: {"I16", 2}, I8: {"I8", 1}, U8: {"U8", 1}, Bool: {"BOOL", 1},
}

// String returns the name that safetensors files use.
func (d DType) String() string { return dtypes[d].name }

// Size returns the bytes of one element.
func (d DType) Size() int { return dtypes[d].size }

// parseDType is the inverse of String.
func parseDType(name string) (DType, bool) {
	for i, d := range dtypes {
		if d.name == name {
			return DType(i), true
		}
	}
	return 0, false
}

// Tensor is one named array. Its data is fetched and converted when it is asked for, row-major, so that what a
// model does not use, an optimizer's state say, costs nothing.
type Tensor struct {
	Name  string
	DType DType
	Shape []int // [] for a scalar

	data []float32 // of a tensor in memory
	src  source    // of a tensor in a file, where data is nil
}

// source is where the elements of a tensor lie in a file, little-endian.
type source struct {
	r       io.ReaderAt
	offset  int64   // of the storage, in bytes
	start   int     // of the tensor in its storage, in elements
	strides []int   // in elements; nil for row-major
	scale   *Tensor // factors of a leading part of the shape; nil for 1
}

// NewTensor returns a tensor in memory. It keeps data, which has the product of the shape's dimensions elements.
func NewTensor(name string, shape []int, data []float32) *Tensor {
	if data == nil {
		data = []float32{}
	}
	return &Tensor{Name: name, DType: F32, Shape: shape, data: data}
}

// Len returns the number of elements.
func (t *Tensor) Len() int { return product(t.Shape) }

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Float32s returns the elements as float32, row-major, in a slice of their own. Quantised weights are scaled.
// It fails where the file cannot be read.
func (t *Tensor) Float32s() ([]float32, error) {
	if t.data != nil {
		return append(make([]float32, 0, len(t.data)), t.data...), nil
	}
	raw, err := t.bytes()
	if err != nil {
		return nil, err
	}
	out := make([]float32, t.Len())
	switch t.DType {
	case F32:
		for i := range out {
			out[i] = math.Float32frombits(le.Uint32(raw[4*i:]))
		}
	case F16:
		fastest.WidenHalves(out, raw)
	case BF16:
		for i := range out {
			out[i] = math.Float32frombits(uint32(le.Uint16(raw[2*i:])) << 16)
		}
	default:
		get := t.element(raw)
		for i := range out {
			out[i] = float32(get(i))
		}
	}
	if t.src.scale != nil {
		factors, err := t.src.scale.Float32s()
		if err != nil {
			return nil, err
		}
		if n := len(factors); n > 0 {
			per := len(out) / n
			for i := range out {
				out[i] *= factors[i/per]
			}
		}
	}
	return out, nil
}

// Float64s returns the elements as float64, row-major. Integers beyond 2^53 are rounded. It is an error if the file
// cannot be read.
func (t *Tensor) Float64s() ([]float64, error) {
	if t.data != nil || t.src.scale != nil {
		data, err := t.Float32s()
		out := make([]float64, len(data))
		for i, v := range data {
			out[i] = float64(v)
		}
		return out, err
	}
	raw, err := t.bytes()
	if err != nil {
		return nil, err
	}
	out := make([]float64, t.Len())
	get := t.element(raw)
	for i := range out {
		out[i] = get(i)
	}
	return out, nil
}

// element returns a reader of single elements.
func (t *Tensor) element(raw []byte) func(i int) float64 {
	switch t.DType {
	case F32:
		return func(i int) float64 { return float64(math.Float32frombits(le.Uint32(raw[4*i:]))) }
	case F64:
		return func(i int) float64 { return math.Float64frombits(le.Uint64(raw[8*i:])) }
	case F16:
		return func(i int) float64 { return float64(kernels.WidenHalf(le.Uint16(raw[2*i:]))) }
	case BF16:
		return func(i int) float64 { return float64(math.Float32frombits(uint32(le.Uint16(raw[2*i:])) << 16)) }
	case I64:
		return func(i int) float64 { return float64(int64(le.Uint64(raw[8*i:]))) }
	case I32:
		return func(i int) float64 { return float64(int32(le.Uint32(raw[4*i:]))) }
	case I16:
		return func(i int) float64 { return float64(int16(le.Uint16(raw[2*i:]))) }
	case I8:
		return func(i int) float64 { return float64(int8(raw[i])) }
	}
	return func(i int) float64 { return float64(raw[i]) }
}

// bytes reads the elements of a tensor in a file, row-major.
func (t *Tensor) bytes() ([]byte, error) {
	size := t.DType.Size()
	if t.Len() == 0 {
		return nil, nil
	}
	raw := make([]byte, t.span()*size)
	if _, err := t.src.r.ReadAt(raw, t.src.offset+int64(t.src.start)*int64(size)); err != nil && err != io.EOF {
		return nil, fmt.Errorf("tensor %s: %w", t.Name, err)
	}
	if t.src.strides == nil {
		return raw, nil
	}
	out := make([]byte, 0, t.Len()*size)
	index := make([]int, len(t.Shape))
	for range t.Len() {
		at := 0
		for d, i := range index {
			at += i * t.src.strides[d]
		}
		out = append(out, raw[at*size:(at+1)*size]...)
		for d := len(index) - 1; d >= 0; d-- {
			index[d]++
			if index[d] < t.Shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out, nil
}

// span returns how many elements of its storage a tensor reaches over.
func (t *Tensor) span() int {
	if t.src.strides == nil || t.Len() == 0 {
		return t.Len()
	}
	last := 0
	for d, n := range t.Shape {
		last += (n - 1) * t.src.strides[d]
	}
	return last + 1
}
