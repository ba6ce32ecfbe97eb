package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What the READMEs say was measured of reliability is what the records say: in the row of each command, their figures in
// their order.
func TestReadmeReliability(t *testing.T) {
	rows := map[string][]string{
		"make fuzz RECORD=1":         fuzzingFigures(t),
		"make test-engines RECORD=1": engineFigures(t),
		"make soak RECORD=1":         soakFigures(t),
		"make test":                  {fmt.Sprint(faults(t)), "0"},
	}
	for _, name := range readmes {
		for command, want := range rows {
			found := false
			for line := range strings.Lines(read(t, name)) {
				if !strings.HasPrefix(line, "| `"+command+"` |") {
					continue
				}
				found = true
				if got := figure.FindAllString(codeSpan.ReplaceAllString(line, ""), -1); !slices.Equal(got, want) {
					t.Errorf("%s, %s: %q, but the records have %q", name, command, got, want)
				}
			}
			if !found {
				t.Errorf("%s has no row of %s", name, command)
			}
		}
	}
}

// record reads a file of docs/ that a command writes.
func record[T any](t *testing.T, name string) map[string]T {
	t.Helper()
	var all map[string]T
	if err := json.Unmarshal([]byte(read(t, name)), &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

// fuzzingFigures are the targets, their inputs, the hours, those of a processor and the findings.
func fuzzingFigures(t *testing.T) []string {
	all := record[struct {
		Executions, Found int
		Seconds           float64
		Processor         float64
	}](t, "docs/fuzzing.json")
	var inputs, found int
	var seconds, processor float64
	for _, target := range all {
		inputs, found = inputs+target.Executions, found+target.Found
		seconds, processor = seconds+target.Seconds, processor+target.Processor
	}
	return []string{fmt.Sprint(len(all)), thousands(inputs), fmt.Sprintf("%.1f", seconds/3600), fmt.Sprintf("%.1f", processor/3600), fmt.Sprint(found)}
}

// engineFigures are the checks, and those that each engine passes.
func engineFigures(t *testing.T) []string {
	all := record[struct {
		Checks map[string]struct{ Outcome string }
	}](t, "docs/engines.json")
	var figures []string
	for _, name := range []string{"Chromium", "Firefox", "WebKitGTK"} {
		checks, passed := all[name].Checks, 0
		for _, c := range checks {
			if c.Outcome == "yes" {
				passed++
			}
		}
		if figures == nil {
			figures = []string{fmt.Sprint(len(checks))}
		}
		figures = append(figures, fmt.Sprint(passed))
	}
	return figures
}

// soakFigures are the frames, the minutes, the models and the engines lost, the page's heap at first and at the end, and
// how many of a hundred frames took at most so many times the median.
func soakFigures(t *testing.T) []string {
	const asked = "30 minutes"
	soak, ok := record[struct {
		Frames, Models, Losses int
		Ratio                  float64
		Heap                   []float64
	}](t, "docs/soak.json")[asked]
	if !ok || len(soak.Heap) < 2 {
		t.Fatalf("docs/soak.json has no soak of %s", asked)
	}
	megabytes := func(n float64) string { return fmt.Sprintf("%.2f", n/(1<<20)) }
	return []string{
		thousands(soak.Frames), "30", fmt.Sprint(soak.Models), fmt.Sprint(soak.Losses),
		megabytes(soak.Heap[0]), megabytes(soak.Heap[1]), "99", fmt.Sprintf("%.2f", soak.Ratio),
	}
}

// faults counts the rows of the table of faults.
func faults(t *testing.T) int {
	_, text, _ := strings.Cut(read(t, "docs/reliability.md"), "\n## Faults in the browser\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return strings.Count(text, "\n| ") - 2 // its head
}

// thousands writes a number with commas.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
