package train

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
	"mobilemamba/model"
	"mobilemamba/train/internal/ops"
)

// Teacher gives the logits that a student is to learn: of a network, which sees what the student sees, or stored ones
// of every training picture as a whole.
type Teacher struct {
	Config model.Config
	Size   int // side of its input; pictures of another size are interpolated

	net    *Network     // where the checkpoint allows: it runs a batch at a time
	folded *model.Model // else
	team   *ops.Team
	states sync.Pool
	scaled []float32
	logits []float32
	stored []float32 // [pictures, classes]
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

// StoredTeacher returns a teacher whose logits for every training picture are known: a tensor [N, classes] named
// logits, its rows in the order of the paths train/CLASS/FILE.
func StoredTeacher(sd *checkpoint.StateDict) (*Teacher, error) {
	tensor := sd.Get("logits")
	if tensor == nil || len(tensor.Shape) != 2 {
		return nil, errors.New("there are no stored logits: a tensor named logits of shape [pictures, classes] is needed")
	}
	t := &Teacher{Config: model.Config{Classes: tensor.Shape[1]}, team: ops.NewTeam(0)}
	var err error
	t.stored, err = tensor.Float32s()
	return t, err
}

// FileIdentity names a file so that another one of the same name is told apart, for Options.Teacher.
func FileIdentity(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Sprintf("%s, sha256 %.12x", filepath.Base(name), sum.Sum(nil)), nil
}

// fits reports stored logits that are not of these pictures.
func (t *Teacher) fits(d *Dataset) error {
	if t.Config.Classes != len(d.Classes) {
		return fmt.Errorf("train: the teacher knows %d classes and the pictures have %d", t.Config.Classes, len(d.Classes))
	}
	if rows := len(t.stored) / t.Config.Classes; t.stored != nil && rows != d.listed {
		return fmt.Errorf("train: there are stored logits of %d pictures, and %d training pictures", rows, d.listed)
	}
	return nil
}

// lookup returns logits whose softmax at temperature tau is the mixture of the stored distributions, as the pictures
// are mixed. Rows are the places of the batch's pictures.
func (t *Teacher) lookup(places []int, m mix, tau float64) []float32 {
	k, b := t.Config.Classes, len(places)
	t.logits = ops.Grow(t.logits, b*k)
	t.team.Run(b, func(i int) {
		p, q := make([]float64, k), make([]float64, k)
		logSoftmax(p, row(t.stored, places[i], k), tau)
		logSoftmax(q, row(t.stored, places[b-1-i], k), tau)
		dst := row(t.logits, i, k)
		for c := range dst {
			share := m.lam*math.Exp(p[c]) + (1-m.lam)*math.Exp(q[c])
			dst[c] = float32(tau * math.Log(max(share, 1e-30)))
		}
	})
	return t.logits
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
