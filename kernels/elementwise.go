package kernels

// addScalar adds x to y in place.
func addScalar(y, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += v
	}
}

// mulScalar multiplies y by x in place.
func mulScalar(y, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] *= v
	}
}

// ScaleShiftArgs are the operands of X = X·Scale + Shift per channel, in place: a depthwise 1×1 convolution,
// the excitation of squeeze-and-excite.
type ScaleShiftArgs struct {
	Pixels, Channels int
	X                []float32 // [Pixels, Channels], LDX apart
	LDX              int
	Scale            []float32 // [Channels]
	Shift            []float32 // [Channels]; nil for 0
}

func scaleShiftScalar(a ScaleShiftArgs) {
	for i := range a.Pixels {
		x := a.X[i*a.LDX:][:a.Channels]
		scale := a.Scale[:len(x)]
		if a.Shift == nil {
			for c := range x {
				x[c] *= scale[c]
			}
			continue
		}
		shift := a.Shift[:len(x)]
		for c := range x {
			x[c] = x[c]*scale[c] + shift[c]
		}
	}
}

// globalPoolScalar averages x [pixels, channels] over the pixels into y [channels].
func globalPoolScalar(y, x []float32, pixels, channels int) {
	y = y[:channels]
	clear(y)
	for i := range pixels {
		for c, v := range x[i*channels:][:len(y)] {
			y[c] += v
		}
	}
	n := float32(pixels)
	for c := range y {
		y[c] /= n
	}
}
