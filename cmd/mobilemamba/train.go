package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mobilemamba/model"
	"mobilemamba/train"
)

// trainFlags are the flags of train that are not options of the recipe.
type trainFlags struct {
	data, config, out     string
	teacher, logits, init string
	workers               int
	resume                bool
	cache                 int
	saveEvery             time.Duration
}

func runTrain(ctx context.Context, e *env, args []string) error {
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	o := train.DefaultOptions()
	var f trainFlags
	f.register(fs, &o)
	rest, err := parse(e, fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is no flag", rest[0])
	}
	if f.data == "" || f.out == "" {
		return usagef("--data and --out are needed")
	}
	state := filepath.Join(f.out, train.StateFile)
	if f.resume {
		if o, err = resumed(fs, state); err != nil {
			return err
		}
	} else {
		if _, err := os.Stat(state); err == nil {
			return fmt.Errorf("%s holds a training run; --resume continues it, another --out keeps it", f.out)
		}
		if o.Config, err = trainConfig(f.config, &o.Size); err != nil {
			return err
		}
		if o.WarmupEpochs < 0 {
			o.WarmupEpochs = min(train.DefaultOptions().WarmupEpochs, o.Epochs/10)
		}
		if err := o.Check(); err != nil {
			return usagef("%v", err)
		}
	}
	return f.run(ctx, e, o)
}

func (f *trainFlags) register(fs *flag.FlagSet, o *train.Options) {
	fs.StringVar(&f.data, "data", "", "`folder` or zip file with train/CLASS/picture and val/CLASS/picture")
	fs.StringVar(&f.out, "out", "", "`folder` for the state, the models and the log")
	fs.StringVar(&f.config, "config", "XT", "T2, T4, S6, B1, B2, B4, XT (3.2 M parameters) or a JSON `file` with embed_dim, depth and kernels")
	fs.BoolVar(&f.resume, "resume", false, "continue the run in --out, with its options")
	fs.StringVar(&f.init, "init", "", "start from the weights of a `checkpoint`; a head for other classes starts anew")
	fs.StringVar(&f.teacher, "teacher", "", "distil from a `checkpoint`")
	fs.StringVar(&f.logits, "teacher-logits", "", "distil from a `file` of stored logits [training pictures, classes], in the order of their paths")
	fs.IntVar(&o.TeacherSize, "teacher-size", 0, "side of the teacher's input in `pixels`; default: what its configuration says, or --size")
	fs.IntVar(&f.workers, "workers", 0, "cores to use; default: all. Results do not depend on it")
	fs.IntVar(&f.cache, "cache", 6000, "`MB` of decoded pictures to keep in memory")
	fs.DurationVar(&f.saveEvery, "save-every", 10*time.Minute, "`time` between two saved states")

	fs.IntVar(&o.Size, "size", 0, "side of the input in `pixels`; default: the configuration's")
	fs.IntVar(&o.StartSize, "start-size", 0, "side of the input in `pixels` during --start-epochs; default: --size")
	fs.Float64Var(&o.StartEpochs, "start-epochs", 0, "`epochs` with inputs of --start-size, which cost less when they are smaller")
	fs.IntVar(&o.Source, "source", -1, "side in `pixels` of small pictures that are enlarged to --size, 0 for photographs; default: found out")
	fs.Float64Var(&o.Epochs, "epochs", o.Epochs, "passes over the training pictures")
	fs.Float64Var(&o.WarmupEpochs, "warmup-epochs", -1, "of them, with a growing learning rate; default: 20, a tenth of --epochs where that is less")
	fs.IntVar(&o.Batch, "batch", o.Batch, "pictures a step")
	fs.Float64Var(&o.LR, "lr", o.LR, "peak learning rate at a batch of 512; it scales with the batch")
	fs.Float64Var(&o.WeightDecay, "weight-decay", o.WeightDecay, "of AdamW")
	fs.Float64Var(&o.Clip, "clip", o.Clip, "largest norm of the gradients; 0 for any")
	fs.Float64Var(&o.AverageDecay, "ema", o.AverageDecay, "decay of the moving average of the weights")
	fs.Float64Var(&o.Smoothing, "smoothing", o.Smoothing, "of the labels")
	fs.Float64Var(&o.DropPath, "drop-path", o.DropPath, "rate of stochastic depth at the last block")
	fs.Float64Var(&o.Mixing.MixupAlpha, "mixup", o.Mixing.MixupAlpha, "alpha of mixup; 0 for none")
	fs.Float64Var(&o.Mixing.CutmixAlpha, "cutmix", o.Mixing.CutmixAlpha, "alpha of cutmix; 0 for none")
	fs.Float64Var(&o.Mixing.Prob, "mix-prob", o.Mixing.Prob, "probability that a batch is mixed")
	fs.Float64Var(&o.Augment.MinScale, "min-scale", o.Augment.MinScale, "least share of a picture that a crop shows; 1 for no crops")
	fs.Float64Var(&o.Augment.Flip, "flip", o.Augment.Flip, "probability of a mirror image")
	fs.Float64Var(&o.Augment.Jitter, "jitter", o.Augment.Jitter, "of brightness, contrast and saturation")
	fs.Float64Var(&o.Augment.Rotate, "rotate", o.Augment.Rotate, "largest turn in `degrees`")
	fs.Float64Var(&o.Augment.Shear, "shear", o.Augment.Shear, "largest shear")
	fs.Float64Var(&o.Augment.Erase, "erase", o.Augment.Erase, "probability that a rectangle is erased")
	fs.IntVar(&o.Augment.RandOps, "rand-ops", 0, "operations of RandAugment on every picture; the paper's are 2")
	fs.Float64Var(&o.Augment.Magnitude, "rand-magnitude", 9, "strength of RandAugment, 0 to 10")
	fs.IntVar(&o.EvalEvery, "eval-every", 1, "`epochs` between two evaluations")
	fs.IntVar(&o.Limit, "limit", 0, "use only `N` training pictures, spread evenly over the classes")
	fs.Float64Var(&o.Tau, "kd-tau", o.Tau, "temperature of distillation")
	fs.Float64Var(&o.DistillWeight, "kd-weight", o.DistillWeight, "weight of distillation")
	fs.Uint64Var(&o.Seed, "seed", o.Seed, "of all random numbers")
}

