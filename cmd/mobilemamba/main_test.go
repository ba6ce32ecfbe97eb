package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
	"mobilemamba/model"
)

// call runs a command line and returns what it wrote and its exit status.
func call(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(context.Background(), &env{&out, &errs}, args)
	return out.String(), errs.String(), code
}

// mustCall fails the test where the command does.
func mustCall(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	stdout, stderr, code := call(args...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s", args, code, stderr)
	}
	return stdout
}

// picture writes a PNG of one colour and returns its path.
func picture(t *testing.T, dir, name string, c color.NRGBA) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 80, 60))
	for i := range img.Pix {
		img.Pix[i] = []byte{c.R, c.G, c.B, 255}[i%4] ^ byte(i/320)
	}
	img.Set(3, 3, c)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// network writes a small network of synthetic weights, BN not folded, and returns its path.
func network(t *testing.T, dir string) string {
	t.Helper()
	config := model.New("", 0, [3]int{64, 96, 128}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 10)
	file := filepath.Join(dir, "tiny.safetensors")
	write(t, file, config.Synthetic(""))
	return file
}

func write(t *testing.T, file string, sd *checkpoint.StateDict) {
	t.Helper()
	var b bytes.Buffer
	if err := checkpoint.WriteSafetensors(&b, sd, checkpoint.F32); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestClassifyCommand(t *testing.T) {
	dir := t.TempDir()
	red, bad := picture(t, dir, "red.png", color.NRGBA{200, 30, 20, 255}), filepath.Join(dir, "bad.jpg")
	if err := os.WriteFile(bad, []byte("not a picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	var results []struct {
		File string
		Top  []struct {
			Index int
			ID    string
			Label string
			P     float64
		}
		Ms     struct{ Decode, Preprocess, Forward, Total float64 }
		Blocks []struct {
			Name, Stage string
			Shape       []int
			MACs, Ms    float64
		}
	}
	if err := json.Unmarshal([]byte(mustCall(t, "classify", "--json", "--top", "3", red)), &results); err != nil {
		t.Fatal(err)
	}
	r := results[0]
	if len(results) != 1 || r.File != red || len(r.Top) != 3 || r.Top[0].Label == "" || !strings.HasPrefix(r.Top[0].ID, "n") {
		t.Errorf("%+v", results)
	}
	if len(r.Blocks) < 8 || r.Blocks[0].Name != "patch_embed" || r.Blocks[len(r.Blocks)-1].Name != "head" || r.Ms.Forward <= 0 {
		t.Errorf("%+v", r.Blocks)
	}

	stdout, stderr, code := call("classify", "--json", bad, red, filepath.Join(dir, "missing.png"), dir)
	if code != 1 || json.Unmarshal([]byte(stdout), &results) != nil || len(results) != 1 || results[0].File != red {
		t.Errorf("exit %d, %s", code, stdout)
	}
	for _, part := range []string{"bad.jpg: this is a text file", "missing.png: no such file", "it is a folder", "3 of 4"} {
		if !strings.Contains(stderr, part) {
			t.Errorf("the messages lack %q: %s", part, stderr)
		}
	}
	if out := mustCall(t, "classify", red); !strings.Contains(out, "red.png") || strings.Count(out, "%") != 5 {
		t.Errorf("for people: %s", out)
	}
}

func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "usage"},
		{[]string{"paint"}, 2, `no command "paint"`},
		{[]string{"classify"}, 2, "at least one picture"},
		{[]string{"classify", "--top", "0", "x.png"}, 2, "at least 1"},
		{[]string{"classify", "--colour"}, 2, "colour"},
		{[]string{"classify", "--model", "nothing", "x.png"}, 1, "no model"},
		{[]string{"classify", "--model", "missing.pth", "x.png"}, 1, "missing.pth"},
		{[]string{"classify", "--kernel", "quantum", "x.png"}, 2, "quantum"},
		{[]string{"classify", "--resolution", "-1", "x.png"}, 2, "--resolution -1"},
		{[]string{"classify", "--manifest", "missing.json", "x.png"}, 1, "classify: missing.json: no such file or directory\n"},
		{[]string{"eval"}, 2, "one folder or zip"},
		{[]string{"eval", "missing"}, 1, "missing"},
		{[]string{"eval", "--kernel", "quantum", "missing"}, 2, "quantum"},
		{[]string{"convert", "a"}, 2, "name a checkpoint"},
		{[]string{"convert", "--dtype", "f8", "a", "b"}, 2, "f8"},
		{[]string{"convert", "missing.pth", "out"}, 1, "missing.pth"},
		{[]string{"forward"}, 2, "--weights"},
		{[]string{"bench", "--variant", "T9"}, 2, "T9"},
		{[]string{"bench", "--variant", "T2", "--model", "x"}, 2, "one of them"},
		{[]string{"bench", "--runs", "0"}, 2, "positive"},
		{[]string{"bench", "--variant", "T2", "--kernel", "quantum"}, 2, "quantum"},
	} {
		stdout, stderr, code := call(tc.args...)
		if code != tc.code || !strings.Contains(stderr, tc.says) || stdout != "" {
			t.Errorf("%v: exit %d, stdout %q, stderr %q; want exit %d and %q", tc.args, code, stdout, stderr, tc.code, tc.says)
		}
	}
	if out := mustCall(t, "help"); !strings.Contains(out, "classify") {
		t.Errorf("help: %s", out)
	}
	if out := mustCall(t, "eval", "--help"); !strings.Contains(out, "-limit") {
		t.Errorf("eval --help: %s", out)
	}
}

