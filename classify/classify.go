// Package classify puts the rooms together: a checkpoint, its preprocessing and its labels become a Classifier
// that turns pictures into results. The command line and the browser module both stand on it, so that they
// answer alike.
package classify

import (
	"fmt"
	"time"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
	"mobilemamba/model"
	"mobilemamba/vision"
)

// Options say how a checkpoint is used.
type Options struct {
	Entry      *Entry  // its manifest entry; nil for a checkpoint of one's own
	Labels     []Label // one a class; nil: classes are named by DefaultLabels or their index
	Kernel     string  // a row of kernels.Variants; "" or "auto": the fastest
	Resolution int     // overrides the side of the input, in pixels; 0: what the model was trained for

	// DefaultLabels name the classes where there are no Labels and the model has as many classes.
	DefaultLabels []Label
}

// Classifier turns pictures into results. It serves one call at a time.
type Classifier struct {
	name   string
	net    *model.Model
	steps  []vision.Step
	labels []Label

	state *model.State
	pre   *vision.Preprocessor
	input []float32 // [H, W, 3]
	p     []float32 // [classes]
	frame []float32 // [classes], of the last picture alone where p is an average
	seen  *scene    // the picture that state and p are about; nil: none
}

// defaultResolution is the side of the input for a checkpoint that does not tell: the smallest of the paper's.
const defaultResolution = 192

// New loads a checkpoint. Without a manifest entry the picture is prepared by the paper's test transform. It is an error
// if there are no such kernels, the tensors are no MobileMamba (a *checkpoint.Error), the entry's steps cannot be
// followed, or the labels are of another number of classes (a *LabelError).
func New(sd *checkpoint.StateDict, opt Options) (*Classifier, error) {
	set, err := kernels.Select(opt.Kernel)
	if err != nil {
		return nil, err
	}
	net, err := model.Load(sd, set)
	if err != nil {
		return nil, err
	}
	steps, err := preprocessing(net.Config, opt)
	if err != nil {
		return nil, err
	}
	name := net.Config.Name
	if opt.Entry != nil {
		name = opt.Entry.ID
	}
	if name == "" {
		name = "custom"
	}
	labels := opt.Labels
	if n := len(labels); n > 0 && n != net.Config.Classes {
		return nil, labelErrorf("it names %d classes, but the model has %d", n, net.Config.Classes)
	}
	if len(labels) == 0 && len(opt.DefaultLabels) == net.Config.Classes {
		labels = opt.DefaultLabels
	}
	shared := &Classifier{name: name, net: net, steps: steps, labels: labels}
	return shared.Clone()
}

// Clone returns a classifier with buffers of its own that shares the weights, to run at the same time.
func (c *Classifier) Clone() (*Classifier, error) {
	clone := *c
	clone.seen = nil
	var err error
	if clone.pre, err = vision.NewPreprocessor(c.steps, c.net.Kernels); err != nil {
		return nil, err
	}
	h, w := clone.pre.Size()
	if clone.state, err = c.net.NewState(h, w); err != nil {
		return nil, err
	}
	clone.input = make([]float32, h*w*3)
	clone.p = make([]float32, c.net.Config.Classes)
	clone.frame = make([]float32, c.net.Config.Classes)
	return &clone, nil
}

// Labels returns the names of the classes; nil if they have none.
func (c *Classifier) Labels() []Label { return c.labels }

// Kernels returns the variant in use.
func (c *Classifier) Kernels() *kernels.Set { return c.net.Kernels }

// preprocessing chooses the steps: the manifest's, or else the paper's at the resolution that is asked for or known of
// the checkpoint.
func preprocessing(c model.Config, opt Options) ([]vision.Step, error) {
	if opt.Entry != nil && opt.Resolution == 0 {
		return opt.Entry.Preprocess, nil
	}
	side := opt.Resolution
	if side == 0 {
		side = c.Resolution
	}
	if side == 0 {
		side = defaultResolution
	}
	if side < 1 {
		return nil, fmt.Errorf("an input of %d pixels a side is not possible", side)
	}
	return vision.OfficialSteps(side), nil
}

// Result is what is known of one picture. Its field tags are those of the command line's JSON and of the
// browser module's messages.
type Result struct {
	File   string       `json:"file" js:"file"`
	Top    []Prediction `json:"top" js:"top"`
	Ms     Timings      `json:"ms" js:"ms"`
	Blocks []Block      `json:"blocks" js:"blocks"`
}

// Prediction is one class of the answer.
type Prediction struct {
	Index int     `json:"index" js:"index"`
	ID    string  `json:"id" js:"id"`
	Label string  `json:"label" js:"label"`
	P     float64 `json:"p" js:"p"` // probability
}

// Timings are wall times in milliseconds.
type Timings struct {
	Decode     float64 `json:"decode" js:"decode"`
	Preprocess float64 `json:"preprocess" js:"preprocess"`
	Forward    float64 `json:"forward" js:"forward"`
	Total      float64 `json:"total" js:"total"`
}

// Block is what one module of the network cost.
type Block struct {
	Name  string  `json:"name" js:"name"`
	Stage string  `json:"stage" js:"stage"`
	Shape []int   `json:"shape" js:"shape"` // [h, w, c] of its output
	MACs  float64 `json:"macs" js:"macs"`
	Ms    float64 `json:"ms" js:"ms"`
}

// Classify answers with the k likeliest classes of a picture. File and the time of decoding are the caller's
// to fill in; see Result.SetDecode. Weights that give no numbers are a *checkpoint.Error.
func (c *Classifier) Classify(img *vision.Image, k int) (*Result, error) {
	return c.ClassifyFrame(img, k, 1)
}

