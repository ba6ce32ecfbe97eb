package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// readmes are the same text in several languages; the first is the one that is written first.
var readmes = []string{"README.md", "README.zh-CN.md"}

var (
	codeBlock  = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	codeNote   = regexp.MustCompile(`(?m)\s+#.*$`)
	codeSpan   = regexp.MustCompile("`([^`\n]+)`")
	figure     = regexp.MustCompile(`[+-]?\d+(?:[.,]\d+)*(?:e-?\d+)?`)
	heading    = regexp.MustCompile(`(?m)^(#+) `)
	linkTarget = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	remark     = regexp.MustCompile(`<!--.*?-->`)
)

// outline is what a README says in no language.
type outline struct {
	headings, commands, links, code, remarks []string
	rows                                     []string // the figures of every line of a table
	bullets                                  int
}

func outlineOf(text string) (o outline) {
	for _, m := range codeBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(codeNote.ReplaceAllString(m[2], "")) {
			o.commands = append(o.commands, m[1]+": "+strings.TrimSpace(line))
		}
	}
	text = codeBlock.ReplaceAllString(text, "")
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		o.headings = append(o.headings, m[1])
	}
	for _, m := range linkTarget.FindAllStringSubmatch(text, -1) {
		if target := m[1] + m[2]; !slices.Contains(readmes, target) {
			o.links = append(o.links, target)
		}
	}
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		o.code = append(o.code, m[1])
	}
	// Languages put their words in other orders.
	slices.Sort(o.code)
	o.remarks = remark.FindAllString(text, -1)
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "|"):
			o.rows = append(o.rows, fmt.Sprint(strings.Count(line, "|"), figure.FindAllString(codeSpan.ReplaceAllString(line, ""), -1)))
		case strings.HasPrefix(line, "- "):
			o.bullets++
		}
	}
	return o
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The READMEs have the same structure, commands, links, code and figures in tables.
func TestReadmesInStep(t *testing.T) {
	want := outlineOf(read(t, readmes[0]))
	if len(want.commands) < 10 || len(want.rows) < 20 || len(want.headings) < 5 {
		t.Fatalf("%s is no longer understood: %+v", readmes[0], want)
	}
	for _, name := range readmes[1:] {
		got := outlineOf(read(t, name))
		for _, part := range []struct {
			what      string
			got, want []string
		}{
			{"headings", got.headings, want.headings},
			{"commands", got.commands, want.commands},
			{"links", got.links, want.links},
			{"code", got.code, want.code},
			{"remarks", got.remarks, want.remarks},
			{"columns and figures of tables", got.rows, want.rows},
			{"items of lists", []string{fmt.Sprint(got.bullets)}, []string{fmt.Sprint(want.bullets)}},
		} {
			for i := range max(len(part.got), len(part.want)) {
				if g, w := at(part.got, i), at(part.want, i); g != w {
					t.Errorf("%s, %s: %s where %s has %s", name, part.what, g, readmes[0], w)
					break
				}
			}
		}
	}
}

func at(all []string, i int) string {
	if i < len(all) {
		return strconv.Quote(all[i])
	}
	return "nothing"
}

// Whatever the READMEs and the other documents point at is there.
func TestDocumentedFiles(t *testing.T) {
	documents, _ := filepath.Glob("*.md")
	more, _ := filepath.Glob("docs/*.md")
	path := regexp.MustCompile(`^[\w.-]+(/[\w.*-]+)*/?$`)
	// Names that stand for others, functions of a package, and what the user's own models are kept in.
	noFile := regexp.MustCompile(`(^|/)[A-Z]+(\.|/|$)|\.[A-Z]\w+$|^(build|dist)/|^assets/models/local`)
	checked := 0
	for _, name := range append(documents, more...) {
		text := codeBlock.ReplaceAllString(read(t, name), "")
		for _, m := range linkTarget.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1]+m[2], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			checked++
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
			}
		}
		for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
			first, _, folder := strings.Cut(m[1], "/")
			if !folder || !path.MatchString(m[1]) || noFile.MatchString(m[1]) {
				continue
			}
			// A path of the repository begins with one of its folders.
			if info, err := os.Stat(first); err != nil || !info.IsDir() {
				continue
			}
			checked++
			if found, err := filepath.Glob(strings.TrimSuffix(m[1], "/")); err != nil || len(found) == 0 {
				t.Errorf("%s speaks of %s, which is not there", name, m[1])
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d files were looked for: the documents are no longer understood", checked)
	}
}

// The table of speed has the medians of bench/results.json.
func TestReadmeSpeed(t *testing.T) {
	var results struct {
		Rows []struct {
			Model, Engine string
			Threads       int
			Median        float64 `json:"median_ms"`
		}
		Ratios []struct {
			Model, Ours, Theirs string
			Threads             int
			Ratio               float64
		}
	}
	if err := json.Unmarshal([]byte(read(t, "bench/results.json")), &results); err != nil {
		t.Fatal(err)
	}
	resolutions := map[string]int{"T2": 192, "S6": 224, "B1": 256}
	for model, side := range resolutions {
		cell := func(engine string, threads int) string {
			for _, r := range results.Rows {
				if r.Model != model || r.Engine != engine || r.Threads != threads {
					continue
				}
				if r.Median < 99.5 {
					return fmt.Sprintf("%.1f", r.Median)
				}
				return fmt.Sprintf("%.0f", r.Median)
			}
			t.Fatalf("bench/results.json lacks %s on %s", engine, model)
			return ""
		}
		ratio := ""
		for _, r := range results.Ratios {
			if r.Model == model && r.Ours == "mobilemamba-relaxed" && r.Theirs == "onnxruntime-web" && r.Threads == 1 {
				ratio = fmt.Sprintf("%.2f×", r.Ratio)
			}
		}
		row := fmt.Sprintf("| %s, %d×%d | %s |", model, side, side, strings.Join([]string{
			cell("mobilemamba-relaxed", 1), cell("mobilemamba-simd", 1), cell("mobilemamba-scalar", 1),
			cell("onnxruntime-web", 1), ratio, cell("onnxruntime-web", 2),
			cell("mobilemamba-native", 1), cell("onnxruntime-node", 1),
		}, " | "))
		for _, name := range readmes {
			if !strings.Contains(read(t, name), row) {
				t.Errorf("%s lacks the row of bench/results.json:\n%s", name, row)
			}
		}
	}
}

// What the READMEs say of the shipped model is what its manifest says; the lines have a remark to be found by.
func TestReadmeShippedModel(t *testing.T) {
	var manifest struct {
		Models []struct {
			Variant  string
			Accuracy struct{ Top1, Top5 float64 }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "assets/models/index.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	model := manifest.Models[0]
	accuracy := fmt.Sprintf("%.2f / %.2f %%", model.Accuracy.Top1, model.Accuracy.Top5)
	for _, name := range readmes {
		var lines string
		for line := range strings.Lines(read(t, name)) {
			if strings.Contains(line, "<!-- shipped model -->") {
				lines += line
			}
		}
		for _, want := range []string{accuracy, "MobileMamba-" + model.Variant} {
			if !strings.Contains(lines, want) {
				t.Errorf("%s says of the shipped model\n%swhere its manifest says %s", name, lines, want)
			}
		}
	}
}
