//go:build js && wasm

package main

import (
	"syscall/js"

	"github.com/norunners/vert"

	"mobilemamba/classify"
)

// answer is the Result of the picture before, in JavaScript, of which only what differs is set anew for the next one.
// Each object and each string that crosses leaves a finalizer behind: the collector has to look at all of them, and they
// run in one go. With a hundred of them a frame, which mostly said the same again, the engine stood still for 10 to 20 ms
// twice every three seconds.
type answer struct {
	last   *classify.Result // what value says
	value  js.Value
	top    js.Value   // its array
	ranks  []js.Value // its elements
	blocks []js.Value
}

// of returns r in JavaScript, valid until the next call. All results have to be of one model.
func (a *answer) of(r *classify.Result) js.Value {
	if a.last == nil || len(a.last.Top) != len(r.Top) {
		a.begin(r)
	}
	for i, p := range r.Top {
		if p.Index != a.last.Top[i].Index {
			a.ranks[i] = vert.ValueOf(p).JSValue()
			a.top.SetIndex(i, a.ranks[i])
		} else {
			a.ranks[i].Set("p", p.P)
		}
	}
	for i, b := range r.Blocks {
		a.blocks[i].Set("ms", b.Ms)
	}
	a.value.Set("ms", vert.ValueOf(r.Ms).JSValue())
	a.last = r
	return a.value
}

func (a *answer) begin(r *classify.Result) {
	value := vert.ValueOf(r).JSValue()
	top := value.Get("top")
	*a = answer{r, value, top, elements(top), elements(value.Get("blocks"))}
}

func elements(array js.Value) []js.Value {
	values := make([]js.Value, array.Length())
	for i := range values {
		values[i] = array.Index(i)
	}
	return values
}
