package ops

import "math"

const layerNormEps = 1e-5

// LayerNorm normalises every pixel over its channels: y = (x - mean)/√(variance + eps)·weight + bias. It leaves
// the normalised values in xh and 1/√(variance + eps) of every pixel in inv, for LayerNormGrad.
func LayerNorm(t *Team, y, xh, x Map, weight, bias, inv []float32) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			inv[i] = layerNorm(y.Row(i), xh.Row(i), x.Row(i), weight, bias)
		}
	})
}

func layerNormScalar(y, xh, x, weight, bias []float32) float32 {
	y, xh, weight, bias = y[:len(x)], xh[:len(x)], weight[:len(x)], bias[:len(x)]
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	mean := float32(sum / float64(len(x)))
	sum = 0
	for c, v := range x {
		d := v - mean
		xh[c] = d
		sum += float64(d) * float64(d)
	}
	inv := float32(1 / math.Sqrt(sum/float64(len(x))+layerNormEps))
	for c, d := range xh {
		d *= inv
		xh[c] = d
		y[c] = d*weight[c] + bias[c]
	}
	return inv
}

// LayerNormGrad computes dx and the gradients of weight and bias.
func LayerNormGrad(t *Team, dx, dy, xh Map, weight, inv, dweight, dbias []float32) {
	rows, c := xh.Rows(), xh.C
	tasks, per := chunks(rows, c)
	partial := t.partials(tasks * 2 * c)
	t.Run(tasks, func(i int) {
		dw, db := partial[i*2*c:][:c], partial[i*2*c+c:][:c]
		for r := i * per; r < min(rows, (i+1)*per); r++ {
			layerNormGrad(dx.Row(r), dy.Row(r), xh.Row(r), weight, inv[r], dw, db)
		}
	})
	sums := make([]float32, 2*c)
	sumPartials(sums, partial, tasks)
	copy(dweight, sums)
	copy(dbias, sums[c:])
}

func layerNormGradScalar(dx, dy, xh, weight []float32, inv float32, dw, db []float32) {
	dx, xh, weight, dw, db = dx[:len(dy)], xh[:len(dy)], weight[:len(dy)], dw[:len(dy)], db[:len(dy)]
	var sum, sumX float64
	for c, v := range dy {
		g := v * weight[c]
		sum += float64(g)
		sumX += float64(g) * float64(xh[c])
		dw[c] += v * xh[c]
		db[c] += v
	}
	mean, meanX := float32(sum/float64(len(dy))), float32(sumX/float64(len(dy)))
	for c, v := range dy {
		dx[c] = inv * (v*weight[c] - mean - xh[c]*meanX)
	}
}
