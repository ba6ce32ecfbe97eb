//go:build js && wasm

package main

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"syscall/js"
	"time"
	"unsafe"

	"github.com/norunners/vert"

	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/vision"
)

// engine holds the model in use with its last answer, and the memory for frames, which come in the same size again and
// again.
type engine struct {
	model  *classify.Classifier
	answer answer
	rgba   []byte
	frame  vision.Image
}

// loadRequest is what load takes beside "weights", a Uint8Array or, for a checkpoint of the user's own, a Blob.
type loadRequest struct {
	Entry      *classify.Entry `js:"entry"`     // of the model manifest; nil for a checkpoint of one's own
	Labels     string          `js:"labels"`    // text of a label file
	OwnLabels  bool            `js:"ownLabels"` // they must fit; without it a checkpoint of one's own ignores labels of another number of classes
	Kernel     string          `js:"kernel"`    // "" or "auto": the fastest of this module
	Resolution int             `js:"resolution"`
}

func (e *engine) load(arg js.Value) (js.Value, error) {
	var req loadRequest
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("load", err)
	}
	opt := classify.Options{Entry: req.Entry, Kernel: req.Kernel, Resolution: req.Resolution}
	if req.Labels != "" {
		labels, err := classify.ParseLabels([]byte(req.Labels))
		if err != nil {
			return js.Value{}, err
		}
		if opt.Entry != nil || req.OwnLabels {
			opt.Labels = labels
		} else {
			opt.DefaultLabels = labels
		}
	}
	file, size, err := readerOf(arg.Get("weights"))
	if err != nil {
		return js.Value{}, badRequest("load", err)
	}
	sd, err := checkpoint.Read(file, size, checkpoint.Options{})
	if err != nil {
		return js.Value{}, err
	}
	next, err := classify.New(sd, opt)
	if err != nil {
		return js.Value{}, err
	}
	if err := next.WarmUp(warmUp); err != nil {
		return js.Value{}, err
	}
	e.model, e.answer = next, answer{}
	// The last model and the file are garbage now; a collection before the next large allocation keeps the
	// memory of the module, which never shrinks, from growing by them.
	runtime.GC()
	return vert.ValueOf(e.model.Info()).JSValue(), nil
}

// warmUp is spent on passes when a model is loaded: browsers compile WebAssembly twice, quickly and then well, and
// the first picture would show the times of the first.
const warmUp = 50 * time.Millisecond

// readerOf returns a file that came as a Uint8Array or a Blob.
func readerOf(v js.Value) (io.ReaderAt, int64, error) {
	switch {
	case isBytes(v):
		return uint8Array{v}, int64(v.Length()), nil
	case v.Type() == js.TypeObject && v.InstanceOf(js.Global().Get("Blob")):
		return blob{v}, int64(v.Get("size").Float()), nil
	}
	return nil, 0, errors.New("weights: a Uint8Array or a Blob is needed")
}

// room makes room for the pixels of a picture, RGBA, and returns its address, which holds until the next call. The pixels
// are written there from outside: if they came as an array, Go would hold on to each of them until it collects its
// garbage, and hundreds of frames of a megabyte each would wait for that.
func (e *engine) room(arg js.Value) (js.Value, error) {
	var req struct {
		Width  int `js:"width"`
		Height int `js:"height"`
	}
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("room", err)
	}
	if err := vision.CheckSize("picture", req.Width, req.Height); err != nil {
		return js.Value{}, err
	}
	n := 4 * req.Width * req.Height
	e.rgba = slices.Grow(e.rgba[:0], n)[:n]
	return js.ValueOf(uintptr(unsafe.Pointer(unsafe.SliceData(e.rgba)))), nil
}

// classifyRequest is what classify takes beside "bytes", an encoded picture; without them the picture is in the room.
type classifyRequest struct {
	Top    int     `js:"top"`
	Width  int     `js:"width"`
	Height int     `js:"height"`
	Weight float64 `js:"weight"` // of a frame in the average of a film; 0: it alone
}

func (e *engine) classify(arg js.Value) (js.Value, error) {
	var req classifyRequest
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("classify", err)
	}
	if e.model == nil {
		return js.Value{}, errNoModel
	}
	start := time.Now()
	img, err := e.picture(&req, arg)
	if err != nil {
		return js.Value{}, err
	}
	decode := time.Since(start)
	r, err := e.model.ClassifyFrame(img, max(req.Top, 1), req.Weight)
	if err != nil {
		return js.Value{}, err
	}
	r.SetDecode(float64(decode) / float64(time.Millisecond))
	return e.answer.of(r), nil
}

// picture decodes the request's picture, or takes the one in the room.
func (e *engine) picture(req *classifyRequest, arg js.Value) (*vision.Image, error) {
	bytes := arg.Get("bytes")
	if bytes.IsUndefined() {
		return &e.frame, e.frame.SetRGBA(e.rgba, req.Width, req.Height, e.model.Kernels())
	}
	data, err := bytesOf(bytes)
	if err != nil {
		return nil, badRequest("classify: bytes", err)
	}
	return vision.Decode(data, vision.DecodeOptions{})
}

func (e *engine) explain(arg js.Value) (js.Value, error) {
	var req struct {
		Index int `js:"index"`
	}
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("explain", err)
	}
	if e.model == nil {
		return js.Value{}, errNoModel
	}
	r, err := e.model.Explain(req.Index)
	if err != nil {
		return js.Value{}, err
	}
	values := float32Array(r.Map)
	r.Map = nil
	out := vert.ValueOf(r).JSValue()
	out.Set("map", values)
	return out, nil
}

func (e *engine) find(arg js.Value) (js.Value, error) {
	var req struct {
		Query string   `js:"query"`
		IDs   []string `js:"ids"`
		Limit int      `js:"limit"`
	}
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("find", err)
	}
	if e.model == nil {
		return js.Value{}, errNoModel
	}
	classes, err := e.model.Find(req.Query, req.IDs, req.Limit)
	if err != nil {
		return js.Value{}, err
	}
	var out struct {
		Classes []classify.Prediction `js:"classes"`
	}
	out.Classes = classes
	return vert.ValueOf(out).JSValue(), nil
}

func (e *engine) bench(arg js.Value) (js.Value, error) {
	var req struct {
		Runs int `js:"runs"`
	}
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("bench", err)
	}
	if e.model == nil {
		return js.Value{}, errNoModel
	}
	var progress func(done, of int)
	if f := arg.Get("progress"); f.Type() == js.TypeFunction {
		progress = func(done, of int) { f.Invoke(done, of) }
	}
	r, err := e.model.Bench(context.Background(), req.Runs, progress)
	if err != nil {
		return js.Value{}, badRequest("bench", err)
	}
	return vert.ValueOf(r).JSValue(), nil
}
