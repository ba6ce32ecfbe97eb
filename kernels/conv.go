package kernels

// ConvOut returns the output side of a k×k convolution with padding k/2 over n pixels.
func ConvOut(n, stride int) int { return (n-1)/stride + 1 }

// Conv3x3S2Args are the operands of a dense 3×3 convolution, stride 2, zero padding 1 (patch_embed):
// Y [ConvOut(H), ConvOut(W), N] = act(X [H, W, C] * W + bias).
type Conv3x3S2Args struct {
	H, W, C int
	X       []float32 // [H, W, C]
	Weights *Packed   // K = 9·C inputs in the order (ky, kx, c)
	ReLU    bool
	Y       []float32 // [ConvOut(H, 2), ConvOut(W, 2), N]
	Patches []float32 // scratch, [ConvOut(W, 2), 9·C]
}

func conv3x3S2Scalar(a Conv3x3S2Args) { conv3x3S2(a, gemmScalar) }

// conv3x3S2 gathers the 3×3 patches of one output row and multiplies them with the weights.
func conv3x3S2(a Conv3x3S2Args, gemm func(GEMMArgs)) {
	ho, wo, k, n := ConvOut(a.H, 2), ConvOut(a.W, 2), 9*a.C, a.Weights.N
	for oy := range ho {
		gatherPatches(&a, oy, wo)
		gemm(GEMMArgs{
			M: wo, X: a.Patches, LDX: k, W: a.Weights, ReLU: a.ReLU,
			Y: a.Y[oy*wo*n:], LDY: n,
		})
	}
}

// gatherPatches fills Patches with the neighbourhoods of output row oy.
func gatherPatches(a *Conv3x3S2Args, oy, wo int) {
	k := 9 * a.C
	for ox := range wo {
		gatherPatch(a, a.Patches[ox*k:][:k], oy, ox)
	}
}

// gatherPatch fills patch [3, 3, C] with the neighbourhood of an output pixel, zeros outside the map.
func gatherPatch(a *Conv3x3S2Args, patch []float32, oy, ox int) {
	row := 3 * a.C
	for ky := range 3 {
		dst := patch[ky*row:][:row]
		iy := 2*oy + ky - 1
		if iy < 0 || iy >= a.H {
			clear(dst)
			continue
		}
		x0 := 2*ox - 1
		lo, hi := max(x0, 0), min(x0+3, a.W)
		clear(dst[:(lo-x0)*a.C])
		copy(dst[(lo-x0)*a.C:], a.X[(iy*a.W+lo)*a.C:(iy*a.W+hi)*a.C])
		clear(dst[(hi-x0)*a.C:])
	}
}
