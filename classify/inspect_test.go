package classify_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"mobilemamba/classify"
)

func TestInspect(t *testing.T) {
	c, err := tiny(t, 7, classify.Options{Resolution: 128})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Inspect("blocks1.0", "", 3); !errors.Is(err, classify.ErrNoPicture) {
		t.Errorf("before a picture: %v", err)
	}
	r, err := c.Classify(testPicture(), 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range r.Blocks {
		parts, err := c.Inspect(block.Name, "", 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			want := min(3, p.Channels)
			if len(p.Shown) != want || len(p.Values) != want*p.Planes*p.Height*p.Width ||
				float64(slices.Min(p.Values)) != p.Min || float64(slices.Max(p.Values)) != p.Max {
				t.Errorf("%s: %s shows %v in %d values from %v to %v", block.Name, p.Name, p.Shown, len(p.Values), p.Min, p.Max)
			}
			for _, like := range parts {
				if p.Like == like.Name && !slices.Equal(p.Shown, like.Shown) {
					t.Errorf("%s: %s shows %v, but is like %s with %v", block.Name, p.Name, p.Shown, like.Name, like.Shown)
				}
			}
		}
	}
	// To look inside is no pass of its own: what was classified can still be asked about.
	if e, err := c.Explain(r.Top[0].Index); err != nil || e.Index != r.Top[0].Index {
		t.Errorf("%v after looking inside", err)
	}
	for _, wrong := range [][2]string{{"blocks9.0", ""}, {"", ""}, {"blocks1.0", "soul"}} {
		var unknown *classify.BlockError
		if _, err := c.Inspect(wrong[0], wrong[1], 3); !errors.As(err, &unknown) {
			t.Errorf("%q, part %q: %v", wrong[0], wrong[1], err)
		}
	}
	if _, err := c.Bench(context.Background(), 1, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Inspect("blocks1.0", "", 3); !errors.Is(err, classify.ErrNoPicture) {
		t.Errorf("after a benchmark: %v", err)
	}
}

// TestInspectRanks: the channels shown are those that vary most, in order, whichever part is asked for and however
// many.
func TestInspectRanks(t *testing.T) {
	c, err := tiny(t, 7, classify.Options{Resolution: 128})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Classify(testPicture(), 1); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ block, part string }{
		{"blocks1.0", "output"}, {"blocks1.0", "delta"}, {"blocks1.0", "global-in"}, {"head", "features"},
	} {
		all, err := c.Inspect(tc.block, tc.part, math.MaxInt)
		if err != nil || len(all) != 1 || len(all[0].Shown) != all[0].Channels {
			t.Fatalf("%v: %d parts, %v", tc, len(all), err)
		}
		p := all[0]
		n := p.Planes * p.Height * p.Width
		last := math.Inf(1)
		for i := range p.Shown {
			now := 0.0
			for plane := range p.Planes {
				size := p.Height * p.Width
				x := p.Values[i*n+plane*size:][:size]
				var mean, square float64
				for _, v := range x {
					mean += float64(v) / float64(size)
					square += float64(v) * float64(v) / float64(size)
				}
				now += square - mean*mean
			}
			if now > last+1e-6 {
				t.Errorf("%v: channel %d comes behind one with the variance %v, but has %v", tc, p.Shown[i], last, now)
			}
			last = now
		}
		few, err := c.Inspect(tc.block, tc.part, 2)
		if err != nil || !slices.Equal(few[0].Shown, p.Shown[:2]) || !slices.Equal(few[0].Values, p.Values[:2*n]) {
			t.Errorf("%v: the first two are %v, %v; want %v", tc, few[0].Shown, err, p.Shown[:2])
		}
	}
}

func TestInfoTellsTheArchitecture(t *testing.T) {
	c, err := tiny(t, 7, classify.Options{Resolution: 64})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Classify(testPicture(), 1)
	if err != nil {
		t.Fatal(err)
	}
	info := c.Info()
	if want := (classify.Stage{Channels: 48, Global: 32, Local: 9, Kernel: 7, Inner: 64, Rank: 2}); info.Stages[0] != want {
		t.Errorf("stage 1 is %+v, want %+v", info.Stages[0], want)
	}
	if len(info.Stages) != 3 || len(info.Blocks) != len(r.Blocks) {
		t.Fatalf("%d stages, %d blocks", len(info.Stages), len(info.Blocks))
	}
	for i, b := range info.Blocks {
		if got := r.Blocks[i]; b.Ms != 0 || b.Name != got.Name || b.MACs != got.MACs || !slices.Equal(b.Shape, got.Shape) {
			t.Errorf("%+v before a pass, %+v after it", b, got)
		}
	}
}