// TestLabels: the user's labels take the place of a manifest's.
func TestLabels(t *testing.T) {
	dir := t.TempDir()
	red := picture(t, dir, "red.png", color.NRGBA{200, 30, 20, 255})
	labels := func(name string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d\tid%d\tmy class %d\n", i, i, i)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	if out := mustCall(t, "classify", "--labels", labels("mine.tsv", 200), red); strings.Count(out, "my class") != 5 {
		t.Errorf("classified as %s", out)
	}
	for file, message := range map[string]string{
		labels("few.tsv", 3):              "it names 3 classes, but the model has 200",
		labels("none.tsv", 0):             "line 1 has 1 fields",
		filepath.Join(dir, "missing.tsv"): "missing.tsv",
	} {
		if stdout, stderr, code := call("classify", "--labels", file, red); code != 1 || !strings.Contains(stderr, message) || stdout != "" {
			t.Errorf("%s: exit %d, %s%s", file, code, stdout, stderr)
		}
	}
}

func TestEvalCommand(t *testing.T) {
	dir := t.TempDir()
	red := picture(t, dir, "red.png", color.NRGBA{200, 30, 20, 255})
	var top []struct{ Top []struct{ ID string } }
	if err := json.Unmarshal([]byte(mustCall(t, "classify", "--json", red)), &top); err != nil {
		t.Fatal(err)
	}
	right, wrong := top[0].Top[0].ID, "n01443537"
	if right == wrong {
		t.Fatal("choose another wrong class")
	}
	data := filepath.Join(dir, "data")
	picture(t, data, "val/"+right+"/a.png", color.NRGBA{200, 30, 20, 255})
	picture(t, data, "val/"+right+"/b.png", color.NRGBA{200, 30, 20, 255})
	picture(t, data, "val/"+right+"/c.png", color.NRGBA{200, 30, 20, 255})
	picture(t, data, "val/"+wrong+"/d.png", color.NRGBA{200, 30, 20, 255})
	if err := os.WriteFile(filepath.Join(data, "val", right, "broken.png"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := call("eval", "--json", data)
	var r struct {
		N          int
		Top1, Top5 float64
		Skipped    int
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 {
		t.Fatalf("exit %d: %s %s", code, stdout, stderr)
	}
	if r.N != 4 || r.Top1 != 75 || r.Skipped != 1 || !strings.Contains(stderr, "broken.png: the file is empty") {
		t.Errorf("%+v, %s", r, stderr)
	}
	if _, stderr, code := call("eval", filepath.Join(data, "val", right)); code != 1 || !strings.Contains(stderr, "CLASS_ID") {
		t.Errorf("a folder without classes: exit %d, %s", code, stderr)
	}
}

// TestForwardCommand runs the reference's input through a network of the reference's weights.
func TestForwardCommand(t *testing.T) {
	var want struct {
		Logits struct{ F64 []float64 }
	}
	golden.JSON(t, "model/tiny_64x64.json", &want)
	dir := t.TempDir()
	x := make([]float32, 3*64*64)
	for c := range 3 {
		for y := range 64 {
			for i := range 64 {
				px, py, pc := float64(i), float64(y), float64(c)
				x[(c*64+y)*64+i] = float32(0.9*math.Sin(0.11*(pc+1)*px+0.07*py+0.5*pc) +
					0.6*math.Cos(0.05*px-(0.13+0.02*pc)*py) + 0.3*math.Sin(0.31*(px+py)+pc))
			}
		}
	}
	in, out := filepath.Join(dir, "x.safetensors"), filepath.Join(dir, "y.safetensors")
	sd := &checkpoint.StateDict{}
	sd.Add(checkpoint.NewTensor("x", []int{1, 3, 64, 64}, x))
	write(t, in, sd)
	weights := network(t, dir)
	folded := filepath.Join(dir, "folded.safetensors")
	mustCall(t, "convert", weights, folded)
	for _, file := range []string{weights, folded} {
		mustCall(t, "forward", "--weights", file, "--input", in, "--output", out, "--trace")
		got, closer, err := checkpoint.Open(out, checkpoint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		logits, err := got.Get("logits").Float32s()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want.Logits.F64 {
			if math.Abs(float64(logits[i])-v) > 1e-5*0.727 {
				t.Errorf("logit %d is %v, want %v", i, logits[i], v)
			}
		}
		if b := got.Get("blocks2.3"); b == nil || len(b.Shape) != 4 || b.Shape[1] != 96 || b.Shape[2] != 2 {
			t.Errorf("the trace has no right blocks2.3: %+v", b)
		}
		closer.Close()
	}
	if _, stderr, code := call("forward", "--weights", weights, "--input", weights, "--output", out); code != 1 || !strings.Contains(stderr, "no tensor x") {
		t.Errorf("an input without x: exit %d, %s", code, stderr)
	}
	if _, stderr, code := call("forward", "--weights", weights, "--input", in, "--output", out, "--variant", "T2"); code != 1 || !strings.Contains(stderr, "not a MobileMamba-T2") {
		t.Errorf("another variant: exit %d, %s", code, stderr)
	}
}

// weightsOf returns what follows the header of a .safetensors file.
func weightsOf(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data[8+binary.LittleEndian.Uint64(data):]
}

func TestConvertCommand(t *testing.T) {
	dir := t.TempDir()
	weights := network(t, dir)
	sizes := map[string]int64{}
	for _, dtype := range []string{"f32", "f16", "i8"} {
		out := filepath.Join(dir, dtype+".safetensors")
		mustCall(t, "convert", "--dtype", dtype, "--resolution", "64", weights, out)
		info, err := os.Stat(out)
		if err != nil {
			t.Fatal(err)
		}
		sizes[dtype] = info.Size()
		red := picture(t, dir, "red.png", color.NRGBA{200, 30, 20, 255})
		if text := mustCall(t, "classify", "--model", out, red); !strings.Contains(text, "class ") {
			t.Errorf("%s: %s", dtype, text)
		}
	}
	if !(sizes["i8"] < sizes["f16"] && sizes["f16"] < sizes["f32"]) {
		t.Errorf("sizes %v", sizes)
	}
	// With its BatchNorms it answers the same, and can be folded later, but not the other way round.
	unfolded := filepath.Join(dir, "bn.safetensors")
	mustCall(t, "convert", "--keep-bn", weights, unfolded)
	again := filepath.Join(dir, "again.safetensors")
	mustCall(t, "convert", "--resolution", "64", unfolded, again)
	if !bytes.Equal(weightsOf(t, again), weightsOf(t, filepath.Join(dir, "f32.safetensors"))) {
		t.Error("the weights differ when they are folded later")
	}
	if _, stderr, code := call("convert", "--keep-bn", again, unfolded); code != 1 || !strings.Contains(stderr, "folded already") {
		t.Errorf("a folded network kept its BatchNorm: exit %d, %s", code, stderr)
	}
	// A failed conversion leaves what was there.
	out := filepath.Join(dir, "f32.safetensors")
	if _, _, code := call("convert", filepath.Join(dir, "red.png"), out); code != 1 {
		t.Error("a picture was converted")
	}
	if info, err := os.Stat(out); err != nil || info.Size() != sizes["f32"] {
		t.Errorf("the old file is gone: %v", err)
	}
}

func TestBenchCommand(t *testing.T) {
	dir := t.TempDir()
	var r struct {
		Kernel, Model string
		Runs          int
		Median        float64
		Blocks        []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(mustCall(t, "bench", "--json", "--model", network(t, dir), "--size", "64", "--runs", "2")), &r); err != nil {
		t.Fatal(err)
	}
	if r.Runs != 2 || r.Median <= 0 || len(r.Blocks) == 0 {
		t.Errorf("%+v", r)
	}
}
