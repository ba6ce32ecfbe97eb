// Package onnx writes a MobileMamba network as an ONNX model of opset 17, for runtimes other than this
// program and as the independent check of it: ONNX Runtime, which shares no code with package model, must
// compute the same logits.
//
// It is also what this program is timed against, so the graph is in the form that ONNX Runtime runs fastest:
// every choice of operators that differs from the obvious one was measured, and a comment beside it says what
// was gained. The files follow package model box by box.
package onnx

import (
	"fmt"
	"io"
	"strconv"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
)

// Target is the build of ONNX Runtime that a graph is laid out for. Both run either graph; they differ in speed.
type Target int

const (
	// Web is the WebAssembly backend, whose convolutions are slow on small maps.
	Web Target = iota
	// Native is the CPU backend, which has blocked-channel convolutions (NCHWc) and is fastest with those alone.
	Native
)

// Options say how a network is exported.
type Options struct {
	// Height and Width of the input in pixels; 0 for the model's resolution. The graph has fixed shapes.
	Height, Width int
	Target        Target
	// Variant and Source are written into the model's metadata; "" for the name that the tensors tell.
	Variant, Source string
}

// Write exports the network that a checkpoint describes. Input x [1, 3, H, W] is a normalised image, output
// logits [1, classes]. The same tensors and options always give the same bytes. It is an error if the tensors are no
// MobileMamba, or the size of the input is neither given nor known.
func Write(w io.Writer, sd *checkpoint.StateDict, opt Options) error {
	folded, config, err := model.Fuse(sd)
	if err != nil {
		return err
	}
	if opt.Height == 0 && opt.Width == 0 {
		opt.Height, opt.Width = config.Resolution, config.Resolution
	}
	if opt.Height < 1 || opt.Width < 1 {
		return fmt.Errorf("onnx: no input of %d×%d pixels; name the size of the input", opt.Height, opt.Width)
	}
	if opt.Variant == "" {
		opt.Variant = config.Name
	}
	b := &builder{graph: newGraph("MobileMamba"), config: config, target: opt.Target, sd: folded}
	b.network(opt.Height, opt.Width)
	if b.err != nil {
		return b.err
	}
	_, err = w.Write(encodeModel(b.graph, [][2]string{
		{"variant", opt.Variant},
		{"resolution", strconv.Itoa(opt.Height) + "x" + strconv.Itoa(opt.Width)},
		{"source", opt.Source},
	}))
	return err
}
