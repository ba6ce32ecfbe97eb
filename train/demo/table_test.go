package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

var sample = []Run{
	{Arm: armShort, Seed: 1, Top1: 10, Top5: 30}, {Arm: armDistilled, Seed: 1, Top1: 13, Top5: 34}, {Arm: armLong, Seed: 1, Top1: 14, Top5: 35},
	{Arm: armShort, Seed: 2, Top1: 11, Top5: 31}, {Arm: armDistilled, Seed: 2, Top1: 13.5, Top5: 36}, {Arm: armLong, Seed: 2, Top1: 10.5, Top5: 31},
	{Arm: armShort, Seed: 3, Top1: 12, Top5: 32}, {Arm: armDistilled, Seed: 3, Top1: 14, Top5: 35}, {Arm: armLong, Seed: 3, Top1: 14.5, Top5: 36},
}

func TestTable(t *testing.T) {
	want := `| top-1 / top-5, % | seed 1 | seed 2 | seed 3 | mean |
| --- | --- | --- | --- | --- |
| 8 epochs | 10.00 / 30.00 | 11.00 / 31.00 | 12.00 / 32.00 | 11.00 / 31.00 |
| 8 epochs, distilled | 13.00 / 34.00 | 13.50 / 36.00 | 14.00 / 35.00 | 13.50 / 35.00 |
| *gain over the first row, points* | +3.00 / +4.00 | +2.50 / +5.00 | +2.00 / +3.00 | +2.50 / +4.00 |
| 24 epochs | 14.00 / 35.00 | 10.50 / 31.00 | 14.50 / 36.00 | 13.00 / 34.00 |
| *gain over the first row, points* | +4.00 / +5.00 | -0.50 / +0.00 | +2.50 / +4.00 | +2.00 / +3.00 |
`
	if got := english.table(sample); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A mean is of what is there, and a gain of pairs.
func TestTableOfSome(t *testing.T) {
	want := `| top-1 / top-5, % | seed 1 | seed 2 | seed 3 | mean |
| --- | --- | --- | --- | --- |
| 8 epochs | 10.00 / 30.00 | 11.00 / 31.00 | not run | 10.50 / 30.50 |
| 8 epochs, distilled | 13.00 / 34.00 | not run | not run | 13.00 / 34.00 |
| *gain over the first row, points* | +3.00 / +4.00 | not run | not run | +3.00 / +4.00 |
| 24 epochs | not run | not run | not run | not run |
| *gain over the first row, points* | not run | not run | not run | not run |
`
	if got := english.table([]Run{sample[0], sample[1], sample[3]}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestInsert(t *testing.T) {
	readme := []byte("above\n<!-- table of make demo -->\nold\n<!-- end -->\nbelow\n")
	want := "above\n<!-- table of make demo -->\n\nnew\n\n<!-- end -->\nbelow\n"
	for range 2 { // a second time changes nothing
		var err error
		if readme, err = insert(readme, "new\n"); err != nil || string(readme) != want {
			t.Fatalf("got %q, %v, want %q", readme, err, want)
		}
	}
	if _, err := insert([]byte("no place"), "new\n"); err == nil {
		t.Error("a README without a place for the table is no error")
	}
}

// The arms differ in what is compared and in nothing else.
func TestArms(t *testing.T) {
	short, distilled, long := options(armShort, 1, "T"), options(armDistilled, 1, "T"), options(armLong, 1, "T")
	if distilled.Teacher != "T" || short.Teacher != "" || long.Teacher != "" || long.Epochs != 3*short.Epochs {
		t.Errorf("teachers %q, %q, %q; %v and %v epochs", short.Teacher, distilled.Teacher, long.Teacher, short.Epochs, long.Epochs)
	}
	distilled.Teacher, long.Epochs = "", short.Epochs
	if distilled != short || long != short {
		t.Error("the arms differ in more")
	}
}

func TestRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log.csv")
	os.WriteFile(name, []byte("step,seconds,val_top1,val_top5\n50,3,,\n64,4,12.5,30.25\n"), 0o644)
	var r Run
	if err := r.read(name); err != nil || r.Top1 != 12.5 || r.Top5 != 30.25 || r.Seconds != 4 {
		t.Errorf("got %+v, %v", r, err)
	}
	os.WriteFile(name, []byte("step,seconds,val_top1,val_top5\n50,3,,\n"), 0o644)
	if r.read(name) == nil {
		t.Error("a log without an evaluation is no error")
	}
}

func TestDraw(t *testing.T) {
	name := filepath.Join(t.TempDir(), "demo.png")
	if err := draw(sample, name); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(name); err != nil || !bytes.HasPrefix(data, []byte("\x89PNG")) {
		t.Errorf("no picture was drawn: %v", err)
	}
}

// Every document has the table of the runs that demo.json records.
func TestDocuments(t *testing.T) {
	root := filepath.Join("..", "..")
	content, err := os.ReadFile(filepath.Join(root, "docs", "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct{ Runs []Run }
	if err := json.Unmarshal(content, &recorded); err != nil {
		t.Fatal(err)
	}
	for name, w := range documents {
		document, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if want, err := insert(document, w.table(recorded.Runs)); err != nil || !bytes.Equal(document, want) {
			t.Errorf("%s has not the table of docs/demo.json (%v): make demo writes it", name, err)
		}
	}
}
