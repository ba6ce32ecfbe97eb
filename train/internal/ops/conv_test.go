package ops

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Patches hold what a loop over all taps finds, and scatter is the adjoint of gather.
func TestPatches(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 3}, {2, 1, 3}, {1, 2, 4}, {7, 9, 3}, {8, 8, 3}, {5, 6, 12}, {6, 5, 24}, {4, 33, 5}, {3, 3, 40}} {
		h, w, c := s[0], s[1], s[2]
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			eachVariant(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				x := NewMap(3, h, w, c, random(r, 3*h*w*c))
				p := NewMap(3, (h+1)/2, (w+1)/2, 9*c, random(r, 3*((h+1)/2)*((w+1)/2)*9*c))
				before := p
				before.Data = slices.Clone(p.Data)
				gather(p, x)
				want := make([]float32, len(p.Data))
				for i := range want {
					ch, kx, ky, pixel := i%c, i/c%3, i/(3*c)%3, i/(9*c)
					ox, oy, b := pixel%p.W, pixel/p.W%p.H, pixel/(p.W*p.H)
					if iy, ix := 2*oy+ky-1, 2*ox+kx-1; iy >= 0 && iy < h && ix >= 0 && ix < w {
						want[i] = x.Data[((b*h+iy)*w+ix)*c+ch]
					}
				}
				if !slices.Equal(p.Data, want) {
					t.Fatal("wrong patches")
				}
				dx := NewMap(3, h, w, c, random(r, len(x.Data)))
				scatter(dx, before)
				var one, other float64
				for i, v := range before.Data {
					one += float64(v) * float64(p.Data[i])
				}
				for i, v := range dx.Data {
					other += float64(v) * float64(x.Data[i])
				}
				if d := one - other; d > 1e-3 || d < -1e-3 {
					t.Errorf("<dp, gather x> is %v, <scatter dp, x> is %v", one, other)
				}
			})
		})
	}
}