// ClassifyFrame is Classify for the pictures of a film, whose probabilities it averages: weight, over 0 and below 1,
// is the share of this frame, and the average before it has the rest. Any other weight takes the frame alone and
// begins a new average, as does the first frame and the one after a benchmark.
//
// All classes are averaged, so that the likeliest k are those of the average and Find searches in it.
func (c *Classifier) ClassifyFrame(img *vision.Image, k int, weight float64) (*Result, error) {
	averaging := c.seen != nil && weight > 0 && weight < 1
	c.seen = nil
	start := time.Now()
	if err := c.pre.Apply(img, c.input); err != nil {
		return nil, err
	}
	prepared := time.Now()
	logits, err := c.forward()
	if err != nil {
		return nil, err
	}
	if averaging {
		vision.Softmax(logits, c.frame)
		mix(c.p, c.frame, float32(weight))
	} else {
		vision.Softmax(logits, c.p)
	}
	c.seen = &scene{width: img.W, height: img.H}
	r := &Result{Blocks: c.blocks()}
	for _, ranked := range vision.TopK(c.p, k) {
		r.Top = append(r.Top, c.prediction(ranked))
	}
	r.Ms = Timings{
		Preprocess: milliseconds(prepared.Sub(start)),
		Forward:    c.state.Ms(),
		Total:      milliseconds(time.Since(start)),
	}
	return r, nil
}

// mix moves an average towards the next value, by its weight.
func mix(average, next []float32, weight float32) {
	for i, v := range next {
		average[i] += weight * (v - average[i])
	}
}

// SetDecode books the time that decoding took, in milliseconds.
func (r *Result) SetDecode(ms float64) {
	r.Ms.Decode = ms
	r.Ms.Total += ms
}

// Logits computes the logits [classes] of a picture, valid until the next call. It forgets the picture classified last.
func (c *Classifier) Logits(img *vision.Image) ([]float32, error) {
	c.seen = nil
	if err := c.pre.Apply(img, c.input); err != nil {
		return nil, err
	}
	return c.forward()
}

// forward computes the logits of the input. Damaged weights spread: logits that are no numbers are an error, not an answer.
func (c *Classifier) forward() ([]float32, error) {
	logits, err := c.net.Forward(c.state, c.input)
	if err != nil {
		return nil, err
	}
	for _, v := range logits {
		if v-v != 0 { // NaN or infinite
			return nil, &checkpoint.Error{Code: checkpoint.Corrupt, Msg: "the model answers with what is no number; its weights are damaged"}
		}
	}
	return logits, nil
}

// prediction adds to a class what is known of it.
func (c *Classifier) prediction(r vision.Ranked) Prediction {
	p := Prediction{Index: r.Index, Label: fmt.Sprintf("class %d", r.Index), P: float64(r.P)}
	if r.Index < len(c.labels) {
		p.ID, p.Label = c.labels[r.Index].ID, c.labels[r.Index].Name
	}
	return p
}

// blocks reports the last pass.
func (c *Classifier) blocks() []Block {
	blocks := make([]Block, len(c.state.Trace))
	for i, t := range c.state.Trace {
		blocks[i] = Block{
			Name: t.Name, Stage: t.Stage, Shape: []int{t.Shape.H, t.Shape.W, t.Shape.C}, MACs: float64(t.MACs), Ms: t.Ms,
		}
	}
	return blocks
}

// Info describes a loaded model.
type Info struct {
	Model   string  `json:"model" js:"model"`     // manifest id, variant or "custom"
	Variant string  `json:"variant" js:"variant"` // of the paper; "" outside its table
	Classes int     `json:"classes" js:"classes"`
	Height  int     `json:"height" js:"height"` // of the input, in pixels
	Width   int     `json:"width" js:"width"`
	Params  float64 `json:"params" js:"params"`
	MACs    float64 `json:"macs" js:"macs"`
	Kernel  string  `json:"kernel" js:"kernel"`

	Stages []Stage `json:"stages" js:"stages"`
	Blocks []Block `json:"blocks" js:"blocks"` // what a Result will list, without times
}

// Stage says how the blocks of one of the three stages share their channels.
type Stage struct {
	Channels int `json:"channels" js:"channels"`
	Global   int `json:"global" js:"global"` // of the wavelet-enhanced Mamba branch
	Local    int `json:"local" js:"local"`   // of the depthwise branch; the rest is passed on as it is
	Kernel   int `json:"kernel" js:"kernel"` // side of the depthwise kernels of both
	Inner    int `json:"inner" js:"inner"`   // channels of the selective scan
	Rank     int `json:"rank" js:"rank"`     // of its Δ projection
}

// Info describes the loaded model.
func (c *Classifier) Info() Info {
	config := c.net.Config
	info := Info{
		Model: c.name, Variant: config.Name, Classes: config.Classes, Height: c.state.H, Width: c.state.W,
		Params: float64(c.net.Params()), MACs: float64(c.state.MACs()), Kernel: c.net.Kernels.Name,
		Blocks: c.blocks(),
	}
	for i := range info.Blocks {
		info.Blocks[i].Ms = 0
	}
	for i, channels := range config.EmbedDim {
		info.Stages = append(info.Stages, Stage{
			Channels: channels, Global: config.Global[i], Local: config.Local[i],
			Kernel: config.Kernels[i], Inner: config.DInner[i], Rank: config.DTRank[i],
		})
	}
	return info
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
