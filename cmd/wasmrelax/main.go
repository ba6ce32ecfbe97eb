// Command wasmrelax rewrites the kernels of a linked module to instructions that Go's assembler cannot write: to
// relaxed SIMD, or with -simd to what of them is plain SIMD128.
//
//	GOOS=js GOARCH=wasm go build -tags relaxed -o in.wasm ./wasm
//	go run ./cmd/wasmrelax in.wasm out.wasm
package main

import (
	"flag"
	"fmt"
	"os"

	"mobilemamba/internal/wasmrelax"
)

func main() {
	simd := flag.Bool("simd", false, "keep to plain SIMD128: fuse loads with splats alone")
	strip := flag.Bool("strip", false, "leave out the function names")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: wasmrelax [-simd] [-strip] IN.wasm OUT.wasm")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	opt := wasmrelax.Options{MulAdd: !*simd, Splat: true, Strip: *strip}
	if err := wasmrelax.File(flag.Arg(0), flag.Arg(1), opt); err != nil {
		fmt.Fprintln(os.Stderr, "wasmrelax:", err)
		os.Exit(1)
	}
}
