package ops

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"mobilemamba/internal/goldentensor"
)

// The tolerances of the training reference's README, section 11.
const opRel, opAbs = 1e-5, 1e-7

// opFile is a golden file of single operations.
type opFile struct {
	goldentensor.File
	t    *testing.T
	team *Team
	rel  float64
}

// eachFile runs a test on golden files, with the vector variants and without.
func eachFile(t *testing.T, names []string, test func(f *opFile, name string)) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			eachVariant(t, func(t *testing.T) {
				test(&opFile{goldentensor.Open(t, "train/ops/"+name+".safetensors"), t, NewTeam(2), opRel}, name)
			})
		})
	}
}

// read returns the named tensor [B, C, ...] channels last, as [B, H, W, C].
func (f *opFile) read(name string) Map {
	s := append(append([]int(nil), f.Shape(name)...), 1, 1)
	b, c, h, w := s[0], s[1], s[2], s[3]
	out, src := NewMap(b, h, w, c, nil), f.Floats(name)
	for i := range b {
		copy(out.Data[i*h*w*c:], goldentensor.ChannelsLast(src[i*c*h*w:][:c*h*w], c, h*w))
	}
	return out
}

func (f *opFile) like(name string) Map { m := f.read(name); clear(m.Data); return m }

// near compares a map with the named result.
func (f *opFile) near(got Map, name string) {
	f.t.Helper()
	out, n := make([]float32, got.Len()), got.Pixels()
	for b := range got.B {
		for p := range n {
			for c, v := range got.Row(b*n + p) {
				out[(b*got.C+c)*n+p] = v
			}
		}
	}
	f.nearValues(out, name)
}

func (f *opFile) nearValues(got []float32, name string) {
	f.t.Helper()
	goldentensor.Near(f.t, name, got, f.Doubles(name), f.rel, opAbs)
}

func TestGoldenDepthwise(t *testing.T) {
	var names []string
	for _, kind := range []string{"k3_s1", "k3_s2", "k5_s1", "k7_s1"} {
		names = append(names, "dwconv_"+kind+"_9x7", "dwconv_"+kind+"_2x3")
	}
	eachFile(t, names, func(f *opFile, name string) {
		x, dy, weight := f.read("x"), f.read("dy"), f.Floats("weight")
		var d Depthwise
		fmt.Sscanf(name, "dwconv_k%d_s%d", &d.K, &d.Stride)
		d.Taps = Padded(goldentensor.ChannelsLast(weight, x.C, d.K*d.K))
		y := f.like("dy")
		d.Forward(f.team, y, x, f.padded("bias"), false)
		f.near(y, "y64")
		dx := f.like("x")
		d.GradInput(f.team, dx, dy, true)
		f.near(dx, "grad:x64")
		d.GradInput(f.team, dx, dy, false)
		f.near(dx, "grad:x64")
		grad := Alloc(len(weight))
		d.GradTaps(f.team, grad, dy, x)
		f.nearValues(goldentensor.ChannelsLast(grad, d.K*d.K, x.C), "grad:weight64")
		bias := make([]float32, x.C)
		BiasGrad(f.team, bias, dy)
		f.nearValues(bias, "grad:bias64")
	})
}

func TestGoldenConv(t *testing.T) {
	eachFile(t, []string{"conv_k3_s2_8x8", "conv_k3_s2_7x9", "conv_k3_s2_1x1", "pwconv"}, func(f *opFile, name string) {
		x, dy, weight := f.read("x"), f.read("dy"), f.Floats("weight")
		n := f.Shape("weight")[0]
		k := len(weight) / n
		taps := k / x.C
		var flat []float32
		for o := range n {
			flat = append(flat, goldentensor.ChannelsLast(weight[o*k:(o+1)*k], x.C, taps)...)
		}
		y, dx, grad := f.like("dy"), f.like("x"), make([]float32, n*k)
		if taps == 9 {
			v := Conv{N: n, C: x.C, Weights: flat}
			v.Forward(f.team, y, x)
			v.Grad(f.team, grad, dx, dy, x)
		} else {
			var forward, backward Panels
			forward.PackForward(f.team, flat, n, k)
			backward.PackBackward(f.team, flat, n, k)
			Mul(f.team, y, x, &forward, false)
			Mul(f.team, dx, dy, &backward, false)
			GradWeight(f.team, grad, dy, x)
		}
		f.near(y, "y64")
		f.near(dx, "grad:x64")
		for o := range n {
			copy(grad[o*k:], goldentensor.ChannelsLast(grad[o*k:(o+1)*k], taps, x.C))
		}
		f.nearValues(grad, "grad:weight64")
	})
}

