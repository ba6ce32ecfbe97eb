package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
)

// dtypes are the names of --dtype.
var dtypes = map[string]checkpoint.DType{"f32": checkpoint.F32, "f16": checkpoint.F16, "i8": checkpoint.I8}

func runConvert(_ context.Context, e *env, args []string) error {
	fs := flag.NewFlagSet("convert", flag.ContinueOnError)
	dtypeName := fs.String("dtype", "f32", "`type` of the weights: f32, f16 or i8")
	ema := fs.Bool("ema", false, "take the moving average of the weights (net_E)")
	keepBN := fs.Bool("keep-bn", false, "do not fold BatchNorm, so that the weights can be trained on")
	variant := fs.String("variant", "", "`name` of the variant; only needed to tell B2 and B4 from B1")
	resolution := fs.Int("resolution", 0, "side of the input in `pixels`, where it is not the variant's")
	rest, err := parse(e, fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 2 {
		return usagef("name a checkpoint and the file to write")
	}
	dtype, ok := dtypes[*dtypeName]
	if !ok {
		return usagef("--dtype %s: it is f32, f16 or i8", *dtypeName)
	}
	if *resolution < 0 {
		return usagef("--resolution %d is negative", *resolution)
	}
	in, out := rest[0], rest[1]
	prepare := model.Fuse
	if *keepBN {
		prepare = trainable
	}
	sd, config, closer, err := readNetwork(in, *ema, *variant, prepare)
	if err != nil {
		return err
	}
	defer closer.Close()
	if *resolution > 0 {
		config.Resolution = *resolution
	}
	written := &checkpoint.StateDict{Tensors: sd.Tensors, Metadata: metadata(config, filepath.Base(in))}
	bytes, err := writeCounted(out, func(w io.Writer) error { return checkpoint.WriteSafetensors(w, written, dtype) })
	if err != nil {
		return fmt.Errorf("%s: %w", out, err)
	}
	fmt.Fprintf(e.stderr, "%s: %s, %d classes, %s, %.1f MB\n", out, describe(config), config.Classes, *dtypeName, float64(bytes)/1e6)
	return nil
}

// trainable returns the network's tensors as the trainer wants them, with their BatchNorms.
func trainable(sd *checkpoint.StateDict) (*checkpoint.StateDict, model.Config, error) {
	c, folded, err := model.Infer(sd)
	if err != nil {
		return nil, c, err
	}
	if folded {
		return nil, c, errors.New("its BatchNorm is folded already, and cannot be unfolded; the file that was converted is needed")
	}
	specs := c.Specs(false)
	if err := checkpoint.Check(sd, specs); err != nil {
		return nil, c, err
	}
	out := &checkpoint.StateDict{Metadata: sd.Metadata, Format: sd.Format}
	for _, s := range specs {
		if t := sd.Get(s.Name); t != nil && !s.Optional {
			out.Add(t)
		}
	}
	return out, c, nil
}

// readNetwork opens a checkpoint and prepares its tensors, by model.Fuse or trainable. The closer must outlive them.
func readNetwork(name string, ema bool, variant string, prepare func(*checkpoint.StateDict) (*checkpoint.StateDict, model.Config, error)) (*checkpoint.StateDict, model.Config, io.Closer, error) {
	sd, closer, err := readTensors(name, ema)
	if err != nil {
		return nil, model.Config{}, nil, err
	}
	prepared, config, err := prepare(sd)
	if err == nil {
		config, err = named(config, variant)
	}
	if err != nil {
		closer.Close()
		return nil, config, nil, fmt.Errorf("%s: %w", name, err)
	}
	return prepared, config, closer, nil
}

// named gives a configuration the name and resolution of a variant with the same tensors; "" leaves it.
func named(c model.Config, variant string) (model.Config, error) {
	if variant == "" {
		return c, nil
	}
	v, ok := model.Variant(variant)
	if !ok {
		return c, usagef("--variant %s: it is T2, T4, S6, B1, B2 or B4", variant)
	}
	return c.As(v)
}

// metadata describes a converted model in its file.
func metadata(c model.Config, source string) map[string]string {
	config, err := json.Marshal(c)
	if err != nil {
		panic(err) // a struct of numbers and strings always encodes
	}
	return map[string]string{
		"format":     "pt",
		"variant":    c.Name,
		"config":     string(config),
		"classes":    strconv.Itoa(c.Classes),
		"resolution": strconv.Itoa(c.Resolution),
		"source":     source,
	}
}

// describe names a configuration for people.
func describe(c model.Config) string {
	if c.Name != "" {
		return "MobileMamba-" + c.Name
	}
	return fmt.Sprintf("MobileMamba with embed_dim %v and depth %v", c.EmbedDim, c.Depth)
}
