package model

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/bounds"
	"mobilemamba/kernels"
)

// An input that the buffers would take gigabytes for, or the pass hours, is refused before either.
func TestStateRefuses(t *testing.T) {
	c := New("", 0, [3]int{400, 416, 432}, [3]int{1, 1, 1}, [3]int{3, 3, 3}, 4)
	set, err := kernels.Select("")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(c.Synthetic(""), set)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct {
		h, w int
		says string
	}{{0, 64, "sides"}, {64, 4097, "sides"}, {4096, 4096, "memory"}} {
		bounds.Check(t, "NewState", bounds.Limit{Bytes: 1 << 20, Time: time.Second}, func() { _, err = m.NewState(size.h, size.w) })
		if err == nil || !strings.Contains(err.Error(), size.says) {
			t.Errorf("%d×%d: %v, want %q", size.h, size.w, err, size.says)
		}
	}
}

// A wavelet that is not Haar's does not fit, which the caller can tell.
func TestAnotherWavelet(t *testing.T) {
	c := New("", 0, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{3, 3, 3}, 4)
	set, err := kernels.Select("scalar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"blocks1.0.mixer.m.attn.global_op.wt_filter", "blocks3.3.mixer.m.attn.global_op.iwt_filter"} {
		for what, damage := range map[string]func(v float32) float32{
			"turned":     func(v float32) float32 { return -v },
			"no numbers": func(float32) float32 { return float32(math.NaN()) },
		} {
			sd := c.Synthetic("")
			filter := sd.Get(name)
			w, err := filter.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range w {
				w[i] = damage(v)
			}
			sd.Add(checkpoint.NewTensor(name, filter.Shape, w))
			_, err = Load(sd, set)
			var e *checkpoint.Error
			if !errors.As(err, &e) || e.Code != checkpoint.Mismatch || !strings.Contains(err.Error(), name) {
				t.Errorf("%s %s: %v, want a mismatch that names it", name, what, err)
			}
		}
	}
}

// dimensions are what FuzzInfer puts into shapes.
var dimensions = []int{0, 1, 2, 3, 7, 8, 15, 16, 48, 64, 255, 4096, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1 << 20, 1<<31 - 1}

// FuzzInfer: tensors of other shapes and names than a network has are refused by name, within a second and 8 MB, or are
// a network themselves, which loads and whose logits are numbers.
func FuzzInfer(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{1, 3, 0, 0, 0, 9, 0, 0, 12})
	f.Add([]byte{0, 40, 0, 17, 1})
	f.Add([]byte{1, 80, 0, 18, 0, 81, 0, 19, 2})
	set, err := kernels.Select("")
	if err != nil {
		f.Fatal(err)
	}
	base := New("", 0, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{3, 3, 3}, 5)
	f.Fuzz(func(t *testing.T, edits []byte) {
		if len(edits) == 0 {
			return
		}
		specs := base.Specs(edits[0]&1 == 1)
		var names []string
		shapes := map[string][]int{}
		for _, s := range specs {
			names = append(names, s.Name)
			shapes[s.Name] = append([]int(nil), s.Shape...)
		}
		for e := edits[1:min(len(edits), 200)]; len(e) >= 4; e = e[4:] {
			i := (int(e[0]) | int(e[1])<<8) % len(names)
			edit(names, shapes, i, int(e[2]), int(e[3]))
		}
		sd := &checkpoint.StateDict{}
		for _, name := range names {
			sd.Add(checkpoint.NewTensor(name, shapes[name], nil))
		}
		var c Config
		var folded bool
		var err error
		bounds.Check(t, "inferring", bounds.Limit{Bytes: 8 << 20, Time: time.Second}, func() {
			if c, folded, err = Infer(sd); err == nil {
				err = checkpoint.Check(sd, c.Specs(folded))
			}
		})
		if err != nil {
			var file *checkpoint.Error
			var mismatch *checkpoint.MismatchError
			if !errors.As(err, &file) && !errors.As(err, &mismatch) {
				t.Fatalf("%v has no code", err)
			}
			return
		}
		var params int64
		for _, s := range c.Specs(folded) {
			n := int64(1)
			for _, d := range s.Shape {
				n *= int64(d)
			}
			params += n
		}
		if params > 1<<20 {
			return // all shapes agree; a checkpoint of them would be as large as it says
		}
		m, err := Load(c.Synthetic(""), set)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		s, err := m.NewState(17, 23)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		logits, err := m.Forward(s, testInput(17, 23))
		if err != nil || len(logits) != c.Classes {
			t.Fatalf("%d logits of %d classes, %v", len(logits), c.Classes, err)
		}
		for i, v := range logits {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%+v: logit %d is %v", c, i, v)
			}
		}
	})
}

// A stage of more blocks than any network has is refused, however little claims them.
func TestInferDepth(t *testing.T) {
	sd := &checkpoint.StateDict{}
	for i := range 20_000 {
		sd.Add(checkpoint.NewTensor(fmt.Sprintf("blocks1.%d.dw0.m.c.weight", i), []int{1}, []float32{1}))
	}
	var err error
	bounds.Check(t, "inferring", bounds.Limit{Bytes: 16 << 20, Time: time.Second}, func() { _, _, err = Infer(sd) })
	if err == nil {
		t.Errorf("%.300v", err)
	}
	c := New("", 0, [3]int{48, 64, 80}, [3]int{65, 1, 1}, [3]int{3, 3, 3}, 5)
	if _, _, err := Infer(c.Synthetic("")); err == nil || !strings.Contains(err.Error(), "more than 64 blocks") {
		t.Errorf("%v", err)
	}
}

// edit changes one tensor: a dimension, the rank, the name, or all dimensions of one size at once.
func edit(names []string, shapes map[string][]int, i, what, value int) {
	name := names[i]
	shape := shapes[name]
	d := dimensions[value%len(dimensions)]
	switch {
	case what < 16 && len(shape) > 0:
		shape[what%len(shape)] = d
	case what < 32 && len(shape) > 0:
		shapes[name] = shape[:len(shape)-1]
	case what < 48:
		shapes[name] = append(shape, d)
	case what < 64:
		names[i] = strings.Replace(name, "blocks1.0", "blocks1.1", 1)
		shapes[names[i]] = shape
	case what < 80:
		names[i] = "x" + name
		shapes[names[i]] = shape
	case len(shape) > 0: // so that shapes can agree on another size
		old := shape[what%len(shape)]
		for _, shape := range shapes {
			for j, v := range shape {
				if v == old {
					shape[j] = d
				}
			}
		}
	}
}
