// Command asmgen writes the WebAssembly SIMD128 kernels, kernels/*_simd128_wasm.s.
//
// A kernel is a Go function here that emits one TEXT block; the names of registers and of the fields of the
// argument structs are the only things that it shares with the Go wrapper beside its output. Run it with
// go generate ./kernels.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// files are the outputs by name, relative to the kernels folder.
var files = map[string]func(*asm){
	"gemm_simd128_wasm.s": gemmFile,
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: asmgen KERNELS_FOLDER")
		os.Exit(2)
	}
	for name, emit := range files {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), generate(emit), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
