//go:build js && wasm

// Command wasm is the network as a WebAssembly module for a browser's worker. It sets globalThis.mobilemamba, an
// object of functions that take one object and return a Promise, and then calls globalThis.onMobileMambaReady.
//
//	load({weights, entry, labels, ownLabels, kernel, resolution, ema}) → Info
//	room({width, height}) → the address in this module's memory where the RGBA pixels of such a picture are to be written
//	classify({bytes, top}) or, of the picture in the room, classify({width, height, top, weight}) → Result
//	explain({index}) → Explanation with its map as a Float32Array, of the picture classified last
//	inspect({block, part, channels}) → {parts}, FeatureMaps each with values as a Float32Array, of that picture too
//	find({query, ids, limit}) → {classes}, of the picture classified last
//	bench({runs, progress}) → BenchResult
//	memory({}) → {heap, reserved, collections}
//	sound({bytes}) → {sampleRate, channels, samples}
//
// A Promise rejects with {code, message, hint}; errors.go lists the codes. The functions serve one call at a
// time. Small structs cross with vert under their js tags; weights and samples cross as typed arrays.
package main

import (
	"runtime/debug"
	"syscall/js"
)

// gcPercent is how much garbage may gather before it is collected, in percent of what is in use. The module's memory
// never shrinks, so that garbage is memory for good; and most of what is in use are weights, which hold no pointers
// and cost the collector next to nothing.
const gcPercent = 25

func main() {
	debug.SetGCPercent(gcPercent)
	e := &engine{}
	api := js.Global().Get("Object").New()
	api.Set("load", promise(e.load))
	api.Set("room", promise(e.room))
	api.Set("classify", promise(e.classify))
	api.Set("explain", promise(e.explain))
	api.Set("inspect", promise(e.inspect))
	api.Set("find", promise(e.find))
	api.Set("bench", promise(e.bench))
	api.Set("memory", promise(memory))
	api.Set("sound", promise(decodeSound))
	js.Global().Set("mobilemamba", api)
	if ready := js.Global().Get("onMobileMambaReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	select {}
}