// runtimeFlags may be given with --resume; the others are part of the saved run.
var runtimeFlags = map[string]bool{
	"data": true, "out": true, "resume": true, "teacher": true, "teacher-logits": true, "workers": true,
	"cache": true, "save-every": true,
}

// resumed returns the options of a saved run.
func resumed(fs *flag.FlagSet, state string) (train.Options, error) {
	var given []string
	fs.Visit(func(f *flag.Flag) {
		if !runtimeFlags[f.Name] {
			given = append(given, "--"+f.Name)
		}
	})
	if len(given) > 0 {
		return train.Options{}, usagef("--resume takes the saved options; leave out %s", strings.Join(given, ", "))
	}
	return train.ReadOptions(state)
}

// trainConfig returns the named configuration and sets the default of the input's size.
func trainConfig(name string, size *int) (model.Config, error) {
	c, ok := model.Variant(name)
	switch {
	case ok:
	case name == "XT":
		c = model.XT(96, 0)
	default:
		text, err := os.ReadFile(name)
		if err != nil {
			return c, usagef("--config %s is neither T2, T4, S6, B1, B2, B4, XT nor a file", name)
		}
		file := struct {
			Name       string `json:"name"`
			EmbedDim   [3]int `json:"embed_dim"`
			Depth      [3]int `json:"depth"`
			Kernels    [3]int `json:"kernels"`
			Resolution int    `json:"resolution"`
		}{Kernels: [3]int{7, 5, 3}}
		if err := json.Unmarshal(text, &file); err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		for i := range 3 {
			if file.EmbedDim[i] < 40 || file.EmbedDim[i]%8 != 0 || file.EmbedDim[i] > 2048 || file.Depth[i] < 1 || file.Depth[i] > 64 || file.Kernels[i]%2 != 1 {
				return c, fmt.Errorf("%s: stage %d cannot have %d channels, %d blocks and kernels of %d; channels are a multiple of 8 from 40 on, kernels odd",
					name, i+1, file.EmbedDim[i], file.Depth[i], file.Kernels[i])
			}
		}
		c = model.New(file.Name, file.Resolution, file.EmbedDim, file.Depth, file.Kernels, 0)
	}
	if *size == 0 {
		*size = c.Resolution
	}
	if *size == 0 {
		return c, usagef("the configuration names no resolution; --size is needed")
	}
	return c, nil
}

