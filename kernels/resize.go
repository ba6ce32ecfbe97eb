package kernels

// WeightBits is the fixed point of the weights of a resize.
const WeightBits = 22

// Resize is a variant of the two passes of a picture's resize. Both compute bytes: a sum of weighted bytes, rounded
// and clipped. The sums are int32 and wrap around, in every variant alike, so that all variants agree to the bit.
// They do not wrap where the weights of an output have an absolute sum below (2^31 - 2^21)/255, 2.007·2^22: see
// package vision, whose weights keep to it.
type Resize struct {
	// Step is what the Taps of Rows should be a multiple of. With others the operation is right, but slow.
	Step    int
	Rows    func(ResizeRowsArgs)
	Columns func(ResizeColumnsArgs)
}

// Windows are what the outputs of a resized line take from it: each Taps inputs, from First on, which must exist.
type Windows struct {
	First []int32 // [outputs]
	Taps  int
}

// end returns the end of the inputs that are taken. It panics if they begin before the line.
func (w Windows) end() int {
	end := int32(0)
	for _, first := range w.First {
		if first < 0 {
			panic("kernels: a window begins before its line")
		}
		end = max(end, first)
	}
	return int(end) + w.Taps
}

// ResizeRowsArgs are the operands of the horizontal pass, over pixels of three interleaved channels.
type ResizeRowsArgs struct {
	Rows int
	X    []byte // [Rows, inputs, 3], rows LDX apart
	LDX  int
	Windows
	Weights []int32 // [outputs, Taps, 3], each weight three times: X's bytes are multiplied as they lie
	Y       []byte  // [Rows, outputs, 3], rows LDY apart
	LDY     int
}

// check panics if the operands do not hold what the operation touches, for variants that do not check it again.
func (a ResizeRowsArgs) check() {
	if a.Rows > 0 && len(a.First) > 0 {
		_ = a.X[(a.Rows-1)*a.LDX+3*a.end()-1]
		_ = a.Y[(a.Rows-1)*a.LDY+3*len(a.First)-1]
		_ = a.Weights[len(a.First)*3*a.Taps-1]
	}
}

// ResizeColumnsArgs are the operands of the vertical pass; Windows are of rows.
type ResizeColumnsArgs struct {
	Width int    // of a row, in bytes
	X     []byte // [inputs, Width], rows LDX apart
	LDX   int
	Windows
	Weights []int32 // [outputs, Taps]
	Y       []byte  // [outputs, Width]
}

// check is as for rows.
func (a ResizeColumnsArgs) check() {
	if len(a.First) > 0 {
		_ = a.X[(a.end()-1)*a.LDX+a.Width-1]
		_ = a.Y[len(a.First)*a.Width-1]
		_ = a.Weights[len(a.First)*a.Taps-1]
	}
}

// rowsAtOnce is how many rows the horizontal pass takes through a window before it turns to the next. Its weights
// are read again for every row: a block of rows keeps them in the first-level cache, and itself as well.
const rowsAtOnce = 16

// block returns the operands cut down to the rows from y on, rowsAtOnce at most.
func (a ResizeRowsArgs) block(y int) ResizeRowsArgs {
	a.Rows = min(rowsAtOnce, a.Rows-y)
	a.X, a.Y = a.X[y*a.LDX:], a.Y[y*a.LDY:]
	return a
}

func resizeRowsScalar(a ResizeRowsArgs) {
	n := 3 * a.Taps
	for y := 0; y < a.Rows; y += rowsAtOnce {
		b := a.block(y)
		for i, first := range b.First {
			w := b.Weights[i*n:][:n]
			for row := range b.Rows {
				x := b.X[row*b.LDX+3*int(first):][:len(w)]
				var red, green, blue int // their low 32 bits are the sums
				for j := 0; j < len(x)-2; j += 3 {
					k := int(w[j])
					red += k * int(x[j])
					green += k * int(x[j+1])
					blue += k * int(x[j+2])
				}
				out := b.Y[row*b.LDY+3*i:][:3]
				out[0], out[1], out[2] = fixed(red), fixed(green), fixed(blue)
			}
		}
	}
}

// columnsAtOnce is how many sums the vertical pass keeps in registers.
const columnsAtOnce = 4

func resizeColumnsScalar(a ResizeColumnsArgs) {
	for i, first := range a.First {
		w := a.Weights[i*a.Taps:][:a.Taps]
		out := a.Y[i*a.Width:][:a.Width]
		x := 0
		for ; x+columnsAtOnce <= len(out); x += columnsAtOnce {
			var s0, s1, s2, s3 int
			at := int(first)*a.LDX + x
			for _, k := range w {
				in := a.X[at:][:columnsAtOnce]
				s0 += int(k) * int(in[0])
				s1 += int(k) * int(in[1])
				s2 += int(k) * int(in[2])
				s3 += int(k) * int(in[3])
				at += a.LDX
			}
			to := out[x:][:columnsAtOnce]
			to[0], to[1], to[2], to[3] = fixed(s0), fixed(s1), fixed(s2), fixed(s3)
		}
		for ; x < len(out); x++ {
			sum, at := 0, int(first)*a.LDX+x
			for _, k := range w {
				sum += int(k) * int(a.X[at])
				at += a.LDX
			}
			out[x] = fixed(sum)
		}
	}
}

// fixed rounds a weighted sum to a byte.
func fixed(sum int) byte {
	return byte(max(0, min(255, int32(sum+1<<(WeightBits-1))>>WeightBits)))
}
