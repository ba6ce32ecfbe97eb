// Package ops is the arithmetic of training: every operation of the network forward and backward, over a batch of
// channels-last maps, spread over a team of workers.
//
// Each operation stands in one file, the scalar Go reference first; an AVX-512 variant of its inner loop (for the matrix
// product AVX2 too), where there is one, stands beside it. Work is cut into tasks by the shapes alone and partial sums are added in the order
// of the tasks, so results do not depend on the number of workers, to the last bit.
//
// Arguments are trusted: the layers of package train size every buffer.
package ops

// Map is a batch of feature maps, channels last: pixel (b, y, x) is Data[((b*H+y)*W+x)*LD:][:C]. LD exceeds C where
// the map is a slice of a wider one's channels. A matrix is a map of 1×1 pixels.
type Map struct {
	B, H, W, C int
	LD         int // distance between two pixels
	Data       []float32
}

// NewMap returns a map over data, or over memory of its own if data is nil.
func NewMap(b, h, w, c int, data []float32) Map {
	if data == nil {
		data = Alloc(b * h * w * c)
	}
	return Map{b, h, w, c, c, data}
}

// Matrix returns a map of rows by c values.
func Matrix(rows, c int, data []float32) Map { return NewMap(rows, 1, 1, c, data) }

// Rows counts the pixels of all maps of the batch.
func (m Map) Rows() int { return m.B * m.H * m.W }

// Pixels counts the pixels of one map.
func (m Map) Pixels() int { return m.H * m.W }

// Len counts the values, gaps between pixels left out.
func (m Map) Len() int { return m.Rows() * m.C }

// Channels returns the slice of channels from from to to.
func (m Map) Channels(from, to int) Map {
	if from == to {
		return Map{m.B, m.H, m.W, 0, m.LD, nil}
	}
	m.Data = m.Data[from:]
	m.C = to - from
	return m
}

// Row returns pixel i of the batch.
func (m Map) Row(i int) []float32 { return m.Data[i*m.LD:][:m.C] }

// Images returns maps from from to to of the batch.
func (m Map) Images(from, to int) Map {
	m.Data = m.Data[from*m.Pixels()*m.LD:]
	m.B = to - from
	return m
}

// rowRange returns rows from from to to as a matrix.
func (m Map) rowRange(from, to int) Map {
	return Map{to - from, 1, 1, m.C, m.LD, m.Data[from*m.LD:]}
}

// slack is what every buffer has behind its end, so that a vector load of a row's last values may reach past it.
const slack = 32

// Alloc returns n zeros with slack behind them.
func Alloc(n int) []float32 { return make([]float32, n, n+slack) }

// Padded copies x to memory with slack.
func Padded(x []float32) []float32 {
	out := Alloc(len(x))
	copy(out, x)
	return out
}

// Grow returns a buffer of n values, buf itself if it is large enough. The contents are undefined.
func Grow(buf []float32, n int) []float32 {
	if cap(buf) < n+slack {
		return Alloc(n)
	}
	return buf[:n]
}