func (f *trainFlags) run(ctx context.Context, e *env, o train.Options) error {
	// Progress rewrites its line on a terminal and is a line now and then elsewhere.
	print := newPrinter(e)
	data, err := train.OpenDataset(ctx, f.data, 2*o.Size, int64(f.cache)<<20, func(done, of int) {
		print.update(fmt.Sprintf("read %d of %d pictures", done, of), done == of)
	})
	if err != nil {
		return err
	}
	defer data.Close()
	for _, line := range data.Skipped {
		fmt.Fprintf(e.stderr, "skipped %s\n", line)
	}
	fmt.Fprintf(e.stderr, "%d training and %d validation pictures of %d classes, %d skipped\n",
		len(data.Train), len(data.Val), len(data.Classes), len(data.Skipped))
	fmt.Fprintf(e.stderr, "arithmetic: %s\n", train.Arithmetic())
	if o.Source < 0 {
		o.Source = 0
		if side := data.NativeSide(); side < o.Size {
			o.Source = side
		}
	}
	teacher, err := f.loadTeacher(&o)
	if err != nil {
		return err
	}
	t, err := train.NewTrainer(data, f.out, o, teacher, f.workers)
	if err != nil {
		return err
	}
	switch {
	case f.resume:
		err = t.Resume()
	case f.init != "":
		sd, closer, openErr := readTensors(f.init, false)
		if openErr != nil {
			return openErr
		}
		defer closer.Close()
		if err = t.Start(sd); err != nil {
			err = fmt.Errorf("%s: %w", f.init, err)
		}
	}
	if err != nil {
		return err
	}
	t.SaveEvery = f.saveEvery
	t.Report = func(p train.Progress) {
		print.report(p)
		if p.Evaluation != nil {
			if err := drawCurves(filepath.Join(f.out, train.LogFile), filepath.Join(f.out, "curves.png")); err != nil {
				fmt.Fprintf(e.stderr, "curves.png: %v\n", err)
			}
		}
	}
	err = t.Run(ctx)
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(e.stderr, "\nstopped; --resume continues")
		return nil
	}
	return err
}

// loadTeacher reads the teacher, if one is asked for. A run that was distilled needs it again when it is resumed.
func (f *trainFlags) loadTeacher(o *train.Options) (*train.Teacher, error) {
	name := f.teacher
	switch {
	case f.teacher != "" && f.logits != "":
		return nil, usagef("--teacher and --teacher-logits are one too many")
	case f.logits != "":
		name = f.logits
	case f.teacher == "" && o.Teacher != "":
		return nil, usagef("the run is distilled from %s; --teacher or --teacher-logits is needed to resume it", o.Teacher)
	case f.teacher == "":
		return nil, nil
	}
	identity, err := train.FileIdentity(name)
	switch {
	case err != nil:
		return nil, err
	case f.resume && o.Teacher == "":
		return nil, usagef("the run is not distilled; leave out %s to resume it", name)
	case f.resume && o.Teacher != identity:
		return nil, usagef("the run is distilled from %s and cannot be resumed with %s", o.Teacher, identity)
	}
	sd, closer, err := readTensors(name, false)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	var teacher *train.Teacher
	if f.logits != "" {
		teacher, err = train.StoredTeacher(sd)
	} else {
		teacher, err = train.NewTeacher(sd, o.TeacherSize, f.workers)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	o.Teacher = identity
	return teacher, nil
}

func (p *printer) report(r train.Progress) {
	p.update(fmt.Sprintf("epoch %.2f, step %d of %d, loss %.3f, %.0f images/s, %v left",
		r.Epoch, r.Step, r.Steps, r.Loss, r.PerSecond, r.Left.Round(time.Second)), r.Evaluation != nil)
	if v := r.Evaluation; v != nil {
		best := ""
		if v.Best {
			best = ", the best so far"
		}
		fmt.Fprintf(p.e.stderr, "validation: top-1 %.2f %%, top-5 %.2f %%; moving average %.2f %%, %.2f %%%s\n",
			v.Plain.Top1, v.Plain.Top5, v.Average.Top1, v.Average.Top5, best)
	}
}
