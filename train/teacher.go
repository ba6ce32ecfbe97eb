package train

import (
	"fmt"
	"sync"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
	"mobilemamba/model"
	"mobilemamba/train/internal/ops"
)

// Teacher gives the logits that a student is to learn.
type Teacher struct {
	Config model.Config
	Size   int // side of its input; pictures of another size are interpolated

	net    *Network     // where the checkpoint allows: it runs a batch at a time
	folded *model.Model // else
	team   *ops.Team
	states sync.Pool
	scaled []float32
	logits []float32
}

// NewTeacher makes a teacher of any checkpoint that package model loads. Size is the side of its input, 0 for the
// resolution that its configuration names, or the student's.
func NewTeacher(sd *checkpoint.StateDict, size, workers int) (*Teacher, error) {
	c, folded, err := model.Infer(sd)
	if err != nil {
		return nil, err
	}
	if size == 0 {
		size = c.Resolution
	}
	t := &Teacher{Config: c, Size: size, team: ops.NewTeam(workers)}
	if !folded && !c.Distillation {
		if t.net, err = NewNetwork(c, workers); err != nil {
			return nil, err
		}
		return t, t.net.Load(sd)
	}
	set, err := kernels.Select("auto")
	if err != nil {
		return nil, err
	}
	t.folded, err = model.Load(sd, set)
	return t, err
}

// Logits computes the logits [B, Classes] of normalised pictures [B, H, W, 3], valid until the next call.
func (t *Teacher) Logits(x []float32, b, h, w int) ([]float32, error) {
	if size := t.Size; size != 0 && (size != h || size != w) {
		t.scaled = ops.Grow(t.scaled, b*size*size*3)
		t.team.Run(b, func(i int) {
			scale(t.scaled[i*size*size*3:][:size*size*3], size, size, x[i*h*w*3:][:h*w*3], h, w)
		})
		x, h, w = t.scaled, size, size
	}
	if t.net != nil {
		return t.net.Eval(x, b, h, w), nil
	}
	k := t.Config.Classes
	t.logits = ops.Grow(t.logits, b*k)
	errs := make([]error, b)
	t.team.Run(b, func(i int) {
		state, _ := t.states.Get().(*model.State)
		if state == nil || state.H != h || state.W != w {
			if state, errs[i] = t.folded.NewState(h, w); errs[i] != nil {
				return
			}
		}
		defer t.states.Put(state)
		logits, err := t.folded.Forward(state, x[i*h*w*3:][:h*w*3])
		copy(row(t.logits, i, k), logits)
		errs[i] = err
	})
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("the teacher: %w", err)
		}
	}
	return t.logits, nil
}

// scale interpolates a picture [h, w, 3] bilinearly to [oh, ow, 3].
func scale(dst []float32, oh, ow int, src []float32, h, w int) {
	for y := range oh {
		y0, y1, v := between((float64(y)+0.5)*float64(h)/float64(oh), h)
		for x := range ow {
			x0, x1, u := between((float64(x)+0.5)*float64(w)/float64(ow), w)
			for c := range 3 {
				at := func(y, x int) float32 { return src[3*(y*w+x)+c] }
				top := at(y0, x0) + u*(at(y0, x1)-at(y0, x0))
				bottom := at(y1, x0) + u*(at(y1, x1)-at(y1, x0))
				dst[3*(y*ow+x)+c] = top + v*(bottom-top)
			}
		}
	}
}
