//go:build js && wasm

package main

import (
	"runtime"
	"syscall/js"

	"github.com/norunners/vert"
)

func (e *engine) inspect(arg js.Value) (js.Value, error) {
	var req struct {
		Block    string `js:"block"`
		Part     string `js:"part"` // "": all
		Channels int    `js:"channels"`
	}
	if err := vert.ValueOf(arg).AssignTo(&req); err != nil {
		return js.Value{}, badRequest("inspect", err)
	}
	if e.model == nil {
		return js.Value{}, errNoModel
	}
	maps, err := e.model.Inspect(req.Block, req.Part, req.Channels)
	if err != nil {
		return js.Value{}, err
	}
	parts := js.Global().Get("Array").New()
	for _, m := range maps {
		values := float32Array(m.Values)
		m.Values = nil
		part := vert.ValueOf(m).JSValue()
		part.Set("values", values)
		parts.Call("push", part)
	}
	out := js.Global().Get("Object").New()
	out.Set("parts", parts)
	return out, nil
}

// memory reports what Go's allocator holds, in bytes.
func memory(js.Value) (js.Value, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	out := js.Global().Get("Object").New()
	out.Set("heap", m.HeapAlloc)
	out.Set("reserved", m.Sys)
	out.Set("collections", m.NumGC)
	return out, nil
}
