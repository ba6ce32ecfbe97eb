package checkpoint

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
)

// narrows reports whether a tensor is written in the narrow type: matrices are. Biases, norms, scales and the
// state space's per-channel parameters stay float32: they are a few kilobytes, and everything depends on them.
func narrows(t *Tensor) bool {
	if len(t.Shape) < 2 || t.Len() < 1024 {
		return false
	}
	rows := product(channelDims(t.Shape))
	return rows >= 8 && t.Len()/rows >= 8
}

// WriteSafetensors writes the tensors with their weights as F32, F16 or I8. Matrices are
// narrowed, small tensors never. I8 is symmetric per output channel: NAME holds round(w/s), NAME.scale holds s, with the shape
// of the leading dimensions that number the channels. The same tensors always give the same bytes.
func WriteSafetensors(w io.Writer, sd *StateDict, dtype DType) error {
	var entries []*entry
	for _, t := range sd.Tensors {
		data, err := t.Float32s()
		if err != nil {
			return err
		}
		if len(data) != t.Len() {
			return fmt.Errorf("tensor %s of shape %v has %d elements", t.Name, t.Shape, len(data))
		}
		switch {
		case dtype == F32 || !narrows(t):
			entries = append(entries, &entry{t.Name, F32, t.Shape, encodeF32(data)})
		case dtype == F16:
			raw, err := encodeF16(data)
			if err != nil {
				return fmt.Errorf("tensor %s: %w", t.Name, err)
			}
			entries = append(entries, &entry{t.Name, F16, t.Shape, raw})
		case dtype == I8:
			raw, scale, err := quantize(data, product(channelDims(t.Shape)))
			if err != nil {
				return fmt.Errorf("tensor %s: %w", t.Name, err)
			}
			entries = append(entries, &entry{t.Name, I8, t.Shape, raw},
				&entry{t.Name + scaleSuffix, F32, channelDims(t.Shape), encodeF32(scale)})
		default:
			return fmt.Errorf("weights cannot be written as %v", dtype)
		}
	}
	// Wide types first keeps every tensor aligned.
	slices.SortStableFunc(entries, func(a, b *entry) int { return b.dtype.Size() - a.dtype.Size() })
	return writeEntries(w, entries, sd.Metadata)
}

// channelDims returns the leading dimensions that number the output channels: one of a convolution or a linear
// layer, two of the state space's projections, which hold a matrix for each direction.
func channelDims(shape []int) []int {
	if len(shape) == 3 {
		return shape[:2]
	}
	return shape[:1]
}

// entry is a tensor ready to be written.
type entry struct {
	name  string
	dtype DType
	shape []int
	raw   []byte
}

func writeEntries(w io.Writer, entries []*entry, metadata map[string]string) error {
	header := []byte{'{'}
	if len(metadata) > 0 {
		header = append(header, `"__metadata__":{`...)
		for i, key := range slices.Sorted(maps.Keys(metadata)) {
			if i > 0 {
				header = append(header, ',')
			}
			header = append(appendJSONString(header, key), ':')
			header = appendJSONString(header, metadata[key])
		}
		header = append(header, '}')
	}
	offset := 0
	for _, e := range entries {
		if len(header) > 1 {
			header = append(header, ',')
		}
		header = append(appendJSONString(header, e.name), `:{"dtype":"`+e.dtype.String()+`","shape":[`...)
		for i, d := range e.shape {
			if i > 0 {
				header = append(header, ',')
			}
			header = strconv.AppendInt(header, int64(d), 10)
		}
		header = fmt.Appendf(header, `],"data_offsets":[%d,%d]}`, offset, offset+len(e.raw))
		offset += len(e.raw)
	}
	header = append(header, '}')
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	out := bufio.NewWriter(w)
	var prefix [8]byte
	le.PutUint64(prefix[:], uint64(len(header)))
	out.Write(prefix[:]) // bufio keeps the first error for Flush
	out.Write(header)
	for _, e := range entries {
		out.Write(e.raw)
	}
	return out.Flush()
}

func encodeF32(data []float32) []byte {
	raw := make([]byte, 4*len(data))
	for i, v := range data {
		le.PutUint32(raw[4*i:], math.Float32bits(v))
	}
	return raw
}

func encodeF16(data []float32) ([]byte, error) {
	raw := make([]byte, 2*len(data))
	for i, v := range data {
		h, ok := floatToHalf(v)
		if !ok {
			return nil, fmt.Errorf("element %d is %v, beyond what f16 holds; write f32 instead", i, v)
		}
		le.PutUint16(raw[2*i:], h)
	}
	return raw, nil
}

// quantize maps every channel to -127…127 with a factor of its own.
func quantize(data []float32, channels int) (raw []byte, scale []float32, err error) {
	raw = make([]byte, len(data))
	scale = make([]float32, channels)
	per := len(data) / channels
	for c := range scale {
		row := data[c*per : (c+1)*per]
		var largest float64
		for i, v := range row {
			a := math.Abs(float64(v))
			if math.IsNaN(a) || math.IsInf(a, 0) {
				return nil, nil, fmt.Errorf("element %d is %v, which i8 cannot hold", c*per+i, v)
			}
			largest = max(largest, a)
		}
		scale[c] = float32(largest / 127)
		if scale[c] == 0 {
			continue
		}
		for i, v := range row {
			q := math.RoundToEven(float64(v) / float64(scale[c]))
			raw[c*per+i] = byte(int8(max(-127, min(127, q))))
		}
	}
	return raw, scale, nil
}
