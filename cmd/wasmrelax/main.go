// Command wasmrelax turns a module built with the tag relaxed into one that uses relaxed SIMD.
//
//	go build -tags relaxed -o in.wasm ./wasm
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
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: wasmrelax [-simd] IN.wasm OUT.wasm")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *simd); err != nil {
		fmt.Fprintln(os.Stderr, "wasmrelax:", err)
		os.Exit(1)
	}
}

func run(in, out string, simd bool) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	relaxed, err := wasmrelax.Relax(data, wasmrelax.Kernels, wasmrelax.Options{MulAdd: !simd, Splat: true})
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return os.WriteFile(out, relaxed, 0o644)
}
