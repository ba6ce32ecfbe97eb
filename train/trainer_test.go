package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
	"mobilemamba/model"
)

// writePictures writes a small data set: each class has a colour, and every picture some noise.
func writePictures(t testing.TB, dir string, classes, train, val, side int) {
	rng := rand.New(rand.NewPCG(1, 2))
	for c := range classes {
		for root, n := range map[string]int{"train": train, "val": val} {
			folder := filepath.Join(dir, root, fmt.Sprintf("class%d", c))
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			for i := range n {
				img := image.NewRGBA(image.Rect(0, 0, side, side))
				for j := range side * side {
					v := func(k int) uint8 { return uint8(rng.IntN(100) + 120*min(1, max(0, 1-(c+k)%classes))) }
					img.Set(j%side, j/side, color.RGBA{v(0), v(1), v(2), 255})
				}
				var b bytes.Buffer
				png.Encode(&b, img)
				if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.png", i)), b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func openPictures(t testing.TB, dir string) *Dataset {
	t.Helper()
	d, err := OpenDataset(context.Background(), dir, 200, 1<<20, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func smallOptions() Options {
	o := DefaultOptions()
	o.Config = model.New("", 0, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 3)
	o.Size, o.Source, o.Batch, o.Epochs, o.WarmupEpochs = 32, 20, 6, 2, 1
	o.StartSize, o.StartEpochs = 48, 1
	o.LR, o.DropPath, o.AverageDecay = 0.1, 0.1, 0.9
	o.Augment.Rotate = 5
	return o
}

// The first epochs see inputs of another size; the network is judged at the last one.
func TestStartSize(t *testing.T) {
	data := t.TempDir()
	writePictures(t, data, 3, 8, 2, 20)
	tr, err := NewTrainer(openPictures(t, data), t.TempDir(), smallOptions(), nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	var sides []int
	tr.Report = func(Progress) { sides = append(sides, int(math.Sqrt(float64(len(tr.x)/3/6)))) }
	if err := tr.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := []int{48, 48, 48, 48, 32, 32, 32, 32}; !slices.Equal(sides, want) {
		t.Errorf("the batches' pictures have sides of %v, want %v", sides, want)
	}
}

// A run that is stopped, or killed, and resumed ends in the same state to the last bit.
func TestResume(t *testing.T) {
	data := t.TempDir()
	writePictures(t, data, 3, 8, 2, 20)
	run := func(dir string, workers int, each func(p Progress)) (*Trainer, error) {
		tr, err := NewTrainer(openPictures(t, data), dir, smallOptions(), nil, workers)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, StateFile)); err == nil {
			if err := tr.Resume(); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		tr.SaveEvery = 1 // every step
		tr.Report = func(p Progress) {
			if each != nil {
				each(p)
				if p.Step == 3 {
					cancel()
				}
			}
		}
		return tr, tr.Run(ctx)
	}
	whole, err := run(t.TempDir(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := run(dir, 2, func(Progress) {}); !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopped run returns %v", err)
	}
	func() { // killed: no chance to save
		defer func() { recover() }()
		run(dir, 2, func(p Progress) {
			if p.Step == 6 {
				panic("killed")
			}
		})
	}()
	resumed, err := run(dir, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	if whole.header.Step != 8 || resumed.header.Step != 8 {
		t.Errorf("%d and %d steps, want 8", whole.header.Step, resumed.header.Step)
	}
	for i, a := range whole.arrays() {
		same := false
		switch a := a.(type) {
		case []float32:
			same = slices.Equal(a, resumed.arrays()[i].([]float32))
		case []float64:
			same = slices.Equal(a, resumed.arrays()[i].([]float64))
		}
		if !same {
			t.Errorf("array %d of the state differs", i)
		}
	}
	if whole.header.Best != resumed.header.Best {
		t.Errorf("best %v and %v", whole.header.Best, resumed.header.Best)
	}
	// Every file is there, and loads.
	for _, name := range []string{LastFile, EMAFile, BestFile} {
		sd, closer, err := checkpoint.Open(filepath.Join(dir, name), checkpoint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer closer.Close()
		set, _ := kernels.Select("scalar")
		if _, err := model.Load(sd, set); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, LogFile))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(log)), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[2], "8,2.000,") {
		t.Errorf("the log should have a row an epoch:\n%s", log)
	}
}

func TestDamagedState(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	writePictures(t, data, 3, 4, 1, 20)
	tr, err := NewTrainer(openPictures(t, data), dir, smallOptions(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, StateFile)
	if err := tr.save(name); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for what, state := range map[string][]byte{"cut": whole[:len(whole)-100], "flipped": flipped, "other": []byte("no state"), "empty": nil} {
		if err := os.WriteFile(name, state, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := tr.Resume(); err == nil {
			t.Errorf("a state that is %s was accepted", what)
		}
	}
	if err := os.WriteFile(name, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := tr.Resume(); err != nil {
		t.Error(err)
	}
}

// Distillation pulls a student to its teacher, whether the teacher is folded or not.
func TestTeacher(t *testing.T) {
	config := smallConfig(t, "micro")
	x := testBatch([]int{0, 1}, 40, 40)
	sd := config.Synthetic("")
	folded, _, err := model.Fuse(sd)
	if err != nil {
		t.Fatal(err)
	}
	var all [2][]float32
	for i, sd := range []*checkpoint.StateDict{sd, folded} {
		teacher, err := NewTeacher(sd, 48, 0)
		if err != nil {
			t.Fatal(err)
		}
		logits, err := teacher.Logits(x, 2, 40, 40)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = slices.Clone(logits)
	}
	near := func(a, b float32) bool { return a-b < 1e-4 && b-a < 1e-4 }
	if !slices.EqualFunc(all[0], all[1], near) {
		t.Error("a teacher and its folded form disagree")
	}

	data, dir := t.TempDir(), t.TempDir()
	writePictures(t, data, 3, 4, 1, 20)
	teacherConfig := smallOptions().Config
	teacher, err := NewTeacher(teacherConfig.Synthetic(""), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := NewTrainer(openPictures(t, data), dir, smallOptions(), teacher, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Run(context.Background()); err != nil {
		t.Error(err)
	}
}

// Stored logits are mixed as the pictures are.
func TestStoredTeacher(t *testing.T) {
	data := t.TempDir()
	writePictures(t, data, 3, 4, 1, 20)
	d := openPictures(t, data)
	logits := make([]float32, 12*3)
	for i, p := range d.Train {
		logits[i*3+p.Label] = 4
	}
	sd := &checkpoint.StateDict{}
	sd.Add(checkpoint.NewTensor("logits", []int{12, 3}, logits))
	teacher, err := StoredTeacher(sd)
	if err != nil {
		t.Fatal(err)
	}
	mixed := teacher.lookup([]int{0, 11}, mix{lam: 0.75}, 2) // classes 0 and 2
	p := make([]float64, 3)
	logSoftmax(p, mixed[:3], 2)
	high := math.Exp(2) / (math.Exp(2) + 2)
	low := (1 - high) / 2
	for c, want := range []float64{0.75*high + 0.25*low, low, 0.75*low + 0.25*high} {
		if math.Abs(math.Exp(p[c])-want) > 1e-6 {
			t.Errorf("class %d has %v, want %v", c, math.Exp(p[c]), want)
		}
	}
	tr, err := NewTrainer(d, t.TempDir(), smallOptions(), teacher, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Run(context.Background()); err != nil {
		t.Error(err)
	}
	sd.Add(checkpoint.NewTensor("logits", []int{11, 3}, logits[:33]))
	if short, err := StoredTeacher(sd); err != nil {
		t.Error(err)
	} else if _, err := NewTrainer(d, t.TempDir(), smallOptions(), short, 0); err == nil {
		t.Error("logits of another set of pictures were accepted")
	}
}

// Fine-tuning keeps everything but the head for other classes.
func TestStart(t *testing.T) {
	data := t.TempDir()
	writePictures(t, data, 3, 4, 1, 20)
	tr, err := NewTrainer(openPictures(t, data), t.TempDir(), smallOptions(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	head := slices.Clone(tr.net.params["head.l.weight"].Data)
	sd := smallConfig(t, "micro").Synthetic("") // ten classes
	if err := tr.Start(sd); err != nil {
		t.Fatal(err)
	}
	want, _ := sd.Get("patch_embed.0.c.weight").Float32s()
	if !slices.Equal(tr.net.params["patch_embed.0.c.weight"].Data, want) {
		t.Error("the stem is not the checkpoint's")
	}
	if !slices.Equal(tr.net.params["head.l.weight"].Data, head) {
		t.Error("the head should be new")
	}
	if err := tr.Start(smallConfig(t, "tiny").Synthetic("")); err == nil {
		t.Error("a checkpoint of another width was accepted")
	}
}

func TestBadDatasets(t *testing.T) {
	for what, spoil := range map[string]func(dir string){
		"no val":       func(dir string) { os.RemoveAll(filepath.Join(dir, "val")) },
		"extra class":  func(dir string) { os.Mkdir(filepath.Join(dir, "train", "more"), 0o755) },
		"only in val":  func(dir string) { os.RemoveAll(filepath.Join(dir, "train", "class1")) },
		"all too thin": func(dir string) { os.RemoveAll(filepath.Join(dir, "train")) },
		"unreadable": func(dir string) {
			for i := range 2 {
				os.WriteFile(filepath.Join(dir, "train", "class1", fmt.Sprintf("%d.png", i)), []byte("no picture"), 0o644)
			}
		},
		"unreadable in val": func(dir string) {
			os.WriteFile(filepath.Join(dir, "val", "class0", "0.png"), []byte("no picture"), 0o644)
		},
	} {
		dir := t.TempDir()
		writePictures(t, dir, 2, 2, 1, 8)
		spoil(dir)
		if d, err := OpenDataset(context.Background(), dir, 100, 1<<20, nil); err == nil {
			d.Close()
			t.Errorf("%s: accepted", what)
		}
	}
	dir := t.TempDir()
	writePictures(t, dir, 2, 3, 1, 8)
	broken := filepath.Join(dir, "train", "class1", "broken.png")
	if err := os.WriteFile(broken, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := openPictures(t, dir)
	if len(d.Train) != 6 || len(d.Skipped) != 1 || !strings.Contains(d.Skipped[0], "broken.png") {
		t.Errorf("%d pictures, skipped %q", len(d.Train), d.Skipped)
	}
	// What is found out about the pictures does not depend on how many of them fit into memory.
	uncached, err := OpenDataset(context.Background(), dir, 200, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer uncached.Close()
	for _, d := range []*Dataset{d, uncached} {
		if d.NativeSide() != 8 {
			t.Errorf("native side %d", d.NativeSide())
		}
	}
	// An archiver may have put a folder around them.
	around := t.TempDir()
	if err := os.Rename(dir, filepath.Join(around, "archive")); err != nil {
		t.Fatal(err)
	}
	if d := openPictures(t, around); len(d.Train) != 6 || d.Train[0].File != "train/class0/0.png" {
		t.Errorf("in a folder of its own: %d pictures, %v", len(d.Train), d.Train[0])
	}
}

// Names come from the data's own table, whatever classes it lists beside, and in whatever order.
func TestDatasetLabels(t *testing.T) {
	for table, want := range map[string]string{
		"": "0\tclass0\tclass0\n1\tclass1\tclass1\n",
		"0\tclass1\tone\n1\tother\tno\n2\tclass0\tnought\n": "0\tclass0\tnought\n1\tclass1\tone\n",
		"class1\tone, a number\r\nclass0\n":                 "0\tclass0\tclass0\n1\tclass1\tone, a number\n",
	} {
		dir := t.TempDir()
		writePictures(t, dir, 2, 1, 1, 8)
		if err := os.WriteFile(filepath.Join(dir, "classes.tsv"), []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := string(openPictures(t, dir).Labels()); got != want {
			t.Errorf("%q becomes %q, want %q", table, got, want)
		}
	}
}

// A run goes on with the pictures that it began with, or not at all.
func TestResumeWithOtherPictures(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	writePictures(t, data, 3, 8, 2, 20)
	open := func() *Trainer {
		tr, err := NewTrainer(openPictures(t, data), dir, smallOptions(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	if err := open().Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := open().Resume(); err != nil {
		t.Error(err)
	}
	folder := filepath.Join(data, "train", "class0")
	if err := os.Rename(filepath.Join(folder, "7.png"), filepath.Join(folder, "8.png")); err != nil {
		t.Fatal(err)
	}
	if err := open().Resume(); err == nil || !strings.Contains(err.Error(), "the training pictures were 24 of list") {
		t.Errorf("other pictures: %v", err)
	}
}

func TestOptionsCheck(t *testing.T) {
	for what, change := range map[string]func(o *Options){
		"a small input":       func(o *Options) { o.Size = 8 },
		"a small first input": func(o *Options) { o.StartSize = 8 },
		"an odd batch":        func(o *Options) { o.Batch = 3 },
		"no epochs":           func(o *Options) { o.Epochs = 0 },
		"nothing but warm-up": func(o *Options) { o.WarmupEpochs = o.Epochs },
		"no rate":             func(o *Options) { o.LR = 0 },
		"a cold teacher":      func(o *Options) { o.Tau = 0 },
	} {
		o := smallOptions()
		if err := o.Check(); err != nil {
			t.Fatal(err)
		}
		if change(&o); o.Check() == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}
