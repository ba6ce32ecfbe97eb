package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRoundTicks(t *testing.T) {
	for _, tc := range []struct {
		low, high float64
		want      string
	}{
		{0, 34, "0 10 20 30"},
		{0.064, 17, "5 10 15"},
		{2.3, 5.31, "3 4 5"},
		{-1, 1, "-1 -0.5 0 0.5 1"},
		{35, 72.5, "40 50 60 70"},
		{1e-4, 1.3e-3, "0.0002 0.0004 0.0006 0.0008 0.001 0.0012"},
	} {
		var got []string
		for _, tick := range (roundTicks{}).Ticks(tc.low, tc.high) {
			got = append(got, tick.Label)
		}
		if got := strings.Join(got, " "); got != tc.want {
			t.Errorf("from %v to %v: %s, want %s", tc.low, tc.high, got, tc.want)
		}
	}
}

// A step whose gradients were not finite is no end of the curves.
func TestCurvesOfBrokenSteps(t *testing.T) {
	dir := t.TempDir()
	log, png := filepath.Join(dir, "log.csv"), filepath.Join(dir, "curves.png")
	rows := "step,epoch,loss,val_top1\n50,0.5,5.1,\n100,1,NaN,10\n150,1.5,+Inf,\n200,2,4.5,20\n"
	if err := os.WriteFile(log, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	columns, err := readLog(log)
	if err != nil || len(columns["loss"]) != 2 || len(columns["val_top1"]) != 2 {
		t.Errorf("read %v, %v", columns, err)
	}
	if err := drawCurves(log, png); err != nil {
		t.Error(err)
	}
}
