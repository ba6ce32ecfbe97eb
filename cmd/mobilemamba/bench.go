package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"mobilemamba/classify"
	"mobilemamba/model"
)

func runBench(ctx context.Context, e *env, args []string) error {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	var mf modelFlags
	mf.register(fs)
	variant := fs.String("variant", "", "`name` of a variant to run with synthetic weights, instead of a model")
	size := fs.Int("size", 0, "side of the input in `pixels`; default: the model's")
	runs := fs.Int("runs", 50, "passes to time")
	asJSON := fs.Bool("json", false, "print one JSON object")
	rest, err := mf.parse(e, fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("unexpected argument %q", rest[0])
	}
	if *variant != "" && mf.model != "" {
		return usagef("--variant runs synthetic weights, --model a model: name one of them")
	}
	if *size < 0 || *runs < 1 {
		return usagef("--size and --runs are positive")
	}
	if *size > 0 {
		mf.resolution = *size
	}
	c, err := benchClassifier(&mf, *variant)
	if err != nil {
		return err
	}
	bar := progress(e, 1, "timing")
	result, err := c.Bench(ctx, *runs, func(done, of int) {
		bar.ChangeMax(of)
		bar.Set(done)
	})
	bar.Finish()
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(e.stdout, result)
	}
	return printBench(e.stdout, result)
}

// benchClassifier loads a model or makes one of synthetic weights.
func benchClassifier(mf *modelFlags, variant string) (*classify.Classifier, error) {
	if variant == "" {
		return mf.load()
	}
	config, ok := model.Variant(variant)
	if !ok {
		return nil, usagef("--variant %s: it is T2, T4, S6, B1, B2 or B4", variant)
	}
	if mf.resolution == 0 {
		mf.resolution = config.Resolution
	}
	return mf.classifier(config.Synthetic(""), nil, nil)
}

// printBench writes a result for people.
func printBench(w io.Writer, r *classify.BenchResult) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "block\tstage\toutput\tMMACs\tms\tGFLOP/s\t")
	for _, b := range r.Blocks {
		fmt.Fprintf(t, "%s\t%s\t%d×%d×%d\t%.1f\t%.2f\t%.1f\t\n",
			b.Name, b.Stage, b.Shape[0], b.Shape[1], b.Shape[2], b.MACs/1e6, b.Ms, b.GFLOPs)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s, %s kernels, %d runs: median %.2f ms (p10 %.2f, p90 %.2f, min %.2f), %.1f GFLOP/s\n",
		r.Model, r.Kernel, r.Runs, r.Median, r.P10, r.P90, r.Min, r.GFLOPs)
	return err
}
