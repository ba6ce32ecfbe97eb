package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const log = `fuzz: elapsed: 0s, gathering baseline coverage: 0/46 completed
fuzz: elapsed: 0s, gathering baseline coverage: 46/46 completed, now fuzzing with 1 workers
fuzz: elapsed: 3s, execs: 5120 (1706/sec), new interesting: 3 (total: 49)
fuzz: elapsed: 4s, execs: 7168 (1792/sec), new interesting: 12 (total: 58)
--- FAIL: FuzzRead (4.04s)
    --- FAIL: FuzzRead (0.00s)
        fuzz_test.go:42: 3 elements

    Failing input written to testdata/fuzz/FuzzRead/771e938e4458e983
    To re-run:
`

func TestProgress(t *testing.T) {
	if executions, interesting, seconds := progress(log); executions != 7168 || interesting != 12 || seconds != 4 {
		t.Errorf("%d executions, %d interesting, %v s", executions, interesting, seconds)
	}
	if executions, _, seconds := progress("vision: build failed"); executions != 0 || seconds != 0 {
		t.Errorf("%d executions in %v s of what was not built", executions, seconds)
	}
	var b strings.Builder
	err := print(&b, []result{
		{target: target{Package: "./checkpoint", Func: "FuzzRead"}, executions: 7168, interesting: 12, crashed: true, log: log},
		{target: target{Package: "./vision", Func: "FuzzDecode"}, crashed: true, log: "build failed"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"checkpoint.FuzzRead  7168        12               1: testdata/fuzz/FuzzRead/771e938e4458e983\n", "no input was found"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}

// TestEach: every number once, no more than allowed at a time, and none after an interrupt.
func TestEach(t *testing.T) {
	for _, jobs := range []int{0, 1, 3, 20} {
		var mu sync.Mutex
		var seen []int
		busy, most := 0, 0
		each(t.Context(), 10, jobs, func(i int) {
			mu.Lock()
			seen = append(seen, i)
			busy++
			most = max(most, busy)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			busy--
			mu.Unlock()
		})
		slices.Sort(seen)
		if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(seen, want) || most > max(jobs, 1) {
			t.Errorf("%d jobs: %v, %d at a time", jobs, seen, most)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	calls := 0
	each(ctx, 10, 1, func(int) { calls++; stop() })
	if calls > 2 {
		t.Errorf("%d calls after an interrupt", calls)
	}
}

func TestFirstSentence(t *testing.T) {
	for doc, want := range map[string]string{
		"FuzzX: a file is\nread. Or not.\n": "a file is read", "FuzzX feeds .pth files.\n": "feeds .pth files", "": "", "FuzzX\n": "",
	} {
		if got := firstSentence(doc, "FuzzX"); got != want {
			t.Errorf("%q: %q, want %q", doc, got, want)
		}
	}
}

// TestDiscover: what the tests list is what the sources have, in a module of one target beside what only looks like one.
func TestDiscover(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":            "module m\n\ngo 1.27.0\n",
		"a/a_test.go":       "package a\n\nimport \"testing\"\n\n// FuzzA reads a file. And more.\nfunc FuzzA(f *testing.F) { f.Fuzz(func(*testing.T, []byte) {}) }\n\nfunc TestA(t *testing.T) {}\n",
		"b/b.go":            "package b\n\nfunc FuzzB() {}\n",
		".hidden/c_test.go": "package c\n\nfunc FuzzC() {}\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := discover(t.Context(), dir)
	if want := []target{{"./a", "FuzzA", "reads a file"}}; err != nil || !slices.Equal(found, want) {
		t.Errorf("found %v, %v; want %v", found, err, want)
	}
}

// Every target says in its comment what must hold, and the document has the table of all of them as it is recorded.
func TestDocument(t *testing.T) {
	const root = "../.."
	all, err := sources(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		if len(x.doc) < 20 {
			t.Errorf("%s says %q of itself", x.name(), x.doc)
		}
	}
	record, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, tableFile))
	if err != nil {
		t.Fatal(err)
	}
	want, err := insert(string(text), table(all, record))
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != want {
		t.Errorf("%s is not as recorded in %s; write it with go run ./cmd/fuzz -time 0 -record", tableFile, recordFile)
	}
}

func TestKeep(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, tableFile)
	if err := os.WriteFile(file, []byte("before\n"+begin+"previous\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	a, b := target{"./a", "FuzzA", "reads a|b"}, target{"./b", "FuzzB", ""}
	for range 2 {
		if err := keep(dir, []target{a, b}, []result{{target: a, executions: 1_234_567, seconds: 3600, processor: 900, crashed: true, log: log}}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\n" + begin + "| target", "| `a.FuzzA` | reads a\\|b | 2,469,134 | 2.00 | 0.50 | 2 |\n", "| `b.FuzzB` |  | 0 | 0.00 | 0.00 | 0 |\n" + end + "after\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "previous") {
		t.Error("the old table is still there")
	}
	if _, err := insert("no place", ""); err == nil {
		t.Error("a document without a place was taken")
	}
}