func TestGoldenBatchNorm(t *testing.T) {
	eachFile(t, []string{"bn_train", "bn_train_n4", "bn_train_n2", "bn_train_degenerate"}, func(f *opFile, name string) {
		if name == "bn_train_degenerate" {
			f.rel = 1e-3
		}
		x, dy := f.read("x"), f.read("dy")
		weight, bias := f.Floats("weight"), f.Floats("bias")
		c, n := x.C, float64(x.Rows())
		mean, variance, sum, sumX := make([]float64, c), make([]float64, c), make([]float64, c), make([]float64, c)
		Moments(f.team, x, mean, variance)
		a := Affine{Mean: Alloc(c), Scale: Alloc(c), Shift: Padded(bias)}
		c0, c1, c2 := Alloc(c), Alloc(c), Alloc(c)
		runningMean, runningVar := f.Floats("running_mean"), f.Floats("running_var")
		for i := range c {
			a.Mean[i] = float32(mean[i])
			a.Scale[i] = float32(float64(weight[i]) / math.Sqrt(variance[i]+1e-5))
			runningMean[i] = 0.9*runningMean[i] + 0.1*float32(mean[i])
			runningVar[i] = 0.9*runningVar[i] + 0.1*float32(variance[i]*n/(n-1))
		}
		f.nearValues(runningMean, "running_mean_after64")
		f.nearValues(runningVar, "running_var_after64")
		y := f.like("x")
		a.Apply(f.team, y, x, Map{})
		f.near(y, "y64")
		a.GradSums(f.team, dy, x, sum, sumX)
		dw, db := make([]float32, c), make([]float32, c)
		for i := range c {
			inv := 1 / math.Sqrt(variance[i]+1e-5)
			hat := inv * sumX[i]
			dw[i], db[i] = float32(hat), float32(sum[i])
			g := float64(weight[i]) * inv
			c0[i], c1[i], c2[i] = float32(g), float32(-g*inv*hat/n), float32(-g*sum[i]/n)
		}
		f.nearValues(dw, "grad:weight64")
		f.nearValues(db, "grad:bias64")
		dx := f.like("x")
		a.Grad(f.team, dx, dy, x, c0, c1, c2)
		if name == "bn_train_n2" {
			f.rel = 3e-2
		}
		f.near(dx, "grad:x64")
	})
}

func TestGoldenLayerNorm(t *testing.T) {
	eachFile(t, []string{"layernorm2d", "layernorm2d_const", "layernorm2d_tinyvar", "layernorm2d_large"}, func(f *opFile, name string) {
		switch name {
		case "layernorm2d_large":
			f.rel = 1e-3
		case "layernorm2d_tinyvar":
			f.rel = 2e-4
		}
		x := f.read("x")
		y, xh, dx, inv := f.like("x"), f.like("x"), f.like("x"), make([]float32, x.Rows())
		dw, db := make([]float32, x.C), make([]float32, x.C)
		weight := Padded(f.Floats("weight"))
		LayerNorm(f.team, y, xh, x, weight, Padded(f.Floats("bias")), inv)
		f.near(y, "y64")
		LayerNormGrad(f.team, dx, f.read("dy"), xh, weight, inv, dw, db)
		f.near(dx, "grad:x64")
		f.nearValues(dw, "grad:weight64")
		f.nearValues(db, "grad:bias64")
	})
}

// readBands returns the named coefficients [B, C, 4, h, w] in this package's order of channels, band·C + c.
func (f *opFile) readBands(name string) Map {
	s, src := f.Shape(name), f.Floats(name)
	c, h, w := s[1], s[3], s[4]
	out := NewMap(s[0], h, w, 4*c, nil)
	for i, v := range src {
		p, band, channel, b := i%(h*w), i/(h*w)%4, i/(h*w*4)%c, i/(h*w*4*c)
		out.Data[(b*h*w+p)*4*c+band*c+channel] = v
	}
	return out
}

