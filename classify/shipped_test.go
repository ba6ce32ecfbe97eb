package classify_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/internal/golden"
	"mobilemamba/vision"
)

// photographs opens Tiny-ImageNet.
func photographs(t *testing.T) *zip.ReadCloser {
	t.Helper()
	pictures, err := zip.OpenReader(filepath.Join(golden.SharedRoot(t), "data", "tiny-imagenet-200.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pictures.Close() })
	return pictures
}

func decodeFile(pictures fs.FS, name string) (*vision.Image, error) {
	data, err := fs.ReadFile(pictures, name)
	if err != nil {
		return nil, err
	}
	return vision.Decode(data, vision.DecodeOptions{IgnoreOrientation: true})
}

// TestTrainedCheckpoint compares a trained checkpoint with what PyTorch computed from it, file to logits.
func TestTrainedCheckpoint(t *testing.T) {
	folder := filepath.Join(golden.SharedRoot(t), "bootstrap")
	var record struct {
		Examples []struct {
			File   string
			Label  int
			Top5   []int
			P      []float64
			Logits []float64
		}
	}
	data, err := os.ReadFile(filepath.Join(folder, "bootstrap.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(folder, "mobilemamba_xt_tiny200.pth"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	sd, err := checkpoint.Read(f, info.Size(), checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := classify.New(sd, classify.Options{Entry: &classify.Entry{ID: "pytorch", Resolution: 96, Preprocess: []vision.Step{
		{Op: "resize", Short: 64, Filter: "bicubic"}, {Op: "crop", Size: 64},
		{Op: "normalize", Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}},
		{Op: "interpolate", Size: 96, Filter: "bilinear"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	pictures := photographs(t)
	var worst float64
	for _, e := range record.Examples {
		img, err := decodeFile(pictures, e.File)
		if err != nil {
			t.Fatal(err)
		}
		logits, err := c.Logits(img)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range e.Logits {
			worst = max(worst, math.Abs(float64(logits[i])-want))
		}
		r, err := c.Classify(img, 5)
		if err != nil {
			t.Fatal(err)
		}
		if r.Top[0].Index != e.Top5[0] || math.Abs(r.Top[0].P-e.P[0]) > 0.02 {
			t.Errorf("%s: class %d with %.4f, want %d with %.4f", e.File, r.Top[0].Index, r.Top[0].P, e.Top5[0], e.P[0])
		}
	}
	t.Logf("largest difference of a logit: %.4f", worst)
	// Another JPEG decoder than PyTorch's moves logits of up to 12 by this much.
	if worst > 0.2 {
		t.Errorf("a logit is off by %.4f", worst)
	}
}

// TestShippedAccuracy: the accuracy that the manifest claims shows on a tenth of the validation pictures, for all
// weights that it offers. A thousand pictures put a top-1 of 50 % within 1.6 points (one standard deviation).
func TestShippedAccuracy(t *testing.T) {
	pictures := photographs(t)
	for _, e := range manifest(t).Models {
		if e.Accuracy == nil {
			t.Errorf("%s claims no accuracy", e.ID)
			continue
		}
		for _, w := range e.Weights {
			c := shipped(t, &e, w)
			top1, top5, n := score(t, c, pictures)
			t.Logf("%s, %s: top-1 %.1f %%, top-5 %.1f %% of %d pictures", e.ID, w.DType, top1, top5, n)
			if math.Abs(top1-e.Accuracy.Top1) > 4 || math.Abs(top5-e.Accuracy.Top5) > 4 {
				t.Errorf("the manifest claims %.2f and %.2f %%", e.Accuracy.Top1, e.Accuracy.Top5)
			}
		}
	}
}

// score classifies every tenth validation picture. The answers are in percent.
func score(t *testing.T, c *classify.Classifier, pictures *zip.ReadCloser) (top1, top5 float64, n int) {
	t.Helper()
	classes := map[string]int{}
	for i, l := range c.Labels() {
		classes[l.ID] = i
	}
	var files []string
	for _, f := range pictures.File {
		if strings.HasPrefix(f.Name, "val/") && !f.FileInfo().IsDir() {
			files = append(files, f.Name)
		}
	}
	const workers, every = 4, 10
	var wait sync.WaitGroup
	var lock sync.Mutex
	var failure error
	for worker := range workers {
		wait.Go(func() {
			own, err := c.Clone()
			for i := worker * every; i < len(files) && err == nil; i += workers * every {
				var img *vision.Image
				if img, err = decodeFile(pictures, files[i]); err != nil {
					break
				}
				var r *classify.Result
				if r, err = own.Classify(img, 5); err != nil {
					break
				}
				class, ok := classes[path.Base(path.Dir(files[i]))]
				if !ok {
					err = fmt.Errorf("%s is of no class of the model", files[i])
					break
				}
				lock.Lock()
				n++
				for place, p := range r.Top {
					if p.Index == class {
						top5++
						if place == 0 {
							top1++
						}
					}
				}
				lock.Unlock()
			}
			if err != nil {
				lock.Lock()
				failure = err
				lock.Unlock()
			}
		})
	}
	wait.Wait()
	if failure != nil {
		t.Fatal(failure)
	}
	return 100 * top1 / float64(n), 100 * top5 / float64(n), n
}
