//go:build js && wasm

package main

import (
	"errors"
	"fmt"
	"io"
	"syscall/js"
)

// promise makes a function of JavaScript that runs f in a goroutine, since a callback must not block, and
// settles a Promise with what it returns. A panic rejects it too; the page then replaces the worker.
func promise(f func(arg js.Value) (js.Value, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		arg := js.Undefined()
		if len(args) > 0 {
			arg = args[0]
		}
		var executor js.Func
		executor = js.FuncOf(func(_ js.Value, settle []js.Value) any {
			resolve, reject := settle[0], settle[1]
			go func() {
				defer executor.Release()
				value, err := guarded(f, arg)
				if err != nil {
					reject.Invoke(describe(err))
					return
				}
				resolve.Invoke(value)
			}()
			return nil
		})
		return js.Global().Get("Promise").New(executor)
	})
}

// guarded turns a panic of f into an error.
func guarded(f func(js.Value) (js.Value, error), arg js.Value) (value js.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicError{r}
		}
	}()
	if arg.Type() != js.TypeObject {
		return js.Value{}, badRequest("call", errors.New("an object is needed"))
	}
	return f(arg)
}

func isBytes(v js.Value) bool {
	return v.Type() == js.TypeObject && v.InstanceOf(js.Global().Get("Uint8Array"))
}

// bytesOf copies a Uint8Array.
func bytesOf(v js.Value) ([]byte, error) {
	if !isBytes(v) {
		return nil, errors.New("a Uint8Array is needed")
	}
	data := make([]byte, v.Length())
	js.CopyBytesToGo(data, v)
	return data, nil
}

// uint8Array reads a Uint8Array in pieces, so that a file of weights is not in the module's memory too.
type uint8Array struct{ v js.Value }

func (a uint8Array) ReadAt(p []byte, off int64) (n int, err error) {
	n = js.CopyBytesToGo(p, a.v.Call("subarray", off, off+int64(len(p))))
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// blob reads a file of the user's in pieces, as a worker may, so that a checkpoint is never in memory as a whole.
type blob struct{ v js.Value }

func (b blob) ReadAt(p []byte, off int64) (n int, err error) {
	defer func() {
		if r := recover(); r != nil { // an exception: the file is gone or changed
			n, err = 0, fmt.Errorf("the file can no longer be read: %v", r)
		}
	}()
	piece := b.v.Call("slice", off, off+int64(len(p)))
	buffer := js.Global().Get("FileReaderSync").New().Call("readAsArrayBuffer", piece)
	n = js.CopyBytesToGo(p, js.Global().Get("Uint8Array").New(buffer))
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}
