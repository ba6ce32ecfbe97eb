package ops

import "math"

// AdamW is one step of the optimizer over a range of parameters with the same decay.
type AdamW struct {
	Keep       float32 // 1 - lr·decay: what the parameter is multiplied by
	Beta1      float32
	Rest1      float32 // 1 - Beta1, which in float32 is not the same
	Beta2      float32
	Rest2      float32
	GradScale  float32 // of clipping
	Rate       float32 // lr/(1 - Beta1^t)
	Correction float32 // 1/√(1 - Beta2^t)
	Eps        float32
}

func (a *AdamW) stepScalar(p, m, v, g []float32) {
	m, v, g = m[:len(p)], v[:len(p)], g[:len(p)]
	for i, w := range p {
		d := g[i] * a.GradScale
		m[i] = a.Beta1*m[i] + a.Rest1*d
		v[i] = a.Beta2*v[i] + a.Rest2*d*d
		root := float32(math.Sqrt(float64(v[i])))*a.Correction + a.Eps
		p[i] = a.Keep*w - a.Rate*m[i]/root
	}
}

// Step updates parameters p and moments m and v for gradients g.
func (a *AdamW) Step(t *Team, p, m, v, g []float32) {
	t.eachChunk(len(p), 1, func(from, to int) {
		a.step(p[from:to], m[from:to], v[from:to], g[from:to])
	})
}

// Norm returns the Euclidean norm of x.
func Norm(t *Team, x []float32) float64 {
	const width = 1024 // summed in float32, over which the sums go on in float64
	rows := len(x) / width
	s0, s1 := make([]float64, width), make([]float64, width)
	if rows > 0 {
		pivot := Alloc(width)
		t.channelSums(rows, width, s0, s1, func(from, to int, s0, s1 []float32) {
			moments(Matrix(rows, width, x).rowRange(from, to), pivot, s0, s1)
		})
	}
	total := 0.0
	for _, v := range s1 {
		total += v
	}
	for _, v := range x[rows*width:] {
		total += float64(v) * float64(v)
	}
	return math.Sqrt(total)
}

// Average moves a moving average: avg = decay·avg + (1-decay)·x, in float64: in float32 changes below a unit in the
// last place over 1-decay would be lost.
func Average(t *Team, avg []float64, x []float32, decay float64) {
	t.eachChunk(len(x), 1, func(from, to int) {
		dst, src := avg[from:to], x[from:to]
		dst = dst[:len(src)]
		for i, v := range src {
			dst[i] += (1 - decay) * (float64(v) - dst[i])
		}
	})
}
