// Command demo measures on a small subset of Tiny-ImageNet what two parts of the paper's training recipe are worth:
// knowledge distillation, and a long schedule. It trains a tiny network in three ways with every seed and writes
// docs/demo.json, docs/demo.png and the table in docs/demo.md and in the README of each language.
//
// Run it in the root of the repository with `make demo`. An interrupted demonstration continues where it was.
package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
	"mobilemamba/train"
)

const (
	side        = 64 // of the pictures and of the student's input
	shortEpochs = 8
	longEpochs  = 24
)

var seeds = []uint64{1, 2, 3}

// The ways to train that are compared.
const (
	armShort     = "short"
	armDistilled = "distilled"
	armLong      = "long"
)

// Run is the outcome of one training: the weights of its last step, on all validation pictures.
type Run struct {
	Arm     string        `json:"arm"`
	Seed    uint64        `json:"seed"`
	Top1    float64       `json:"top1"`
	Top5    float64       `json:"top5"`
	Seconds float64       `json:"seconds"` // of training, evaluation left out
	Options train.Options `json:"options"`
}

// options are those of every run, but for the differences between the arms.
func options(arm string, seed uint64, teacher string) train.Options {
	o := train.DefaultOptions()
	o.Config = model.New("demo", side, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 0)
	o.Size, o.Source, o.Limit, o.Seed = side, side, 10000, seed
	o.Epochs, o.WarmupEpochs, o.Batch = shortEpochs, 1, 64
	o.LR = 0.024              // the best of 0.006, 0.012, 0.024 and 0.048 for the short arm, with seed 10
	o.Mixing = train.Mixing{} // too much for so few steps
	o.Augment = train.Augment{MinScale: 0.5, Flip: 0.5, Jitter: 0.2}
	o.EvalEvery = 2 * longEpochs // only at the end
	switch arm {
	case armDistilled:
		o.Teacher = teacher
	case armLong:
		o.Epochs = longEpochs
	}
	return o
}

func main() {
	log.SetFlags(log.Ltime)
	data := flag.String("data", "../shared/data/tiny-imagenet-200.zip", "folder or zip `file` of Tiny-ImageNet: train/CLASS/picture and val/CLASS/picture")
	teacher := flag.String("teacher", "assets/models/mobilemamba-xt-tiny200-f16.safetensors", "`checkpoint` to distil from")
	state := flag.String("state", "build/demo", "`folder` for what the runs leave, to continue from")
	report := flag.Bool("report", false, "train nothing; write the documents of the runs that are finished")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *report {
		err = reportOn(*state)
	} else {
		err = demonstrate(ctx, *data, *teacher, *state)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// reportOn writes the documents anew from the runs in a folder.
func reportOn(state string) error {
	runs := finished(state)
	if len(runs) == 0 {
		return fmt.Errorf("%s has no finished run to report on: leave out -report to train, or name another folder with -state", state)
	}
	return write(runs)
}

// arms are in the order in which they are trained.
var arms = []string{armShort, armDistilled, armLong}

// folder is where a run lies.
func folder(state, arm string, seed uint64) string {
	return filepath.Join(state, fmt.Sprintf("%s-%d", arm, seed))
}

// finished reads the runs that came to their end.
func finished(state string) []Run {
	var runs []Run
	for _, seed := range seeds {
		for _, arm := range arms {
			dir := folder(state, arm, seed)
			o, err := train.ReadOptions(filepath.Join(dir, train.StateFile))
			r := Run{Arm: arm, Seed: seed, Options: o}
			if err == nil {
				err = r.read(filepath.Join(dir, train.LogFile))
			}
			if err != nil {
				log.Printf("left out: %v", err)
				continue
			}
			runs = append(runs, r)
		}
	}
	return runs
}

// demonstrate trains in every way with every seed and writes what came out.
func demonstrate(ctx context.Context, data, teacherFile, state string) error {
	set, err := train.OpenDataset(ctx, data, side, 4<<30, nil)
	if err != nil {
		return err
	}
	defer set.Close()
	teacher, name, err := openTeacher(teacherFile)
	if err != nil {
		return err
	}
	var runs []Run
	for _, seed := range seeds {
		for _, arm := range arms {
			o := options(arm, seed, name)
			var t *train.Teacher
			if o.Teacher != "" {
				t = teacher
			}
			r, err := runOnce(ctx, set, folder(state, arm, seed), o, t)
			if err != nil {
				return fmt.Errorf("%s, seed %d: %w", arm, seed, err)
			}
			r.Arm = arm
			log.Printf("%s, seed %d: top-1 %.2f %%, top-5 %.2f %% after %.0f s", arm, seed, r.Top1, r.Top5, r.Seconds)
			runs = append(runs, r)
		}
	}
	return write(runs)
}

// openTeacher reads the teacher and names it so that another file of the same name is told apart.
func openTeacher(file string) (*train.Teacher, string, error) {
	identity, err := train.FileIdentity(file)
	if err != nil {
		return nil, "", err
	}
	sd, closer, err := checkpoint.Open(file, checkpoint.Options{})
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", file, err)
	}
	defer closer.Close()
	t, err := train.NewTeacher(sd, 0, 0)
	return t, identity, err
}

// runOnce trains in the folder dir, or continues or only reads what a run with the same options left there.
func runOnce(ctx context.Context, set *train.Dataset, dir string, o train.Options, teacher *train.Teacher) (Run, error) {
	o.Config.Classes, o.Config.Resolution = len(set.Classes), o.Size // as NewTrainer sets them
	stateFile := filepath.Join(dir, train.StateFile)
	old, err := train.ReadOptions(stateFile)
	resume := err == nil && old == o
	if !resume {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			log.Printf("begins anew: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			return Run{}, err
		}
	}
	t, err := train.NewTrainer(set, dir, o, teacher, 0)
	if err != nil {
		return Run{}, err
	}
	if resume {
		if err := t.Resume(); err != nil {
			return Run{}, err
		}
	}
	t.SaveEvery = 20 * time.Second
	last := time.Now()
	t.Report = func(p train.Progress) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			log.Printf("%s: epoch %.1f of %.0f, loss %.3f, %.0f images/s", filepath.Base(dir), p.Epoch, o.Epochs, p.Loss, p.PerSecond)
		}
	}
	if err := t.Run(ctx); err != nil {
		return Run{}, err
	}
	r := Run{Seed: o.Seed, Options: o}
	return r, r.read(filepath.Join(dir, train.LogFile))
}

// read takes the outcome from the last row of a run's log.
func (r *Run) read(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, column := range rows[0] {
		into := map[string]*float64{"val_top1": &r.Top1, "val_top5": &r.Top5, "seconds": &r.Seconds}[column]
		if into == nil {
			continue
		}
		if *into, err = strconv.ParseFloat(rows[len(rows)-1][i], 64); err != nil {
			return fmt.Errorf("%s: the last row lacks %s: %w", name, column, err)
		}
	}
	return nil
}

// documents have the table, each in its language.
var documents = map[string]words{"README.md": english, "README.zh-CN.md": chinese, "docs/demo.md": english}

// write writes the documents.
func write(runs []Run) error {
	content, err := json.MarshalIndent(map[string]any{"arithmetic": train.Arithmetic(), "runs": runs}, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile("docs/demo.json", append(content, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Print("\n", english.table(runs))
	for document, w := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			return err
		}
		if text, err = insert(text, w.table(runs)); err != nil {
			return fmt.Errorf("%s: %w", document, err)
		}
		if err := os.WriteFile(document, text, 0o644); err != nil {
			return err
		}
	}
	return draw(runs, "docs/demo.png")
}
