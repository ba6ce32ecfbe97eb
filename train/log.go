package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mobilemamba/vision"
)

// logFile is the table of a run: a row every logEvery steps and at every evaluation.
type logFile struct {
	f     *os.File
	loss  float64 // sum since the last row
	steps int
}

const (
	logHeader = "step,epoch,lr,loss,grad_norm,images_per_second,seconds,val_top1,val_top5,val_loss,ema_top1,ema_top5,ema_loss\n"
	logEvery  = 50
)

// open continues the table behind the rows of the steps that are done; rows of steps that were lost are dropped.
func (l *logFile) open(name string, step int) error {
	old, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var keep bytes.Buffer
	keep.WriteString(logHeader)
	for line := range strings.Lines(string(old)) {
		var n int
		if _, err := fmt.Sscanf(line, "%d,", &n); err == nil && n <= step && strings.HasSuffix(line, "\n") {
			keep.WriteString(line)
		}
	}
	if err := writeAtomically(name, func(w io.Writer) error {
		_, err := keep.WriteTo(w)
		return err
	}); err != nil {
		return err
	}
	l.f, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	return err
}

func (l *logFile) add(p Progress, seconds float64) error {
	if p.Rate > 0 { // else it is an evaluation without a step
		l.loss += p.Loss
		l.steps++
	}
	if l.steps < logEvery && p.Evaluation == nil {
		return nil
	}
	line := fmt.Sprintf("%d,%.3f,", p.Step, p.Epoch)
	if l.steps > 0 {
		line += fmt.Sprintf("%.4g,%.4f,%.3f,%.1f", p.Rate, l.loss/float64(l.steps), p.Norm, p.PerSecond)
	} else {
		line += ",,,"
	}
	line += fmt.Sprintf(",%.0f", seconds)
	l.loss, l.steps = 0, 0
	if e := p.Evaluation; e != nil {
		line += fmt.Sprintf(",%.2f,%.2f,%.4f,%.2f,%.2f,%.4f",
			e.Plain.Top1, e.Plain.Top5, e.Plain.Loss, e.Average.Top1, e.Average.Top5, e.Average.Loss)
	} else {
		line += ",,,,,,"
	}
	_, err := fmt.Fprintln(l.f, line)
	return err
}

func (l *logFile) close() { l.f.Close() }

// writeManifest writes a model manifest beside the best model, and the labels, so that every command can use it.
func (t *Trainer) writeManifest(s Score) error {
	o := &t.header.Options
	weights, err := os.ReadFile(filepath.Join(t.dir, BestFile))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(t.dir, "labels.tsv"), t.data.Labels(), 0o644); err != nil {
		return err
	}
	type weight struct {
		DType  string `json:"dtype"`
		URL    string `json:"url"`
		Bytes  int    `json:"bytes"`
		SHA256 string `json:"sha256"`
	}
	entry := struct {
		ID         string         `json:"id"`
		Title      string         `json:"title"`
		Variant    string         `json:"variant"`
		Config     string         `json:"config"`
		Resolution int            `json:"resolution"`
		Labels     string         `json:"labels"`
		Preprocess []vision.Step  `json:"preprocess"`
		Weights    []weight       `json:"weights"`
		Accuracy   map[string]any `json:"accuracy"`
		License    string         `json:"license"`
		Source     string         `json:"source"`
	}{
		ID: "trained", Title: "MobileMamba, trained here", Variant: o.Config.Name, Config: configText(o), Resolution: o.Size,
		Labels: "labels.tsv", Preprocess: o.Preprocess(),
		Weights:  []weight{{"f32", BestFile, len(weights), fmt.Sprintf("%x", sha256.Sum256(weights))}},
		Accuracy: map[string]any{"dataset": "validation", "n": len(t.data.Val), "top1": s.Top1, "top5": s.Top5},
		Source:   fmt.Sprintf("mobilemamba train, seed %d, %s", o.Seed, time.Duration(t.header.Seconds*float64(time.Second)).Round(time.Second)),
	}
	text, err := json.MarshalIndent(map[string]any{"models": []any{entry}}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, "model.json"), append(text, '\n'), 0o644)
}
