package classify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"path"
	"strings"
	"testing"

	"mobilemamba/assets"
	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/model"
	"mobilemamba/vision"
)

func manifest(t *testing.T) *assets.Manifest {
	t.Helper()
	data, err := fs.ReadFile(assets.FS, assets.ManifestPath)
	if err != nil {
		t.Fatal(err)
	}
	m, err := assets.ParseManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// asset reads a file that the manifest names.
func asset(t *testing.T, url string) []byte {
	t.Helper()
	data, err := fs.ReadFile(assets.FS, path.Join(path.Dir(assets.ManifestPath), url))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// shipped loads a model of the manifest.
func shipped(t *testing.T, e *classify.Entry, w classify.Weights) *classify.Classifier {
	t.Helper()
	labels, err := classify.ParseLabels(asset(t, e.Labels))
	if err != nil {
		t.Fatal(err)
	}
	data := asset(t, w.URL)
	sd, err := checkpoint.Read(bytes.NewReader(data), int64(len(data)), checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := classify.New(sd, classify.Options{Entry: e, Labels: labels})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestManifest: every file that the manifest names is there, is what it says, and fits the others.
func TestManifest(t *testing.T) {
	for _, e := range manifest(t).Models {
		for _, w := range e.Weights {
			data := asset(t, w.URL)
			sum := sha256.Sum256(data)
			if int64(len(data)) != w.Bytes || hex.EncodeToString(sum[:]) != w.SHA256 {
				t.Errorf("%s has %d bytes and the sha256 %x; the manifest says otherwise", w.URL, len(data), sum)
			}
			info := shipped(t, &e, w).Info()
			if info.Model != e.ID || info.Width != e.Resolution {
				t.Errorf("%s: %+v", w.URL, info)
			}
		}
	}
}

// tiny is a network of synthetic weights that is quick to run.
func tiny(t *testing.T, classes int, opt classify.Options) (*classify.Classifier, error) {
	t.Helper()
	config := model.New("", 0, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, classes)
	return classify.New(config.Synthetic(""), opt)
}

func testPicture() *vision.Image {
	img := &vision.Image{W: 40, H: 30, Pix: make([]byte, 3*40*30)}
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	return img
}

func TestClassify(t *testing.T) {
	c, err := tiny(t, 7, classify.Options{Resolution: 64, DefaultLabels: make([]classify.Label, 3)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Classify(testPicture(), 100)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, p := range r.Top {
		sum += p.P
		if i > 0 && p.P > r.Top[i-1].P {
			t.Error("the answer is not in order")
		}
		if !strings.HasPrefix(p.Label, "class ") {
			t.Errorf("class %d has the label %q of another label file", p.Index, p.Label)
		}
	}
	if len(r.Top) != 7 || math.Abs(sum-1) > 1e-5 {
		t.Errorf("%d probabilities with the sum %v", len(r.Top), sum)
	}
	var blocks float64
	for _, b := range r.Blocks {
		blocks += b.Ms
	}
	if math.Abs(blocks-r.Ms.Forward) > 0.05*r.Ms.Forward {
		t.Errorf("the blocks took %v ms, the forward pass %v", blocks, r.Ms.Forward)
	}
	again, err := c.Classify(testPicture(), 7)
	if err != nil || again.Top[0] != r.Top[0] {
		t.Errorf("a second pass gives %v, %v; want %v", again.Top[0], err, r.Top[0])
	}
	clone, err := c.Clone()
	if err != nil {
		t.Fatal(err)
	}
	if other, err := clone.Classify(testPicture(), 1); err != nil || other.Top[0] != r.Top[0] {
		t.Errorf("a clone gives %v, %v; want %v", other.Top[0], err, r.Top[0])
	}
}

func TestLabelsMustFit(t *testing.T) {
	_, err := tiny(t, 7, classify.Options{Resolution: 64, Labels: make([]classify.Label, 3)})
	var e *classify.LabelError
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "names 3 classes") {
		t.Errorf("%v (%T), want a %T", err, err, e)
	}
}

func TestBench(t *testing.T) {
	c, err := tiny(t, 7, classify.Options{Resolution: 32})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	r, err := c.Bench(context.Background(), 3, func(done, of int) { calls++ })
	if err != nil {
		t.Fatal(err)
	}
	if r.Runs != 3 || calls < 3 || r.Min > r.P10 || r.P10 > r.Median || r.Median > r.P90 || len(r.Blocks) == 0 {
		t.Errorf("%d calls, %+v", calls, r)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := c.Bench(stopped, 3, nil); err == nil {
		t.Error("it went on after it was stopped")
	}
	if _, err := c.Bench(context.Background(), 0, nil); err == nil {
		t.Error("0 runs were made")
	}
}

func TestParseLabels(t *testing.T) {
	got, err := classify.ParseLabels([]byte("0\tn1\ta cat\r\n1\tn2\ta <b>dog</b>\n"))
	if err != nil || len(got) != 2 || got[1] != (classify.Label{ID: "n2", Name: "a <b>dog</b>"}) {
		t.Errorf("%v, %v", got, err)
	}
	for name, text := range map[string]string{
		"no line": "", "two fields": "0\tcat\n", "wrong index": "1\tn1\tcat\n", "gap": "0\tn\ta\n2\tn\tb\n", "no number": "x\tn\ta\n",
	} {
		if got, err := classify.ParseLabels([]byte(text)); err == nil {
			t.Errorf("%s: taken as %v", name, got)
		}
	}
}
