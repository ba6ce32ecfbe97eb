package main

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mobilemamba/train"
)

// pictures writes a data set of two colours and opens it.
func pictures(t *testing.T) *train.Dataset {
	dir := t.TempDir()
	for class, c := range map[string]color.NRGBA{"blue": {20, 40, 200, 255}, "red": {200, 30, 20, 255}} {
		for _, name := range []string{"train/" + class + "/0.png", "train/" + class + "/1.png", "val/" + class + "/0.png"} {
			img := image.NewNRGBA(image.Rect(0, 0, 32, 32))
			for i := range 32 * 32 {
				img.SetNRGBA(i%32, i/32, c)
			}
			name = filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			f, err := os.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	set, err := train.OpenDataset(context.Background(), dir, side, 1<<20, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

// A run that is stopped continues, one that is finished is read, and one with other options begins anew.
func TestRunOnce(t *testing.T) {
	set, dir := pictures(t), filepath.Join(t.TempDir(), "run")
	o := options(armShort, 1, "")
	o.Size, o.Source, o.Batch = 32, 32, 4
	stopped, stop := context.WithCancel(context.Background())
	stop() // Run does one step and saves
	if _, err := runOnce(stopped, set, dir, o, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopped run says %v", err)
	}
	first, err := runOnce(context.Background(), set, dir, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(dir, train.StateFile)
	before, err := os.Stat(state)
	if err != nil {
		t.Fatal(err)
	}
	again, err := runOnce(context.Background(), set, dir, o, nil)
	if err != nil || again != first || first.Seed != 1 {
		t.Errorf("got %+v, %v, want %+v", again, err, first)
	}
	if after, err := os.Stat(state); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("a finished run was repeated (%v)", err)
	}
	o.LR *= 2
	if _, err := runOnce(context.Background(), set, dir, o, nil); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(state); err != nil || after.ModTime().Equal(before.ModTime()) {
		t.Errorf("a run with other options was not begun anew (%v)", err)
	}
}

// A folder without runs leaves the documents as they are.
func TestReportOnNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := reportOn("nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere has no finished run") {
		t.Errorf("a report on nothing says %v", err)
	}
	if _, err := os.Stat("docs"); err == nil {
		t.Error("it wrote documents")
	}
}
