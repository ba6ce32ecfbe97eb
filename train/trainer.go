package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
)

// Files that a training run keeps in its folder.
const (
	StateFile = "state.bin"        // to resume from
	LastFile  = "last.safetensors" // the network of the last evaluation
	EMAFile   = "ema.safetensors"  // its moving average
	BestFile  = "best.safetensors" // the best of both so far
	LogFile   = "log.csv"
)

// Trainer runs the recipe. It is used by one goroutine.
type Trainer struct {
	SaveEvery time.Duration    // between two states; 0 for 10 minutes
	Report    func(p Progress) // is told of every step, if set

	dir     string
	data    *Dataset
	teacher *Teacher
	net     *Network
	opt     *AdamW
	ema     *Average
	rates   Schedule
	header  stateHeader

	perEpoch int
	order    []int // of the training pictures in the present epoch
	ordered  int   // that epoch, -1 for none yet
	samplers sync.Pool
	log      logFile
	skipped  int // steps without finite gradients

	x, target, dlogits []float32
	labels, places     []int // of the batch's pictures
	mixed              mix   // how they are mixed
}

// Progress is what is known after a step.
type Progress struct {
	Step, Steps int
	Epoch       float64
	Rate        float64 // of learning
	Loss, Norm  float64 // of the step; the norm of the gradients is before clipping
	PerSecond   float64 // pictures
	Left        time.Duration
	Evaluation  *Evaluation // after an evaluation
}

// NewTrainer prepares a run from scratch. Its files go to the folder dir. The teacher may be nil. Workers are 0 for
// one a core. Options that cannot work, a teacher of other pictures or classes, and fewer pictures than a batch are
// errors.
func NewTrainer(data *Dataset, dir string, o Options, teacher *Teacher, workers int) (*Trainer, error) {
	o.Config.Classes = len(data.Classes)
	o.Config.Resolution = o.Size
	if err := o.Check(); err != nil {
		return nil, err
	}
	if teacher != nil {
		if err := teacher.fits(data); err != nil {
			return nil, err
		}
	}
	limit(data, o.Limit)
	net, err := NewNetwork(o.Config, workers)
	if err != nil {
		return nil, err
	}
	net.Init(o.Seed)
	t := &Trainer{dir: dir, data: data, teacher: teacher, net: net, ordered: -1, perEpoch: len(data.Train) / o.Batch}
	if t.perEpoch == 0 {
		return nil, fmt.Errorf("train: %d training pictures are less than a batch of %d", len(data.Train), o.Batch)
	}
	t.header = stateHeader{
		Options: o, Classes: data.Classes, Pictures: data.fingerprint(), Sizes: [2]int{len(net.data), len(net.running)},
		Best: -1,
	}
	t.opt, t.ema = NewAdamW(net), NewAverage(net)
	t.configure()
	return t, nil
}

// limit keeps n training pictures, the first ones of every class.
func limit(data *Dataset, n int) {
	if n <= 0 || n >= len(data.Train) {
		return
	}
	taken := make([]int, len(data.Classes))
	kept := data.Train[:0:0]
	for _, p := range data.Train {
		if share := n/len(taken) + min(1, max(0, n%len(taken)-p.Label)); taken[p.Label] < share {
			taken[p.Label]++
			kept = append(kept, p)
		}
	}
	data.Train = kept
}

// configure applies the options.
func (t *Trainer) configure() {
	o := &t.header.Options
	t.opt.WeightDecay, t.opt.Clip, t.ema.Decay = o.WeightDecay, o.Clip, o.AverageDecay
	t.net.SetDropPath(o.DropPath, nil)
	epoch := float64(t.perEpoch)
	t.rates = NewSchedule(o.LR*float64(o.Batch)/512, int(o.WarmupEpochs*epoch), int(math.Ceil(o.Epochs*epoch)))
}

// Start takes the weights of a checkpoint, for fine-tuning. A head for other classes is left at its starting values.
func (t *Trainer) Start(sd *checkpoint.StateDict) error {
	c, folded, err := model.Infer(sd)
	if err != nil {
		return err
	}
	if folded {
		return errors.New("the checkpoint's BatchNorm is folded, so it cannot be trained on; the file that was converted is needed")
	}
	for _, p := range t.net.Params {
		tensor := sd.Get(p.Name)
		if tensor == nil || tensor.Len() != len(p.Data) {
			if isHead := p.Name == "head.l.weight" || p.Name == "head.l.bias"; isHead && c.Classes != t.net.Config.Classes {
				continue
			}
			return fmt.Errorf("the checkpoint is of another network: its %s does not fit", p.Name)
		}
		data, err := tensor.Float32s()
		if err != nil {
			return err
		}
		copy(p.Data, data)
	}
	for _, s := range t.net.Stats {
		if tensor := sd.Get(s.Name); tensor != nil && tensor.Len() == len(s.Data) {
			data, err := tensor.Float32s()
			if err != nil {
				return err
			}
			copy(s.Data, data)
		}
	}
	t.ema = NewAverage(t.net)
	t.configure()
	return nil
}

// Resume continues the run whose state lies in the folder. A state that is missing, damaged, of another network or of
// other pictures is an error.
func (t *Trainer) Resume() error {
	if err := t.load(filepath.Join(t.dir, StateFile)); err != nil {
		return err
	}
	t.configure()
	return nil
}

