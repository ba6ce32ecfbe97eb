package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"mobilemamba/classify"
	"mobilemamba/vision"
)

// runClassify names what pictures show. A picture that cannot be read is reported; the others are classified.
func runClassify(ctx context.Context, e *env, args []string) error {
	fs := flag.NewFlagSet("classify", flag.ContinueOnError)
	var mf modelFlags
	mf.register(fs)
	top := fs.Int("top", 5, "how many classes to list")
	asJSON := fs.Bool("json", false, "print one JSON array")
	ignoreOrientation := fs.Bool("ignore-orientation", false, "classify the pixels as stored, without the EXIF orientation")
	files, err := mf.parse(e, fs, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usagef("name at least one picture")
	}
	if *top < 1 {
		return usagef("--top %d: at least 1 class is listed", *top)
	}
	c, err := mf.load()
	if err != nil {
		return err
	}
	results := []*classify.Result{}
	failed := 0
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := classifyFile(c, file, *top, vision.DecodeOptions{IgnoreOrientation: *ignoreOrientation})
		if err != nil {
			failed++
			fmt.Fprintf(e.stderr, "mobilemamba classify: %s: %v\n", file, err)
			continue
		}
		results = append(results, r)
		if !*asJSON {
			printResult(e.stdout, r)
		}
	}
	if *asJSON {
		if err := printJSON(e.stdout, results); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d pictures could not be classified", failed, len(files))
	}
	return nil
}

// classifyFile decodes and classifies one picture.
func classifyFile(c *classify.Classifier, file string, top int, opt vision.DecodeOptions) (*classify.Result, error) {
	start := time.Now()
	data, err := readPicture(file)
	if err != nil {
		return nil, err
	}
	img, err := vision.Decode(data, opt)
	if err != nil {
		return nil, err
	}
	decode := time.Since(start)
	r, err := c.Classify(img, top)
	if err != nil {
		return nil, err
	}
	r.File = file
	r.SetDecode(float64(decode) / float64(time.Millisecond))
	return r, nil
}

// readPicture reads a file, but no more of it than a picture may have.
func readPicture(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			return nil, pathErr.Err
		}
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("it is a folder; name pictures, or measure a folder of classes with eval")
	}
	return io.ReadAll(io.LimitReader(f, vision.MaxBytes+1))
}

// printResult writes a result for people.
func printResult(w io.Writer, r *classify.Result) {
	fmt.Fprintf(w, "%s  (%.1f ms)\n", r.File, r.Ms.Total)
	for _, p := range r.Top {
		fmt.Fprintf(w, "  %6.2f %%  %s\n", 100*p.P, p.Label)
	}
}

// printJSON writes one indented document.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
