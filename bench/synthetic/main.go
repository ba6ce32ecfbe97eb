// Command synthetic writes networks with reproducible weights, as ONNX models and as safetensors, for the
// benchmarks and for the check against ONNX Runtime.
//
//	synthetic [-target web|native] [-weights] DIR CASE…
//
// A CASE is named as in the reference data: VARIANT[_dist]_HxW, for example T2_192x192 or tiny_dist_64x64; in the
// place of a variant may stand the channels and the depths of the stages, as in 48-64-80.5-6-1_64x64. It writes
// DIR/CASE.onnx, or with -weights DIR/CASE.safetensors.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
	"mobilemamba/onnx"
)

func main() {
	target := flag.String("target", "web", "build of ONNX Runtime to be fast on: web or native")
	weights := flag.Bool("weights", false, "write safetensors instead of ONNX")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: synthetic [-target web|native] [-weights] DIR CASE…")
		os.Exit(2)
	}
	for _, name := range flag.Args()[1:] {
		if err := write(flag.Arg(0), name, *target, *weights); err != nil {
			fmt.Fprintf(os.Stderr, "synthetic: %s: %v\n", name, err)
			os.Exit(1)
		}
	}
}

// write writes one case.
func write(dir, name, target string, weights bool) error {
	config, h, w, err := parse(name)
	if err != nil {
		return err
	}
	sd, _, err := model.Fuse(config.Synthetic(""))
	if err != nil {
		return err
	}
	if weights {
		sd.Metadata = map[string]string{"format": "pt", "variant": config.Name, "source": "synthetic"}
		return writeFile(filepath.Join(dir, name+".safetensors"), func(f io.Writer) error {
			return checkpoint.WriteSafetensors(f, sd, checkpoint.F32)
		})
	}
	opt := onnx.Options{Height: h, Width: w, Variant: config.Name, Source: "synthetic"}
	if target == "native" {
		opt.Target = onnx.Native
	}
	return writeFile(filepath.Join(dir, name+".onnx"), func(f io.Writer) error { return onnx.Write(f, sd, opt) })
}

// parse reads the name of a case.
func parse(name string) (config model.Config, h, w int, err error) {
	variant, rest, _ := strings.Cut(name, "_")
	config, known := model.Variant(variant)
	if variant == "tiny" { // the reference data's small configuration
		config, known = model.New("tiny", 64, [3]int{64, 96, 128}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 10), true
	}
	var dims, depth [3]int
	if n, _ := fmt.Sscanf(variant, "%d-%d-%d.%d-%d-%d", &dims[0], &dims[1], &dims[2], &depth[0], &depth[1], &depth[2]); n == 6 {
		config, known = model.New("", 0, dims, depth, [3]int{7, 5, 3}, 10), true
	}
	size, distilled := strings.CutPrefix(rest, "dist_")
	config.Distillation = distilled
	if _, err := fmt.Sscanf(size, "%dx%d", &h, &w); err != nil || !known {
		return config, 0, 0, fmt.Errorf("not a case; one is T2_192x192 or tiny_dist_64x64")
	}
	return config, h, w, nil
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close() // the error that counts is that of the Close below
	out := bufio.NewWriter(f)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}
