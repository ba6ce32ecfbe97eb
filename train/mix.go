package train

import (
	"math"
	"math/rand/v2"

	"mobilemamba/train/internal/ops"
)

// Mixing are the rates of mixup (arXiv 1710.09412) and cutmix (arXiv 1905.04899). The zero value mixes nothing.
type Mixing struct {
	MixupAlpha  float64 // of the Beta distribution of lambda; 0 for no mixup
	CutmixAlpha float64
	Prob        float64 // that a batch is mixed at all
	Switch      float64 // that it is cutmix, where both are on
}

// OfficialMixing is the official recipe.
var OfficialMixing = Mixing{MixupAlpha: 0.8, CutmixAlpha: 1, Prob: 1, Switch: 0.5}

// mix is how a batch is mixed: image i with image B-1-i.
type mix struct {
	lam            float64 // share of image i
	y0, y1, x0, x1 int     // box of cutmix, ends exclusive; empty for mixup
	cut            bool
}

// draw decides on a batch.
func (m Mixing) draw(rng *rand.Rand, h, w int) mix {
	if (m.MixupAlpha <= 0 && m.CutmixAlpha <= 0) || rng.Float64() >= m.Prob {
		return mix{lam: 1}
	}
	cut := m.CutmixAlpha > 0 && (m.MixupAlpha <= 0 || rng.Float64() < m.Switch)
	if !cut {
		return mix{lam: beta(rng, m.MixupAlpha)}
	}
	return cutmix(beta(rng, m.CutmixAlpha), h, w, rng.IntN(h), rng.IntN(w))
}

// cutmix places a box of share 1-lam around a centre, clips it to the picture and corrects lam to what is left.
func cutmix(lam float64, h, w, cy, cx int) mix {
	r := math.Sqrt(1 - lam)
	ch, cw := int(float64(h)*r), int(float64(w)*r)
	clip := func(v, n int) int { return max(0, min(v, n)) }
	m := mix{
		cut: true,
		y0:  clip(cy-ch/2, h), y1: clip(cy+ch/2, h),
		x0: clip(cx-cw/2, w), x1: clip(cx+cw/2, w),
	}
	m.lam = 1 - float64((m.y1-m.y0)*(m.x1-m.x0))/float64(h*w)
	return m
}

// apply mixes normalised pictures [B, H, W, 3] in place; B must be even.
func (m mix) apply(t *ops.Team, x []float32, b, h, w int) {
	if m.lam == 1 {
		return
	}
	n := h * w * 3
	t.Run(b/2, func(i int) {
		p, q := x[i*n:][:n], x[(b-1-i)*n:][:n]
		if m.cut {
			for y := m.y0; y < m.y1; y++ {
				for c := (y*w + m.x0) * 3; c < (y*w+m.x1)*3; c++ {
					p[c], q[c] = q[c], p[c]
				}
			}
			return
		}
		lam, rest := float32(m.lam), float32(1-m.lam)
		for c, v := range p {
			u := q[c]
			p[c] = lam*v + rest*u
			q[c] = lam*u + rest*v
		}
	})
}

// targets fills target [B, classes] with the mixture of the smoothed labels.
func (m mix) targets(target []float32, labels []int, classes int, smoothing float64) {
	off := smoothing / float64(classes)
	on := 1 - smoothing + off
	for i, label := range labels {
		t := row(target, i, classes)
		for k := range t {
			t[k] = float32(off)
		}
		other := labels[len(labels)-1-i]
		if other == label {
			t[label] = float32(on)
			continue
		}
		t[label] = float32(m.lam*on + (1-m.lam)*off)
		t[other] = float32(m.lam*off + (1-m.lam)*on)
	}
}

// beta draws from Beta(a, a).
func beta(rng *rand.Rand, a float64) float64 {
	x, y := gamma(rng, a), gamma(rng, a)
	if x+y == 0 {
		return 0.5
	}
	return x / (x + y)
}

// gamma draws from Gamma(a, 1), after Marsaglia and Tsang.
func gamma(rng *rand.Rand, a float64) float64 {
	if a < 1 {
		return gamma(rng, a+1) * math.Pow(rng.Float64(), 1/a)
	}
	d := a - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < 0.5*x*x+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}
