package main

import (
	"archive/zip"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"mobilemamba/classify"
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
	rest, err := parse(e, fset, args)
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
	pictures, closer, err := openPictures(rest[0])
	if err != nil {
		return err
	}
	defer closer.Close()
	samples, err := listSamples(pictures, c.Labels())
	if err != nil {
		return fmt.Errorf("%s: %w", rest[0], err)
	}
	if n := *limit; n > 0 && n < len(samples) {
		for i := range n {
			samples[i] = samples[i*len(samples)/n]
		}
		samples = samples[:n]
	}
	result, err := evaluate(ctx, e, c, pictures, samples)
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(e.stdout, result)
	}
	fmt.Fprintf(e.stdout, "%d pictures: top-1 %.2f %%, top-5 %.2f %%, %.1f s\n", result.N, result.Top1, result.Top5, result.Seconds)
	return nil
}

// openPictures opens a folder or a zip file.
func openPictures(name string) (fs.FS, io.Closer, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return os.DirFS(name), io.NopCloser(nil), nil
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is neither a folder nor a zip file: %w", name, err)
	}
	return z, z, nil
}

// listSamples finds CLASS_ID/image, below val/ if there is such a folder.
func listSamples(pictures fs.FS, labels []classify.Label) ([]sample, error) {
	classes := map[string]int{}
	for i, l := range labels {
		classes[l.ID] = i
	}
	root := "."
	if info, err := fs.Stat(pictures, "val"); err == nil && info.IsDir() {
		root = "val"
	}
	folders, err := fs.ReadDir(pictures, root)
	if err != nil {
		return nil, err
	}
	var samples []sample
	var unknown []string
	for _, folder := range folders {
		if !folder.IsDir() || strings.HasPrefix(folder.Name(), ".") {
			continue
		}
		class, ok := classes[folder.Name()]
		if !ok {
			unknown = append(unknown, folder.Name())
			continue
		}
		files, err := fs.ReadDir(pictures, path.Join(root, folder.Name()))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if !f.IsDir() && !strings.HasPrefix(f.Name(), ".") {
				samples = append(samples, sample{path.Join(root, folder.Name(), f.Name()), class})
			}
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("%d of the folders are no class of this model: %s", len(unknown), strings.Join(unknown[:min(len(unknown), 10)], ", "))
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("no pictures found; they should lie in one folder a class, CLASS_ID/picture or val/CLASS_ID/picture")
	}
	return samples, nil
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
func evaluate(ctx context.Context, e *env, c *classify.Classifier, pictures fs.FS, samples []sample) (*evalResult, error) {
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
				top, err := rank(worker, pictures, s.file)
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
func rank(c *classify.Classifier, pictures fs.FS, file string) ([]vision.Ranked, error) {
	data, err := fs.ReadFile(pictures, file)
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

// progress returns a bar on a terminal and a silent one elsewhere.
func progress(e *env, n int, what string) *progressbar.ProgressBar {
	f, ok := e.stderr.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if !ok {
		return progressbar.DefaultSilent(int64(n))
	}
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond))
}
