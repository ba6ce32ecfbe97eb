package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "run the tests that take minutes")

// asCommand makes this test binary the command itself, for a test that kills it.
const asCommand = "MOBILEMAMBA_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(context.Background(), &env{os.Stdout, os.Stderr}, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// trainingSet writes a data set of two colours, with so many pictures of each for training, and returns its folder.
func trainingSet(t *testing.T, each int) string {
	dir := t.TempDir()
	for class, c := range map[string]color.NRGBA{"blue": {20, 40, 200, 255}, "red": {200, 30, 20, 255}} {
		for i := range each {
			c.G += 10
			picture(t, dir, fmt.Sprintf("train/%s/%d.png", class, i), c)
			if i < 2 {
				picture(t, dir, fmt.Sprintf("val/%s/%d.png", class, i), c)
			}
		}
	}
	return dir
}

// smallTraining are the flags of a run that takes a second or two.
func smallTraining(t *testing.T, data, out string) []string {
	config := filepath.Join(t.TempDir(), "micro.json")
	if err := os.WriteFile(config, []byte(`{"embed_dim": [48, 64, 80], "depth": [1, 1, 1], "resolution": 64}`), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{"train", "--data", data, "--out", out, "--config", config, "--size", "32", "--batch", "4",
		"--epochs", "30", "--warmup-epochs", "0.5", "--lr", "0.3", "--ema", "0.9", "--eval-every", "5", "--mixup", "0", "--cutmix", "0", "--save-every", "10ms"}
}

func TestTrain(t *testing.T) {
	data, out := trainingSet(t, 8), filepath.Join(t.TempDir(), "out")
	args := smallTraining(t, data, out)
	mustCall(t, args...)
	// The manifest beside the model serves every other command.
	stdout := mustCall(t, "eval", "--manifest", filepath.Join(out, "model.json"), "--model", "trained", "--json", data)
	if !strings.Contains(stdout, `"top1": 100`) && !strings.Contains(stdout, `"top1":100`) {
		t.Errorf("two colours were not learnt: %s", stdout)
	}
	stdout = mustCall(t, "classify", "--manifest", filepath.Join(out, "model.json"), filepath.Join(data, "val/red/0.png"))
	if !strings.Contains(stdout, "red") {
		t.Errorf("classify says %s", stdout)
	}
	if data, err := os.ReadFile(filepath.Join(out, "curves.png")); err != nil || !bytes.HasPrefix(data, []byte("\x89PNG")) {
		t.Errorf("no curves were drawn: %v", err)
	}
	// Fine-tuning and distillation start from what was written.
	best := filepath.Join(out, "best.safetensors")
	mustCall(t, append(smallTraining(t, data, filepath.Join(t.TempDir(), "tuned")), "--epochs", "1", "--init", best)...)
	taught := filepath.Join(t.TempDir(), "taught")
	mustCall(t, append(smallTraining(t, data, taught), "--epochs", "1", "--teacher", best)...)
	// What a trained file says of itself goes on into what is made of it.
	converted := filepath.Join(t.TempDir(), "converted.safetensors")
	mustCall(t, "convert", "--dtype", "f16", best, converted)
	if sd, closer, err := readTensors(converted, false); err != nil || sd.Metadata["resolution"] != "32" {
		t.Errorf("the side of the input is lost: %v, %v", sd, err)
	} else {
		closer.Close()
	}
	for want, args := range map[string][]string{
		"--resume":           args,
		"are needed":         {"train", "--out", out},
		"leave out --lr":     {"train", "--data", data, "--out", out, "--resume", "--lr", "1"},
		"no such file":       {"train", "--data", data, "--out", filepath.Join(out, "none"), "--resume"},
		"neither":            {"train", "--data", data, "--out", filepath.Join(out, "none"), "--config", "T9"},
		"not distilled":      {"train", "--data", data, "--out", out, "--resume", "--teacher", best},
		"is distilled from":  {"train", "--data", data, "--out", taught, "--resume", "--teacher", converted},
		"leaves none":        append(smallTraining(t, data, filepath.Join(out, "none")), "--warmup-epochs", "30"),
		"it is even":         append(smallTraining(t, data, filepath.Join(out, "none")), "--batch", "3"),
		"there is no folder": {"train", "--data", out, "--out", filepath.Join(out, "none")},
	} {
		if _, stderr, code := call(args...); code == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, %q, want %q", args, code, stderr, want)
		}
	}
}

// A run that is killed at random moments, and resumed each time, ends as one that is left alone, to the last byte.
func TestKilled(t *testing.T) {
	kills, epochs := 3, "30"
	if *long {
		kills, epochs = 20, "400"
	}
	data, dir := trainingSet(t, 8), t.TempDir()
	alone, killed := filepath.Join(dir, "alone"), filepath.Join(dir, "killed")
	mustCall(t, append(smallTraining(t, data, alone), "--epochs", epochs)...)
	args := append(smallTraining(t, data, killed), "--epochs", epochs)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	done := 0
	for range 1000 {
		if done == kills {
			break
		}
		if _, err := os.Stat(filepath.Join(killed, "state.bin")); err == nil {
			args = []string{"train", "--data", data, "--out", killed, "--resume", "--save-every", "10ms"}
		}
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), asCommand+"=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(20+rng.IntN(600))*time.Millisecond, func() { c.Process.Kill() })
		if err := c.Wait(); err == nil {
			timer.Stop()
			break // it came to its end before
		}
		timer.Stop()
		done++
	}
	if done == 0 {
		t.Error("the run came to its end before it could be killed")
	}
	t.Logf("killed %d times", done)
	if _, err := os.Stat(filepath.Join(killed, "state.bin")); err == nil {
		args = []string{"train", "--data", data, "--out", killed, "--resume"}
	}
	mustCall(t, args...)
	for _, name := range []string{"last.safetensors", "ema.safetensors", "best.safetensors"} {
		a, err := os.ReadFile(filepath.Join(alone, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(killed, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs", name)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(killed, ".*")); len(left) > 0 {
		t.Errorf("half-written files are left: %v", left)
	}
}
