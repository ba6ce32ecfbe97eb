package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"mobilemamba/classify"
	"mobilemamba/internal/pictures"
	"mobilemamba/vision"
)

// evalResult is what eval prints; percent and seconds.
type evalResult struct {
	N       int     `json:"n"`
	Top1    float64 `json:"top1"`
	Top5    float64 `json:"top5"`
	Seconds float64 `json:"seconds"`
	Skipped int     `json:"skipped,omitempty"` // pictures that could not be read, not in N
}

// sample is a picture and the class it shows.
type sample struct {
	file  string
	class int
}

func runEval(ctx context.Context, e *env, args []string) error {
	fset := flag.NewFlagSet("eval", flag.ContinueOnError)
	var mf modelFlags
	mf.register(fset)
	limit := fset.Int("limit", 0, "use only `N` pictures, spread evenly over all; 0: all")
	asJSON := fset.Bool("json", false, "print one JSON object")
	rest, err := mf.parse(e, fset, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usagef("name one folder or zip file")
	}
	if *limit < 0 {
		return usagef("--limit %d is negative", *limit)
	}
	c, err := mf.load()
	if err != nil {
		return err
	}
	files, closer, err := pictures.Open(rest[0])
	if err != nil {
		return err
	}
	defer closer.Close()
	samples, err := listSamples(files, c.Labels())
	if err != nil {
		return fmt.Errorf("%s: %w", rest[0], err)
	}
	if n := *limit; n > 0 && n < len(samples) {
		for i := range n {
			samples[i] = samples[i*len(samples)/n]
		}
		samples = samples[:n]
	}
	result, err := evaluate(ctx, e, c, files, samples)
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(e.stdout, result)
	}
	fmt.Fprintf(e.stdout, "%d pictures: top-1 %.2f %%, top-5 %.2f %%, %.1f s\n", result.N, result.Top1, result.Top5, result.Seconds)
	return nil
}

// layout says where the pictures should be.
const layout = "pictures should lie in one folder a class, CLASS_ID/picture or val/CLASS_ID/picture"

// listSamples finds the pictures of every class.
func listSamples(files fs.FS, labels []classify.Label) ([]sample, error) {
	classes := map[string]int{}
	for i, l := range labels {
		classes[l.ID] = i
	}
	root, folders, err := classFolders(files, classes)
	if err != nil {
		return nil, err
	}
	var samples []sample
	var unknown []string
	for _, folder := range folders {
		class, ok := classes[folder]
		if !ok {
			unknown = append(unknown, folder)
			continue
		}
		_, names, err := pictures.List(files, path.Join(root, folder))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			samples = append(samples, sample{path.Join(root, folder, name), class})
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("%d of the folders are no class of this model: %s; %s",
			len(unknown), strings.Join(unknown[:min(len(unknown), 10)], ", "), layout)
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("no pictures found; %s", layout)
	}
	return samples, nil
}

// classFolders lists the folders that should be classes, and names the one that they are in: val, if there is one. A
// folder around all the others, as archivers add it, is looked into.
func classFolders(files fs.FS, classes map[string]int) (root string, folders []string, err error) {
	for root = "."; ; root = path.Join(root, folders[0]) {
		val := path.Join(root, "val")
		if info, err := fs.Stat(files, val); err == nil && info.IsDir() {
			folders, _, err = pictures.List(files, val)
			return val, folders, err
		}
		folders, _, err = pictures.List(files, root)
		if err != nil || len(folders) != 1 {
			return root, folders, err
		}
		if _, ok := classes[folders[0]]; ok {
			return root, folders, nil
		}
		below, _, err := pictures.List(files, path.Join(root, folders[0]))
		if err != nil || len(below) == 0 {
			return root, folders, err
		}
	}
}

// tally counts hits.
type tally struct {
	mu         sync.Mutex
	n, t1, t5  int
	unreadable []string
}

func (t *tally) add(top []vision.Ranked, class int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
	for i, r := range top {
		if r.Index == class {
			t.t5++
			if i == 0 {
				t.t1++
			}
		}
	}
}

func (t *tally) skip(file string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unreadable = append(t.unreadable, fmt.Sprintf("%s: %v", file, err))
}

// evaluate classifies the samples on all cores.
func evaluate(ctx context.Context, e *env, c *classify.Classifier, files fs.FS, samples []sample) (*evalResult, error) {
	start := time.Now()
	bar := progress(e, len(samples), "classifying")
	var t tally
	var wg sync.WaitGroup
	next := make(chan sample)
	for range runtime.GOMAXPROCS(0) {
		worker, err := c.Clone()
		if err != nil {
			return nil, err
		}
		wg.Go(func() {
			for s := range next {
				top, err := rank(worker, files, s.file)
				if err != nil {
					t.skip(s.file, err)
				} else {
					t.add(top, s.class)
				}
				bar.Add(1)
			}
		})
	}
	for _, s := range samples {
		if ctx.Err() != nil {
			break
		}
		next <- s
	}
	close(next)
	wg.Wait()
	bar.Finish()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sort.Strings(t.unreadable)
	for _, line := range t.unreadable {
		fmt.Fprintf(e.stderr, "skipped %s\n", line)
	}
	if t.n == 0 {
		return nil, fmt.Errorf("none of the %d pictures could be read", len(samples))
	}
	percent := func(hits int) float64 { return 100 * float64(hits) / float64(t.n) }
	return &evalResult{
		N: t.n, Top1: percent(t.t1), Top5: percent(t.t5), Seconds: time.Since(start).Seconds(), Skipped: len(t.unreadable),
	}, nil
}

// rank returns the five likeliest classes of a picture.
func rank(c *classify.Classifier, files fs.FS, file string) ([]vision.Ranked, error) {
	data, err := pictures.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	img, err := vision.Decode(data, vision.DecodeOptions{})
	if err != nil {
		return nil, err
	}
	logits, err := c.Logits(img)
	if err != nil {
		return nil, err
	}
	return vision.TopK(logits, 5), nil
}
