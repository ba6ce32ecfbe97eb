package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
	"mobilemamba/onnx"
)

// targets are the names of --target.
var targets = map[string]onnx.Target{"web": onnx.Web, "native": onnx.Native}

func runExport(_ context.Context, e *env, args []string) error {
	fs := flag.NewFlagSet("export", flag.ContinueOnError)
	var mf modelFlags
	fs.StringVar(&mf.model, "model", "", "manifest `id`, .safetensors or .pth; default: the manifest's first model")
	fs.StringVar(&mf.manifest, "manifest", "", "model manifest `file` to use instead of the built-in one")
	fs.BoolVar(&mf.ema, "ema", false, "use the moving average of the weights (net_E) of a trainer's checkpoint")
	variant := fs.String("variant", "", "`name` of a variant to export with synthetic weights, instead of a model")
	size := fs.Int("size", 0, "side of the input in `pixels`; default: the model's")
	onnxFile := fs.String("onnx", "", "ONNX `file` to write")
	target := fs.String("target", "web", "`runtime` to be fast on: web or native; either runs on both")
	rest, err := parse(e, fs, args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) > 0:
		return usagef("unexpected argument %q", rest[0])
	case *onnxFile == "":
		return usagef("name the file to write with --onnx")
	case *variant != "" && mf.model != "":
		return usagef("--variant exports synthetic weights, --model a model: name one of them")
	case *size < 0:
		return usagef("--size %d is negative", *size)
	}
	opt := onnx.Options{Height: *size, Width: *size}
	var ok bool
	if opt.Target, ok = targets[*target]; !ok {
		return usagef("--target %s: it is web or native", *target)
	}
	source, err := exportedModel(&mf, *variant)
	if err != nil {
		return err
	}
	defer source.Close()
	config := source.config
	if opt.Height == 0 {
		opt.Height, opt.Width = config.Resolution, config.Resolution
	}
	if opt.Height == 0 {
		return usagef("%s does not say the size of its input: name it with --size", source.name)
	}
	opt.Variant, opt.Source = config.Name, source.name
	about := fmt.Sprintf("%s at %d×%d, for ONNX Runtime %s", describe(config), opt.Height, opt.Width, *target)
	bytes, err := writeCounted(*onnxFile, func(w io.Writer) error { return onnx.Write(w, source.StateDict, opt) })
	if err != nil {
		return fmt.Errorf("%s: %w", *onnxFile, err)
	}
	fmt.Fprintf(e.stderr, "%s: %s, %.1f MB\n", *onnxFile, about, float64(bytes)/1e6)
	return nil
}

// exported is a folded model, open until it is written.
type exported struct {
	*checkpoint.StateDict
	io.Closer
	config model.Config // its Resolution is what the model says of itself, 0 if it does not
	name   string       // where the weights come from
}

// exportedModel opens the model that the flags ask for, or makes the named variant of synthetic weights.
func exportedModel(mf *modelFlags, variant string) (*exported, error) {
	source := &exported{Closer: io.NopCloser(nil), name: "synthetic"}
	resolution := 0
	var err error
	switch {
	case variant != "":
		named, ok := model.Variant(variant)
		if !ok {
			return nil, usagef("--variant %s: it is T2, T4, S6, B1, B2 or B4", variant)
		}
		source.StateDict, resolution = named.Synthetic(""), named.Resolution
	case isFile(mf.model):
		source.name = filepath.Base(mf.model)
		if source.StateDict, source.Closer, err = readTensors(mf.model, mf.ema); err != nil {
			return nil, err
		}
		resolution, _ = strconv.Atoi(source.Metadata["resolution"]) // absent from most files
	default:
		entry, site, dir, err := mf.entry()
		if err != nil {
			return nil, err
		}
		if source.StateDict, err = mf.entryTensors(entry, site, dir); err != nil {
			return nil, err
		}
		source.name, resolution = entry.Source, entry.Resolution
	}
	if source.StateDict, source.config, err = model.Fuse(source.StateDict); err != nil {
		source.Close()
		return nil, fmt.Errorf("%s: %w", source.name, err)
	}
	if variant != "" { // B1, B2 and B4 cannot be told from their tensors
		source.config.Name = variant
	}
	if resolution > 0 {
		source.config.Resolution = resolution
	}
	return source, nil
}
