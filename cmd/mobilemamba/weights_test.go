package main

import (
	"bytes"
	"encoding/json"
	"image/color"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mobilemamba/assets"
	"mobilemamba/checkpoint"
	"mobilemamba/internal/download"
	"mobilemamba/internal/golden"
	"mobilemamba/internal/hub"
	"mobilemamba/model"
)

// checkout has what the command needs of this project's folder.
type checkout struct{ dir string }

func newCheckout(t *testing.T) checkout {
	t.Helper()
	pause = func(int) time.Duration { return 0 }
	t.Cleanup(func() { pause = nil })
	c := checkout{t.TempDir()}
	c.write(t, "assets/models/index.json", nil)
	labels, err := assets.FS.ReadFile(assets.ImageNetLabels)
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "assets/labels/imagenet1k.tsv", labels)
	return c
}

func (c checkout) path(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

func (c checkout) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(c.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.path(name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// weights runs the command there.
func (c checkout) weights(args ...string) (stdout, stderr string, code int) {
	return call(append([]string{"weights", "--models", c.path("assets/models"), "--cache", c.path("build/weights")}, args...)...)
}

// local reads what was registered.
func (c checkout) local(t *testing.T) *assets.Manifest {
	t.Helper()
	text, err := os.ReadFile(c.path(assets.LocalManifest))
	if err != nil {
		t.Fatal(err)
	}
	m, err := assets.ParseManifest(text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return m
}

// official writes a checkpoint of full size and returns its path.
func official(t *testing.T, variant string, layout hub.Layout) string {
	t.Helper()
	config, ok := model.Variant(variant)
	if !ok {
		t.Fatalf("no variant %s", variant)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "mobilemamba_"+strings.ToLower(variant)+".pth"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := hub.WriteCheckpoint(f, filepath.Base(f.Name()), config, layout); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// publish starts a hub with files under the authors' paths and returns the base of their URLs.
func publish(t *testing.T, files map[string]string) (*hub.Hub, string) {
	t.Helper()
	h := hub.New()
	for name, file := range files {
		if err := h.Add(name, file); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return h, server.URL + "/" + hub.Repository + "/resolve/main/"
}

// TestWeightsCommand fetches, converts and registers every variant, at full size.
func TestWeightsCommand(t *testing.T) {
	for _, tc := range []struct {
		variant, id, config string
		layout              hub.Layout
		top1                float64
		resolution          int
	}{
		{"T2", "t2", "T2", hub.Bare, 73.6, 192},
		{"T2†", "t2s", "T2", hub.Trainer, 76.9, 192},
		{"T4", "t4", "T4", hub.Bare, 76.1, 192},
		{"S6s", "s6s", "S6", hub.Bare, 80.7, 224},
		{"B1", "b1", "B1", hub.Bare, 79.9, 256},
		{"B2†", "b2s", "B2", hub.Bare, 83.3, 384},
		{"B4", "b4", "B4", hub.Trainer, 82.5, 512},
	} {
		t.Run(tc.variant, func(t *testing.T) {
			if testing.Short() && tc.config != "T2" {
				t.Skipf("-short: the checkpoint of %s is not fetched and converted", tc.variant)
			}
			c := newCheckout(t)
			list, err := assets.OfficialModels()
			if err != nil {
				t.Fatal(err)
			}
			o, err := list.Find(tc.variant)
			if err != nil {
				t.Fatal(err)
			}
			file := official(t, tc.config, tc.layout)
			h, base := publish(t, map[string]string{o.Weights[0].URL: file})
			h.Set(hub.Faults{Cut: []int64{1 << 20}})
			stdout, stderr, code := c.weights("--variant", tc.variant, "--from", base)
			if code != 0 || !strings.Contains(stdout, "--model "+tc.id) || !strings.Contains(stderr, "100 %") {
				t.Fatalf("exit %d: %s%s", code, stdout, stderr)
			}
			t.Log(stderr)

			e := &c.local(t).Models[0]
			sum, err := download.Sum(file)
			if err != nil {
				t.Fatal(err)
			}
			if e.ID != tc.id || e.Accuracy.Top1 != tc.top1 || e.License != "Apache-2.0" || e.Resolution != tc.resolution ||
				!strings.Contains(e.Source, sum.SHA256) || e.Preprocess[0].Short != tc.resolution*8/7 || e.Preprocess[1].Size != tc.resolution {
				t.Errorf("registered %+v", e)
			}
			for i, dtype := range []string{"f16", "i8"} {
				weights := e.Weights[i]
				if got, err := download.Sum(c.path("assets/models/" + weights.URL)); err != nil || got.Bytes != weights.Bytes || got.SHA256 != weights.SHA256 || weights.DType != dtype {
					t.Errorf("%s is %v, %v; the manifest says %+v", dtype, got, err, weights)
				}
			}
			sd, closer, err := checkpoint.Open(c.path("assets/models/"+e.Weights[0].URL), checkpoint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closer.Close()
			if sd.Metadata["variant"] != tc.config {
				t.Errorf("the file says %v", sd.Metadata)
			}
			if tc.config != "T2" {
				return
			}
			red := picture(t, c.dir, "red.png", color.NRGBA{200, 30, 20, 255})
			stdout = mustCall(t, "classify", "--json", "--manifest", c.path(assets.LocalManifest), "--model", tc.id, red)
			if !strings.Contains(stdout, `"id": "n`) {
				t.Errorf("classified as %s", stdout)
			}
		})
	}
}

// TestWeightsFromCheckout finds registered models by their id, without a flag.
func TestWeightsFromCheckout(t *testing.T) {
	c := newCheckout(t)
	file := official(t, "T2", hub.Bare)
	if _, stderr, code := c.weights("--file", file); code != 0 {
		t.Fatal(stderr)
	}
	t.Chdir(c.dir)
	red := picture(t, c.dir, "red.png", color.NRGBA{200, 30, 20, 255})
	mustCall(t, "classify", "--json", "--model", "t2", red)
	if _, stderr, code := call("classify", "--model", "nothing", red); code != 1 || !strings.Contains(stderr, "it has t2") || !strings.Contains(stderr, "it has xt-tiny200") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestWeightsMemory: a file must be the one that came first, until the user accepts another.
func TestWeightsMemory(t *testing.T) {
	c := newCheckout(t)
	const name = "MobileMamba_T2/mobilemamba_t2.pth"
	first, second := official(t, "T2", hub.Bare), official(t, "T2", hub.Trainer)
	h, base := publish(t, map[string]string{name: first})
	run := func(args ...string) (string, int) {
		_, stderr, code := c.weights(append(args, "--from", base)...)
		return stderr, code
	}
	if stderr, code := run(); code != 0 {
		t.Fatal(stderr)
	}
	h.Set(hub.Faults{})
	if stderr, code := run(); code != 0 || len(h.Requests()) != 0 {
		t.Errorf("again: exit %d, requests %q: %s", code, h.Requests(), stderr)
	}
	if err := h.Add(name, second); err != nil {
		t.Fatal(err)
	}
	os.Remove(c.path("build/weights/mobilemamba_t2.pth"))
	before := *c.local(t)
	for _, args := range [][]string{nil, {"--file", second}} {
		if stderr, code := run(args...); code != 1 || !strings.Contains(stderr, "remembered") || !strings.Contains(stderr, "--forget") {
			t.Errorf("another file, %q: exit %d: %s", args, code, stderr)
		}
	}
	if after := *c.local(t); after.Models[0].Source != before.Models[0].Source {
		t.Error("the refused file was registered")
	}
	if stderr, code := run("--forget"); code != 0 {
		t.Fatal(stderr)
	}
	if after := c.local(t); len(after.Models) != 1 || after.Models[0].Source == before.Models[0].Source {
		t.Errorf("registered %+v", after.Models)
	}
	if stderr, code := run(); code != 0 {
		t.Errorf("the accepted file is not remembered: %s", stderr)
	}
}

// TestWeightsKept: a checkpoint is fetched once, whatever prevents its conversion, as long as it is one.
func TestWeightsKept(t *testing.T) {
	c := newCheckout(t)
	const cached = "build/weights/mobilemamba_t2.pth"
	h, base := publish(t, map[string]string{"MobileMamba_T2/mobilemamba_t2.pth": official(t, "T2", hub.Bare)})
	inTheWay := c.path("assets/models/local/mobilemamba-t2-f16.safetensors")
	if err := os.MkdirAll(inTheWay, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args    []string
		message string
	}{
		{[]string{"--ema"}, "no moving average"},
		{nil, "is a directory"},
		{[]string{"--ema"}, "no moving average"},
	} {
		if _, stderr, code := c.weights(append(tc.args, "--from", base)...); code != 1 || !strings.Contains(stderr, tc.message) {
			t.Errorf("%q: exit %d: %s", tc.args, code, stderr)
		}
		if _, err := os.Stat(c.path(cached)); err != nil {
			t.Fatalf("%q: the checkpoint is lost: %v", tc.args, err)
		}
	}
	if n := len(h.Requests()); n != 2 { // a redirect and its target
		t.Errorf("%d requests: %q", n, h.Requests())
	}
	// What was here already is not thrown away unasked.
	c.write(t, cached, []byte("<!DOCTYPE html><title>Sign in</title>"))
	if _, stderr, code := c.weights("--from", base); code != 1 || !strings.Contains(stderr, "this is a web page") || !strings.Contains(stderr, "--forget") {
		t.Errorf("a web page in the cache: exit %d: %s", code, stderr)
	}
	if _, err := os.Stat(c.path(cached)); err != nil {
		t.Error(err)
	}
}

func TestWeightsRefusals(t *testing.T) {
	c := newCheckout(t)
	page := filepath.Join(c.dir, "page.pth")
	if err := os.WriteFile(page, []byte("<!DOCTYPE html><title>Sign in</title>"), 0o644); err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(c.dir, "damaged.pth")
	data, err := os.ReadFile(official(t, "T2", hub.Bare))
	if err != nil {
		t.Fatal(err)
	}
	// Storages are aligned, so that these are elements.
	copy(data[len(data)*9/10&^63:], bytes.Repeat([]byte{0, 0, 0xc0, 0x7f}, 1<<16))
	if err := os.WriteFile(damaged, data, 0o644); err != nil {
		t.Fatal(err)
	}
	h, base := publish(t, map[string]string{"MobileMamba_T2/mobilemamba_t2.pth": page})
	for _, tc := range []struct {
		what    string
		args    []string
		code    int
		message string
	}{
		{"a variant that there is not", []string{"--variant", "T3"}, 2, "t2, t2s, t4"},
		{"an argument", []string{"T2"}, 2, "--variant"},
		{"all of one file", []string{"--variant", "all", "--file", page}, 2, "--file is one checkpoint"},
		{"a mirror that is no URL", []string{"--from", "huggingface.co"}, 2, "https://"},
		{"not published", []string{"--variant", "B4", "--from", base}, 1, "404 Not Found"},
		{"not reached", []string{"--from", "http://127.0.0.1:1/"}, 1, "name it by --file"},
		{"a web page", []string{"--from", base}, 1, "this is a web page"},
		{"no file", []string{"--file", filepath.Join(c.dir, "missing.pth")}, 1, "no such file"},
		{"damaged weights", []string{"--file", damaged}, 1, "the weights are damaged"},
		{"code in a pickle", []string{"--file", golden.Path(t, "checkpoints/malicious_zip.pth")}, 1, "could run code"},
		{"another folder", []string{"--models", c.dir}, 1, "--models"},
	} {
		stdout, stderr, code := c.weights(tc.args...)
		if code != tc.code || !strings.Contains(stderr, tc.message) || stdout != "" {
			t.Errorf("%s: exit %d, want %d and %q: %s%s", tc.what, code, tc.code, tc.message, stdout, stderr)
		}
	}
	for _, left := range []string{assets.LocalManifest, "assets/models/local/lock.json", "build/weights/mobilemamba_t2.pth"} {
		if _, err := os.Stat(c.path(left)); err == nil {
			t.Errorf("%s was left behind", left)
		}
	}
	if len(h.Requests()) == 0 {
		t.Error("nothing was asked for")
	}
	t4 := official(t, "T4", hub.Bare)
	if _, stderr, code := c.weights("--file", t4); code != 1 || !strings.Contains(stderr, "not a MobileMamba-T2") {
		t.Errorf("a file of another variant: exit %d: %s", code, stderr)
	}
	c.write(t, "assets/models/local/lock.json", []byte("{"))
	if _, stderr, code := c.weights("--file", t4, "--variant", "T4"); code != 1 || !strings.Contains(stderr, "repair or remove") {
		t.Errorf("a damaged memory: exit %d: %s", code, stderr)
	}
}

// TestOfficialModels: what the page and the command know of the authors' checkpoints agrees with the variants.
func TestOfficialModels(t *testing.T) {
	list, err := assets.OfficialModels()
	if err != nil {
		t.Fatal(err)
	}
	text, err := assets.FS.ReadFile(assets.OfficialPath)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := assets.ParseManifest(text); err != nil {
		t.Error(err) // Its steps, for one.
	}
	if len(list.Models) != 2*len(model.Variants) || !strings.HasPrefix(list.Base, "https://huggingface.co/"+hub.Repository+"/resolve/main/") {
		t.Errorf("%d models at %s", len(list.Models), list.Base)
	}
	for _, o := range list.Models {
		v, ok := model.Variant(o.Variant)
		var steps []struct{ Short, Size int }
		if err := json.Unmarshal(o.Preprocess, &steps); err != nil {
			t.Fatal(err)
		}
		if !ok || o.Resolution != v.Resolution || steps[0].Short != int(float64(v.Resolution)/0.875) || steps[1].Size != v.Resolution {
			t.Errorf("%s: %+v at %d", o.ID, steps, o.Resolution)
		}
		if _, err := assets.FS.ReadFile(filepath.ToSlash(filepath.Join("models", o.Labels))); err != nil {
			t.Error(err)
		}
		var params int64
		for _, s := range v.Specs(false) {
			n := int64(4)
			for _, d := range s.Shape {
				n *= int64(d)
			}
			params += n
		}
		if about := o.Weights[0].Bytes; about < params || about > params*102/100 {
			t.Errorf("%s: about %d bytes, but its tensors have %d", o.ID, about, params)
		}
	}
}
