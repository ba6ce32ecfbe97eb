package kernels_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"mobilemamba/kernels"
)

// bytesOf returns n random bytes that begin and end at any address; behind them a test may have a page end.
func bytesOf(r *rand.Rand, n int) []byte {
	words := allocate(n/4 + 2)
	room := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 4*len(words))
	b := room[len(room)-n:]
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b[:n:n]
}

// numbers are bytes as the tables of tests take results; in them a difference of one is no rounding.
func numbers(b []byte) []float32 {
	x := make([]float32, len(b))
	for i, v := range b {
		x[i] = float32(v)
	}
	return x
}

// weights returns the weights of n windows: like those of a resize, half of the time, or any, whose sums wrap around.
func weights(r *rand.Rand, n, taps int) []int32 {
	w := make([]int32, n*taps)
	wild := r.IntN(2) == 0
	for i := range w {
		w[i] = int32(r.NormFloat64() * (1 << kernels.WeightBits) / math.Sqrt(float64(taps)))
		if wild {
			w[i] = int32(r.Uint32())
		}
	}
	return w
}

// taps returns a number of taps, half of the time one that every variant takes in whole steps.
func taps(r *rand.Rand) int {
	if r.IntN(2) == 0 {
		return 16 * (1 + r.IntN(3))
	}
	return 1 + r.IntN(40)
}

// windowsOf returns the windows of n outputs in a line of in.
func windowsOf(r *rand.Rand, n, in, taps int) kernels.Windows {
	w := kernels.Windows{First: make([]int32, n), Taps: taps}
	for i := range w.First {
		w.First[i] = int32(r.IntN(in - taps + 1))
	}
	return w
}

// resizeRows runs the horizontal pass with n outputs.
func resizeRows(set kernels.Set, r *rand.Rand, n int) []float32 {
	taps, rows := taps(r), 1+r.IntN(20)
	in := taps + r.IntN(30)
	ldx, ldy := 3*in+r.IntN(5), 3*n+r.IntN(5)
	single := weights(r, n, taps)
	w := make([]int32, 0, 3*len(single))
	for _, v := range single {
		w = append(w, v, v, v)
	}
	y := bytesOf(r, (rows-1)*ldy+3*n)
	set.Resize.Rows(kernels.ResizeRowsArgs{
		Rows: rows, X: bytesOf(r, (rows-1)*ldx+3*in), LDX: ldx, Windows: windowsOf(r, n, in, taps), Weights: w, Y: y, LDY: ldy,
	})
	return numbers(y)
}

// resizeColumns runs the vertical pass over rows of width bytes.
func resizeColumns(set kernels.Set, r *rand.Rand, width int) []float32 {
	taps, n := taps(r), 1+r.IntN(5)
	in := taps + r.IntN(30)
	ldx := width + r.IntN(5)
	y := bytesOf(r, n*width)
	set.Resize.Columns(kernels.ResizeColumnsArgs{
		Width: width, X: bytesOf(r, (in-1)*ldx+width), LDX: ldx, Windows: windowsOf(r, n, in, taps), Weights: weights(r, n, taps), Y: y,
	})
	return numbers(y)
}

// normalize looks up n pixels in a table of values that are all different.
func normalize(set kernels.Set, r *rand.Rand, n int) []float32 {
	var table [3][256]float32
	for c := range table {
		for v := range table[c] {
			table[c][v] = float32(1000*c+v) / 7
		}
	}
	y := values(r, 3*n, nil)
	set.Normalize(kernels.NormalizeArgs{X: bytesOf(r, 3*n), Table: &table, Y: y})
	return y
}

// dropAlpha copies n pixels to memory that goes on behind them and must stay as it was.
func dropAlpha(set kernels.Set, r *rand.Rand, n int) []float32 {
	const behind = 32
	y := bytesOf(r, 3*n+behind)
	set.DropAlpha(y[:3*n], bytesOf(r, 4*n))
	return numbers(y)
}

// The preprocessing of every variant gives the reference's result to the bit.
func TestResizeIsExact(t *testing.T) {
	all := kernels.Variants()
	for name, run := range map[string]func(kernels.Set, *rand.Rand, int) []float32{
		"ResizeRows": resizeRows, "ResizeColumns": resizeColumns, "Normalize": normalize, "DropAlpha": dropAlpha,
	} {
		for _, set := range all[1:] {
			t.Run(set.Name+"/"+name, func(t *testing.T) {
				for n := 1; n <= 600; n += 1 + n/30 {
					seed := func() *rand.Rand { return rand.New(rand.NewPCG(31, uint64(n))) }
					if want, got := run(all[0], seed(), n), run(set, seed(), n); !slices.Equal(got, want) {
						t.Fatalf("%d: not the reference's", n)
					}
				}
			})
		}
	}
}