// Run trains to the end or until ctx is done, and saves the state in either case.
func (t *Trainer) Run(ctx context.Context) error {
	if err := os.MkdirAll(t.dir, 0o755); err != nil {
		return err
	}
	t.sweep()
	if err := t.log.open(filepath.Join(t.dir, LogFile), t.header.Step); err != nil {
		return err
	}
	defer t.log.close()
	saveEvery, evalEvery := t.SaveEvery, max(1, t.header.Options.EvalEvery)*t.perEpoch
	if saveEvery == 0 {
		saveEvery = 10 * time.Minute
	}
	h := &t.header
	due := func() bool { return h.Step > 0 && (h.Step%evalEvery == 0 || h.Step == t.rates.Total) }
	if due() && h.Evaluated != h.Step { // the run was stopped just before
		p := Progress{Step: h.Step, Steps: t.rates.Total, Epoch: float64(h.Step) / float64(t.perEpoch)}
		var err error
		if p.Evaluation, err = t.evaluate(ctx); err != nil {
			return err
		}
		if err := t.report(p); err != nil {
			return err
		}
	}
	saved, clock := time.Now(), newClock()
	for h.Step < t.rates.Total {
		start := time.Now()
		p, err := t.step()
		if err != nil {
			return err
		}
		h.Seconds += time.Since(start).Seconds()
		p.PerSecond = clock.tick(h.Options.Batch)
		p.Left = time.Duration(float64((p.Steps-p.Step)*h.Options.Batch) / p.PerSecond * float64(time.Second))
		if due() {
			if p.Evaluation, err = t.evaluate(ctx); err != nil && ctx.Err() == nil {
				return err
			}
			clock.pause()
		}
		if err := t.report(p); err != nil {
			return err
		}
		stop := ctx.Err() != nil
		if stop || p.Evaluation != nil || time.Since(saved) > saveEvery {
			if err := t.save(filepath.Join(t.dir, StateFile)); err != nil {
				return err
			}
			saved = time.Now()
			clock.pause()
		}
		if stop {
			return ctx.Err()
		}
	}
	return nil
}

// report logs a step and tells of it.
func (t *Trainer) report(p Progress) error {
	if err := t.log.add(p, t.header.Seconds); err != nil {
		return err
	}
	if t.Report != nil {
		t.Report(p)
	}
	return nil
}

// sweep removes files that a killed run left half written.
func (t *Trainer) sweep() {
	for _, name := range []string{StateFile, LastFile, EMAFile, BestFile, LogFile} {
		stale, _ := filepath.Glob(filepath.Join(t.dir, "."+name+"-*"))
		for _, f := range stale {
			os.Remove(f)
		}
	}
}

// step is one iteration.
func (t *Trainer) step() (Progress, error) {
	o, h := &t.header.Options, &t.header
	p := Progress{Step: h.Step + 1, Steps: t.rates.Total, Rate: t.rates.At(h.Step)}
	p.Epoch = float64(p.Step) / float64(t.perEpoch)
	if err := t.batch(); err != nil {
		return p, err
	}
	teacher, err := t.teach()
	if err != nil {
		return p, err
	}
	k := o.Config.Classes
	t.net.pass.rng = stream(o.Seed, dropStream, uint64(h.Step))
	size := t.size()
	logits := t.net.Forward(t.x, o.Batch, size, size)
	t.dlogits = grow32(t.dlogits, len(logits))
	clear(t.dlogits)
	p.Loss = CrossEntropy(t.dlogits, logits, t.target, k)
	if teacher != nil {
		p.Loss += Distill(t.dlogits, logits, teacher, k, o.Tau, o.DistillWeight)
	}
	t.net.Backward(t.dlogits, nil)
	p.Norm = t.opt.Step(p.Rate)
	if math.IsNaN(p.Norm) || math.IsInf(p.Norm, 0) {
		if t.skipped++; t.skipped > 100 {
			return p, errors.New("train: a hundred steps had no finite gradients; the learning rate is too high, or a picture or weight is broken")
		}
	}
	t.ema.Step()
	h.Step, h.Updates = p.Step, t.opt.t
	return p, nil
}

// size is the side of the next step's input.
func (t *Trainer) size() int {
	return t.header.Options.sizeAt(float64(t.header.Step) / float64(t.perEpoch))
}

// teach returns the teacher's logits for the batch, nil without one.
func (t *Trainer) teach() ([]float32, error) {
	o := &t.header.Options
	switch {
	case t.teacher == nil:
		return nil, nil
	case t.teacher.stored != nil:
		return t.teacher.lookup(t.places, t.mixed, o.Tau), nil
	}
	size := t.size()
	return t.teacher.Logits(t.x, o.Batch, size, size)
}

// clock measures the pictures a second over the last steps.
type clock struct {
	last time.Time
	rate float64
}

func newClock() *clock { return &clock{last: time.Now()} }

// tick notes a step of n pictures and returns a running mean.
func (c *clock) tick(n int) float64 {
	now := time.Now()
	rate := float64(n) / now.Sub(c.last).Seconds()
	c.last = now
	if c.rate == 0 {
		c.rate = rate
	}
	c.rate += 0.1 * (rate - c.rate)
	return c.rate
}

// pause leaves out the time since the last step.
func (c *clock) pause() { c.last = time.Now() }
