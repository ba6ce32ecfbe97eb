package train

import (
	"errors"
	"fmt"

	"mobilemamba/model"
	"mobilemamba/vision"
)

// Options are everything that a training run depends on, beside the pictures. They are saved with its state.
type Options struct {
	Config model.Config `json:"config"`
	Size   int          `json:"size"`   // side of the input in pixels
	Source int          `json:"source"` // side of the pictures where they are smaller than the input and are enlarged; else 0

	// Progressive learning (EfficientNetV2, section 4): the first epochs see smaller inputs, which cost less.
	StartSize   int     `json:"start_size,omitempty"` // their side; 0 for Size
	StartEpochs float64 `json:"start_epochs,omitempty"`

	Epochs       float64 `json:"epochs"`        // passes over the training pictures; the schedule's length
	WarmupEpochs float64 `json:"warmup_epochs"` // of them, in which the learning rate rises
	Batch        int     `json:"batch"`         // pictures a step, even
	LR           float64 `json:"lr"`            // at a batch of 512; it scales with the batch
	WeightDecay  float64 `json:"weight_decay"`  // of AdamW, for the parameters that decay (Param.Decays)
	Clip         float64 `json:"clip"`          // largest norm of all gradients together; 0 for any
	AverageDecay float64 `json:"ema_decay"`     // share of the moving average that a step keeps
	Smoothing    float64 `json:"smoothing"`     // share of a target that goes to all classes alike
	DropPath     float64 `json:"drop_path"`     // probability that a picture skips the last residual branch; less for those before
	Mixing       Mixing  `json:"mixing"`        // of pairs of pictures
	Augment      Augment `json:"augment"`       // of each picture
	Seed         uint64  `json:"seed"`          // of everything random
	EvalEvery    int     `json:"eval_every"`    // epochs between two evaluations; 0 for 1
	Limit        int     `json:"limit"`         // training pictures to use, spread evenly over the classes; 0 for all

	Teacher       string  `json:"teacher,omitempty"`      // what the teacher is: a name and what tells it from others
	TeacherSize   int     `json:"teacher_size,omitempty"` // side of its input; 0 for its configuration's, or Size
	Tau           float64 `json:"kd_tau"`                 // temperature of both softmaxes
	DistillWeight float64 `json:"kd_weight"`              // of the distillation's loss beside the labels'
}

// DefaultOptions is the paper's recipe (300 epochs, AdamW at 1.5e-3 with decay 0.05, smoothing 0.1, mixup and cutmix,
// distillation with weight 5) with lighter augmentation, which does not need RandAugment. Config and Size are to be set.
func DefaultOptions() Options {
	return Options{
		Epochs: 300, WarmupEpochs: 20, Batch: 128, LR: 1.5e-3, WeightDecay: 0.05, Clip: 5, AverageDecay: 0.9998,
		Smoothing: 0.1, Mixing: OfficialMixing, Augment: DefaultAugment, Tau: 1, DistillWeight: 5, Seed: 1,
	}
}

// Check reports options that cannot work.
func (o *Options) Check() error {
	switch {
	case o.Size < 16 || o.Size > 1024:
		return fmt.Errorf("train: an input of %d pixels is not possible; 16 to 1024 are", o.Size)
	case o.StartSize != 0 && (o.StartSize < 16 || o.StartSize > 1024):
		return fmt.Errorf("train: a first input of %d pixels is not possible; 16 to 1024 are", o.StartSize)
	case o.Batch < 2 || o.Batch%2 != 0:
		return fmt.Errorf("train: a batch of %d is not possible; it is even, since mixup pairs its pictures", o.Batch)
	case !(o.Epochs > 0):
		return errors.New("train: there must be some epochs")
	case !(o.WarmupEpochs < o.Epochs):
		return fmt.Errorf("train: a warm-up of %v of %v epochs leaves none to train", o.WarmupEpochs, o.Epochs)
	case !(o.LR > 0):
		return errors.New("train: the learning rate must be positive")
	case o.DropPath < 0 || o.DropPath >= 1:
		return errors.New("train: the rate of drop path is from 0 to 1")
	case o.Tau <= 0:
		return errors.New("train: the temperature of distillation must be positive")
	}
	return nil
}

// sizeAt is the side of the input after some epochs.
func (o *Options) sizeAt(epochs float64) int {
	if o.StartSize != 0 && epochs < o.StartEpochs {
		return o.StartSize
	}
	return o.Size
}

// Preprocess is the transform of evaluation, as a model manifest writes it: for small pictures that training enlarges
// the same at its full view, else the paper's test transform.
func (o *Options) Preprocess() []vision.Step {
	if o.Source == 0 {
		return vision.OfficialSteps(o.Size)
	}
	normalize := vision.Step{Op: "normalize", Mean: pixelMean[:], Std: pixelStd[:]}
	steps := []vision.Step{
		{Op: "resize", Short: o.Source, Filter: "bicubic"}, {Op: "crop", Size: o.Source}, normalize,
	}
	if o.Source != o.Size {
		steps = append(steps, vision.Step{Op: "interpolate", Size: o.Size, Filter: "bilinear"})
	}
	return steps
}