// A sum of bytes and weights, worked out in float64: rounded to the nearest, halves up, and clipped.
func TestResizeRounds(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		const width, taps = 40, 3
		x := make([]byte, taps*width)
		for i := range x {
			x[i] = byte(37 * i)
		}
		for _, w := range [][]int32{
			{1 << 22, 0, 0}, {0, 1 << 21, 1 << 21}, {1 << 21, 0, 0}, {-1 << 20, 3 << 20, 1 << 21}, {-1 << 22, 0, 0}, {1 << 22, 1 << 21, 0},
		} {
			y := make([]byte, width)
			set.Resize.Columns(kernels.ResizeColumnsArgs{
				Width: width, X: x, LDX: width, Windows: kernels.Windows{First: []int32{0}, Taps: taps}, Weights: w, Y: y,
			})
			for i, got := range y {
				var sum float64
				for j, k := range w {
					sum += float64(k) / (1 << kernels.WeightBits) * float64(x[j*width+i])
				}
				if want := byte(max(0, min(255, math.Floor(sum+0.5)))); got != want {
					t.Fatalf("weights %v: byte %d is %d, want %d", w, i, got, want)
				}
			}
		}
	})
}

// Operands that do not hold what the operation would touch are a mistake of the caller.
func TestResizeChecks(t *testing.T) {
	const n, taps, in = 48, 16, 60
	short := func(b []byte) []byte { return b[: len(b)-1 : len(b)-1] }
	first := func(v int32) kernels.Windows {
		w := kernels.Windows{First: make([]int32, n), Taps: taps}
		w.First[n-1] = v
		return w
	}
	rows := func() kernels.ResizeRowsArgs {
		return kernels.ResizeRowsArgs{
			Rows: 3, X: make([]byte, 3*3*in), LDX: 3 * in, Windows: first(in - taps), Weights: make([]int32, n*taps*3),
			Y: make([]byte, 3*3*n), LDY: 3 * n,
		}
	}
	columns := func() kernels.ResizeColumnsArgs {
		return kernels.ResizeColumnsArgs{
			Width: n, X: make([]byte, in*n), LDX: n, Windows: first(in - taps), Weights: make([]int32, n*taps), Y: make([]byte, n*n),
		}
	}
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for name, change := range map[string]func(*kernels.ResizeRowsArgs, *kernels.ResizeColumnsArgs){
			"X":       func(r *kernels.ResizeRowsArgs, c *kernels.ResizeColumnsArgs) { r.X, c.X = short(r.X), short(c.X) },
			"Y":       func(r *kernels.ResizeRowsArgs, c *kernels.ResizeColumnsArgs) { r.Y, c.Y = short(r.Y), short(c.Y) },
			"first":   func(r *kernels.ResizeRowsArgs, c *kernels.ResizeColumnsArgs) { r.First[0], c.First[0] = -1, -1 },
			"window":  func(r *kernels.ResizeRowsArgs, c *kernels.ResizeColumnsArgs) { r.First[n-1]++; c.First[n-1]++ },
			"weights": func(r *kernels.ResizeRowsArgs, c *kernels.ResizeColumnsArgs) { r.Weights, c.Weights = nil, nil },
		} {
			r, c := rows(), columns()
			set.Resize.Rows(r)
			set.Resize.Columns(c)
			change(&r, &c)
			mustPanic(t, name+" of rows", func() { set.Resize.Rows(r) })
			mustPanic(t, name+" of columns", func() { set.Resize.Columns(c) })
		}
		table := new([3][256]float32)
		mustPanic(t, "Normalize", func() {
			set.Normalize(kernels.NormalizeArgs{X: make([]byte, n), Table: table, Y: make([]float32, n-1)})
		})
		mustPanic(t, "DropAlpha", func() { set.DropAlpha(make([]byte, 3*n), make([]byte, 4*n-1)) })
	})
}

func mustPanic(t *testing.T, what string, run func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	run()
}

func TestResizeDoesNotAllocate(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		const n, taps, in = 48, 16, 60
		r := rand.New(rand.NewPCG(1, 1))
		x, y, w := bytesOf(r, 3*3*in), bytesOf(r, 3*n*n), weights(r, n, 3*taps)
		windows, table, out := windowsOf(r, n, in, taps), new([3][256]float32), make([]float32, len(x))
		allocs := testing.AllocsPerRun(10, func() {
			set.Resize.Rows(kernels.ResizeRowsArgs{Rows: 3, X: x, LDX: 3 * in, Windows: windows, Weights: w, Y: y, LDY: 3 * n})
			set.Resize.Columns(kernels.ResizeColumnsArgs{Width: 9, X: x, LDX: 9, Windows: windows, Weights: w, Y: y})
			set.Normalize(kernels.NormalizeArgs{X: x, Table: table, Y: out})
			set.DropAlpha(y[:len(x)/4*3], x)
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}
