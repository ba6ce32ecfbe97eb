package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"mobilemamba/checkpoint"
	"mobilemamba/train/internal/ops"
	"mobilemamba/vision"
)

// Evaluation is how well a network and its moving average do on the validation pictures.
type Evaluation struct {
	Plain, Average Score
	Best           bool // one of them is the best so far
}

// Score is in percent; the loss is the cross-entropy without smoothing.
type Score struct{ Top1, Top5, Loss float64 }

// evaluate measures the network and its average, and writes both, and the best of all so far.
func (t *Trainer) evaluate(ctx context.Context) (*Evaluation, error) {
	if len(t.data.Val) == 0 {
		return nil, errors.New("train: none of the validation pictures can be read")
	}
	var e Evaluation
	var err error
	if e.Plain, err = t.score(ctx); err != nil {
		return nil, err
	}
	t.ema.Use(func() { e.Average, err = t.score(ctx) })
	if err != nil {
		return nil, err
	}
	running := make([]float32, len(t.ema.running))
	data := make([]float32, len(t.ema.data))
	narrow(running, t.ema.running)
	narrow(data, t.ema.data)
	plain, average := t.net.StateDict(), t.net.stateDict(data, running)
	write := func(name string, sd *checkpoint.StateDict, score Score) error {
		t.describe(sd, score)
		return writeAtomically(filepath.Join(t.dir, name), func(w io.Writer) error {
			return checkpoint.WriteSafetensors(w, sd, checkpoint.F32)
		})
	}
	if err := write(LastFile, plain, e.Plain); err != nil {
		return nil, err
	}
	if err := write(EMAFile, average, e.Average); err != nil {
		return nil, err
	}
	t.header.Evaluated = t.header.Step
	best, score := plain, e.Plain
	if e.Average.Top1 > e.Plain.Top1 {
		best, score = average, e.Average
	}
	if score.Top1 > t.header.Best {
		t.header.Best, e.Best = score.Top1, true
		if err := write(BestFile, best, score); err != nil {
			return nil, err
		}
		if err := t.writeManifest(score); err != nil {
			return nil, err
		}
	}
	return &e, nil
}

// describe writes what a model is into its metadata.
func (t *Trainer) describe(sd *checkpoint.StateDict, s Score) {
	o := &t.header.Options
	sd.Metadata = map[string]string{
		"variant":    o.Config.Name,
		"config":     configText(o),
		"classes":    fmt.Sprint(o.Config.Classes),
		"resolution": fmt.Sprint(o.Size),
		"source":     fmt.Sprintf("mobilemamba train, seed %d, step %d of %d", o.Seed, t.header.Step, t.rates.Total),
		"accuracy":   fmt.Sprintf("top-1 %.2f, top-5 %.2f", s.Top1, s.Top5),
	}
}

func configText(o *Options) string {
	c := o.Config
	dash := func(v [3]int) string { return fmt.Sprintf("%d-%d-%d", v[0], v[1], v[2]) }
	return fmt.Sprintf("embed_dim %s, depth %s, kernels %s", dash(c.EmbedDim), dash(c.Depth), dash(c.Kernels))
}

// evalBatch is how many pictures are evaluated at a time.
const evalBatch = 200

// score evaluates the network with its present values.
func (t *Trainer) score(ctx context.Context) (Score, error) {
	o := &t.header.Options
	n := 3 * o.Size * o.Size
	x := ops.Alloc(evalBatch * n)
	steps := o.Preprocess()
	var top1, top5 int
	var loss float64
	pictures := t.data.Val
	for from := 0; from < len(pictures); from += evalBatch {
		if err := ctx.Err(); err != nil {
			return Score{}, err
		}
		batch := pictures[from:min(len(pictures), from+evalBatch)]
		if err := t.preprocess(x, batch, steps); err != nil {
			return Score{}, err
		}
		logits := t.net.Eval(x[:len(batch)*n], len(batch), o.Size, o.Size)
		log := make([]float64, o.Config.Classes)
		for i, p := range batch {
			r := row(logits, i, o.Config.Classes)
			logSoftmax(log, r, 1)
			loss -= log[p.Label]
			better := 0
			for k, v := range r {
				if v > r[p.Label] || v == r[p.Label] && k < p.Label || math.IsNaN(float64(v)) {
					better++
				}
			}
			if better < 1 {
				top1++
			}
			if better < 5 {
				top5++
			}
		}
	}
	percent := 100 / float64(len(pictures))
	return Score{Top1: float64(top1) * percent, Top5: float64(top5) * percent, Loss: loss / float64(len(pictures))}, nil
}

// preprocess fills x with pictures as the model will see them after training.
func (t *Trainer) preprocess(x []float32, batch []Picture, steps []vision.Step) error {
	n := len(x) / evalBatch
	const perTask = 25 // a preprocessor each
	errs := make([]error, (len(batch)+perTask-1)/perTask)
	t.net.pass.team.Run(len(errs), func(task int) {
		pre, err := vision.NewPreprocessor(steps, nil)
		for i := task * perTask; i < min(len(batch), (task+1)*perTask) && err == nil; i++ {
			var img *vision.Image
			if img, err = t.data.image(&batch[i]); err == nil {
				err = pre.Apply(img, x[i*n:][:n])
			}
		}
		errs[task] = err
	})
	return errors.Join(errs...)
}