// nearBands compares coefficients.
func (f *opFile) nearBands(got Map, name string) {
	f.t.Helper()
	c, n := got.C/4, got.Pixels()
	out := make([]float32, got.Len())
	for i := range out {
		p, band, channel, b := i%n, i/n%4, i/(n*4)%c, i/(n*4*c)
		out[i] = got.Data[(b*n+p)*got.C+band*c+channel]
	}
	f.nearValues(out, name)
}

func TestGoldenHaar(t *testing.T) {
	eachFile(t, []string{
		"haar_dwt_even", "haar_dwt_odd", "haar_dwt_mixed", "haar_dwt_one",
		"haar_idwt_even", "haar_idwt_odd", "haar_idwt_mixed", "haar_idwt_one",
	}, func(f *opFile, name string) {
		if strings.HasPrefix(name, "haar_dwt") {
			x, dcoef := f.read("x"), f.readBands("dy")
			coef := NewMap(x.B, dcoef.H, dcoef.W, 4*x.C, nil)
			HaarAnalysis(f.team, coef, x)
			f.nearBands(coef, "coef64")
			dx := f.like("x")
			HaarSynthesis(f.team, dx, dcoef, false)
			f.near(dx, "grad:x64")
			return
		}
		coef, dy := f.readBands("coef"), f.read("dy")
		y := f.like("dy")
		HaarSynthesis(f.team, y, coef, true)
		f.near(y, "y64")
		dcoef := NewMap(coef.B, coef.H, coef.W, coef.C, nil)
		HaarAnalysis(f.team, dcoef, dy)
		f.nearBands(dcoef, "grad:coef64")
	})
}

func TestGoldenActivations(t *testing.T) {
	eachFile(t, []string{"act_relu", "act_sigmoid", "act_silu", "act_softplus"}, func(f *opFile, name string) {
		x, dy := f.Floats("x"), f.Floats("dy")
		n := len(x)
		y, dx := Alloc(n), Alloc(n)
		for _, s := range []*[]float32{&x, &dy} {
			*s = Padded(*s)
		}
		switch name {
		case "act_relu":
			copy(y, x)
			copy(dx, dy)
			relu(y)
			reluGrad(dx, y)
		case "act_sigmoid":
			copy(y, x)
			copy(dx, dy)
			Sigmoid(Matrix(1, n, y))
			SigmoidGrad(Matrix(1, n, dx), Matrix(1, n, y))
		case "act_silu":
			silu(y, x)
			siluGrad(dx, dy, x)
		case "act_softplus":
			for i, v := range x {
				y[i], dx[i] = softplus32(v)
			}
		}
		f.nearValues(y, "y64")
		f.nearValues(dx, "grad:x64")
	})
}

func TestGoldenPoolLinear(t *testing.T) {
	eachFile(t, []string{"pool_linear"}, func(f *opFile, name string) {
		x, dy, weight := f.read("x"), f.read("dy"), f.Floats("weight")
		n := dy.C
		var forward, backward Panels
		forward.PackForward(f.team, weight, n, x.C)
		backward.PackBackward(f.team, weight, n, x.C)
		pooled, y := Matrix(x.B, x.C, nil), f.like("dy")
		GlobalPool(f.team, pooled, x)
		Mul(f.team, y, pooled, &forward, false)
		AddBias(y, f.Floats("bias"))
		f.near(y, "y64")
		dpooled, dx := Matrix(x.B, x.C, nil), f.like("x")
		Mul(f.team, dpooled, dy, &backward, false)
		GlobalPoolGrad(f.team, dx, dpooled, false)
		f.near(dx, "grad:x64")
		dw, db := make([]float32, len(weight)), make([]float32, n)
		GradWeight(f.team, dw, dy, pooled)
		BiasGrad(f.team, db, dy)
		f.nearValues(dw, "grad:weight64")
		f.nearValues(db, "grad:bias64")
	})
}
