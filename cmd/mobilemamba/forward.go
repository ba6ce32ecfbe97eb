package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
	"mobilemamba/model"
)

func runForward(_ context.Context, e *env, args []string) error {
	fs := flag.NewFlagSet("forward", flag.ContinueOnError)
	weights := fs.String("weights", "", "checkpoint `file`, .pth or .safetensors")
	input := fs.String("input", "", "safetensors `file` with a tensor x (1, 3, H, W)")
	output := fs.String("output", "", "safetensors `file` to write logits (1, classes) to")
	variant := fs.String("variant", "", "`name` of the variant that the checkpoint must be of")
	ema := fs.Bool("ema", false, "use the moving average of the weights (net_E)")
	trace := fs.Bool("trace", false, "write every block's output (1, C, H, W) too, under its name")
	kernel := fs.String("kernel", "auto", "kernel `variant`")
	rest, err := parse(e, fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *weights == "" || *input == "" || *output == "" {
		return usagef("--weights, --input and --output are needed, and nothing else")
	}
	m, err := loadNetwork(*weights, *ema, *variant, *kernel)
	if err != nil {
		return err
	}
	x, h, w, err := readInput(*input)
	if err != nil {
		return fmt.Errorf("%s: %w", *input, err)
	}
	state, err := m.NewState(h, w)
	if err != nil {
		return fmt.Errorf("%s: %w", *input, err)
	}
	out := &checkpoint.StateDict{Metadata: map[string]string{"variant": m.Config.Name}}
	if *trace {
		blocks := map[string]bool{}
		for _, b := range state.Trace {
			blocks[b.Name] = b.Name != "head"
		}
		state.Probe = func(name string, v model.View) {
			if blocks[name] {
				out.Add(checkpoint.NewTensor(name, []int{1, v.C, v.H, v.W}, v.ChannelsFirst()))
			}
		}
	}
	logits, err := m.Forward(state, x)
	if err != nil {
		return err
	}
	out.Add(checkpoint.NewTensor("logits", []int{1, len(logits)}, logits))
	if err := writeFile(*output, func(w io.Writer) error {
		return checkpoint.WriteSafetensors(w, out, checkpoint.F32)
	}); err != nil {
		return fmt.Errorf("%s: %w", *output, err)
	}
	fmt.Fprintf(e.stderr, "%s at %d×%d: %.1f ms\n", describe(m.Config), h, w, state.Ms())
	return nil
}

// loadNetwork loads a checkpoint; a variant that is named must be the checkpoint's.
func loadNetwork(file string, ema bool, variant, kernel string) (*model.Model, error) {
	set, err := kernels.Select(kernel)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	sd, closer, err := readTensors(file, ema)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	m, err := model.Load(sd, set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if m.Config, err = named(m.Config, variant); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return m, nil
}

// readInput reads the tensor x and turns it channels last.
func readInput(file string) (x []float32, h, w int, err error) {
	sd, closer, err := checkpoint.Open(file, checkpoint.Options{})
	if err != nil {
		return nil, 0, 0, err
	}
	defer closer.Close()
	t := sd.Get("x")
	if t == nil {
		return nil, 0, 0, fmt.Errorf("it has no tensor x")
	}
	if len(t.Shape) != 4 || t.Shape[0] != 1 || t.Shape[1] != 3 {
		return nil, 0, 0, fmt.Errorf("tensor x has the shape %v; it should be [1 3 H W]", t.Shape)
	}
	h, w = t.Shape[2], t.Shape[3]
	chw, err := t.Float32s()
	if err != nil {
		return nil, 0, 0, err
	}
	x = make([]float32, len(chw))
	for c := range 3 {
		for p := range h * w {
			x[p*3+c] = chw[c*h*w+p]
		}
	}
	return x, h, w, nil
}
