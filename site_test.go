package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// fakeCheckout has the shape of this repository in a few bytes.
func fakeCheckout() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"LICENSE":                             "MIT",
		"secret.txt":                          "secret",
		"web/index.html":                      `<script type="module" src="app.js"></script>`,
		"web/app.js":                          `import "./kernels.js"; // wasm_exec.js is Go's`,
		"web/kernels.js":                      `["mobilemamba-relaxed.wasm", "mobilemamba-simd.wasm", "mobilemamba.wasm"]`,
		"web/worker.js":                       `import "./worker/go.js";`,
		"web/worker/go.js":                    `import "../wasm_exec.js";`,
		"web/panels/a/deep.js":                `export const types = ".pth,.pt,.safetensors";`,
		"web/.hidden":                         "",
		"build/site/mobilemamba.wasm":         "\x00asm scalar" + strings.Repeat("a", 2000),
		"build/site/mobilemamba-simd.wasm":    "\x00asm simd",
		"build/site/mobilemamba-relaxed.wasm": "\x00asm relaxed",
		"build/site/wasm_exec.js":             "// Go",
		"build/site/old.wasm":                 "\x00asm old",
		"assets/assets.go":                    "package assets",
		"assets/CREDITS.md":                   "us",
		"assets/NOTICES.txt":                  "others",
		"assets/models/index.json": `{"models":[{"labels":"../labels/a.tsv","weights":[{"url":"m.safetensors"}]},
			{"labels":"../labels/a.tsv","weights":[{"url":"https://example.com/far.safetensors"}]}]}`,
		"assets/models/m.safetensors": "weights",
		"assets/labels/a.tsv":         "0\tn\tx",
		"assets/samples/s.jpg":        "jpg",
		"assets/samples/s.svg":        "<svg/>",
		"assets/sounds/make.sh":       "make",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func TestCollectAndHashNames(t *testing.T) {
	collected, err := collect(fakeCheckout())
	if err != nil {
		t.Fatal(err)
	}
	site, err := collected.hashNames()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		".nojekyll", "LICENSE", "app.js", "assets/CREDITS.md", "assets/NOTICES.txt", "assets/labels/a.tsv", "assets/models/index.json",
		"assets/models/m.HASH.safetensors", "assets/samples/s.jpg", "index.html", "kernels.js",
		"mobilemamba-relaxed.HASH.wasm", "mobilemamba-simd.HASH.wasm", "mobilemamba.HASH.wasm", "panels/a/deep.js",
		"wasm_exec.HASH.js", "worker.js", "worker/go.js",
	}
	hash := regexp.MustCompile(`\.[0-9a-f]{12}\.`)
	var got []string
	for _, name := range site.names() {
		got = append(got, hash.ReplaceAllString(name, ".HASH."))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the site has %q, want %q", got, want)
	}
	for name, text := range map[string]string{
		"app.js":           `import "./kernels.js"; // wasm_exec.js is Go's`,
		"kernels.js":       `["mobilemamba-relaxed.HASH.wasm", "mobilemamba-simd.HASH.wasm", "mobilemamba.HASH.wasm"]`,
		"worker/go.js":     `import "../wasm_exec.HASH.js";`,
		"panels/a/deep.js": `export const types = ".pth,.pt,.safetensors";`,
	} {
		if got := hash.ReplaceAllString(string(site[name]), ".HASH."); got != text {
			t.Errorf("%s reads %s, want %s", name, got, text)
		}
	}
	for _, url := range regexp.MustCompile(`"([^"]*\.wasm)"`).FindAllSubmatch(site["kernels.js"], -1) {
		if site[string(url[1])] == nil {
			t.Errorf("kernels.js names %s, which is not there", url[1])
		}
	}
	weights, _, err := site.defaultModel()
	if err != nil || string(site[weights]) != "weights" {
		t.Errorf("the manifest leads to %s: %v", weights, err)
	}
	if !bytes.Contains(site["assets/models/index.json"], []byte(`"https://example.com/far.safetensors"`)) {
		t.Error("another site's URL was changed")
	}
}

// A changed module has another name, and the rest keeps its names.
func TestHashFollowsContents(t *testing.T) {
	names := func(files fs.FS) []string {
		collected, err := collect(files)
		if err != nil {
			t.Fatal(err)
		}
		site, err := collected.hashNames()
		if err != nil {
			t.Fatal(err)
		}
		return site.names()
	}
	files := fakeCheckout()
	before := names(files)
	files["build/site/mobilemamba-simd.wasm"].Data = []byte("\x00asm changed")
	var changed []string
	for _, name := range names(files) {
		if !slices.Contains(before, name) {
			changed = append(changed, name)
		}
	}
	if len(changed) != 1 || !strings.HasPrefix(changed[0], "mobilemamba-simd.") {
		t.Errorf("a changed module renamed %q", changed)
	}
}

func TestBrokenReferences(t *testing.T) {
	for _, tc := range []struct{ file, text, want string }{
		{"web/kernels.js", `["mobilemamba-relaxed.wasm", "mobilemamba.wasm"]`, "nothing refers to mobilemamba-simd.wasm"},
		{"web/worker/go.js", `importScripts('wasm_exec.js')`, "nothing refers to wasm_exec.js"},
		{"web/panels/b.js", `fetch("../fast.wasm")`, "panels/b.js refers to ../fast.wasm"},
		{"assets/models/index.json", `{"models":[{"weights":[{"url":"m.safetensors"},{"url":"n.safetensors"}]}]}`, "index.json refers to n.safetensors"},
		{"assets/models/mobilemamba.wasm", "\x00asm", ""}, // Not an asset.
		{"web/x/mobilemamba.wasm", "\x00asm", "two files are called mobilemamba.wasm"},
		{"web/mobilemamba.wasm", "\x00asm", "two files would be published as mobilemamba.wasm"},
	} {
		files := fakeCheckout()
		files[tc.file] = &fstest.MapFile{Data: []byte(tc.text)}
		site, err := collect(files)
		if err == nil {
			_, err = site.hashNames()
		}
		if tc.want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %s: %v, want an error with %q", tc.file, tc.text, err, tc.want)
		}
	}
	files := fakeCheckout()
	delete(files, "web/kernels.js")
	delete(files, "build/site/mobilemamba.wasm")
	delete(files, "LICENSE")
	if _, err := collect(files); err == nil || !strings.Contains(err.Error(), "LICENSE") {
		t.Errorf("a checkout without a licence: %v", err)
	}
}

func TestCompressAndBudget(t *testing.T) {
	site, err := collect(fakeCheckout())
	if err != nil {
		t.Fatal(err)
	}
	if err := site.compress(); err != nil {
		t.Fatal(err)
	}
	var copies []string
	for _, name := range site.names() {
		if strings.HasSuffix(name, ".gz") {
			copies = append(copies, name)
		}
	}
	if !slices.Equal(copies, []string{"mobilemamba.wasm.gz"}) {
		t.Fatalf("compressed %q; small files are not worth it", copies)
	}
	z, err := gzip.NewReader(bytes.NewReader(site["mobilemamba.wasm.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	if !z.ModTime.IsZero() || z.Name != "" {
		t.Errorf("the copy says more than its contents: %v %q", z.ModTime, z.Name)
	}
	if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, site["mobilemamba.wasm"]) {
		t.Errorf("the copy holds something else: %v", err)
	}

	s, err := site.measure()
	if err != nil {
		t.Fatal(err)
	}
	if s.module.raw != len(site["mobilemamba.wasm"]) || s.module.sent != len(site["mobilemamba.wasm.gz"]) {
		t.Errorf("the largest module is %+v", s.module)
	}
	if s.site.files != len(site)-1 || s.site.raw != s.code.raw+s.later.raw+s.others.raw+s.models.raw+s.labels.raw+s.rest.raw {
		t.Errorf("the groups do not add up to the site: %+v of %d files", s, len(site))
	}
	if s.site.sent != s.site.raw+len(site["mobilemamba.wasm.gz"]) {
		t.Errorf("the site takes %d bytes with its copies", s.site.sent)
	}
	if s.later.files != 1 || s.later.raw != len(site["panels/a/deep.js"]) {
		t.Errorf("what comes later is %+v, want the module that nothing imports", s.later)
	}
	if want := s.code.sent + s.models.sent + s.labels.sent + s.rest.sent; s.firstVisit.sent != want {
		t.Errorf("the first visit takes %d bytes, want %d", s.firstVisit.sent, want)
	}

	exact := budget{s.module.sent, s.code.sent, s.firstVisit.sent, s.site.sent}
	if err := exact.check(s); err != nil {
		t.Errorf("a budget that is just kept: %v", err)
	}
	for what, tight := range map[string]budget{
		"module":     {s.module.sent - 1, s.code.sent, s.firstVisit.sent, s.site.sent},
		"code":       {s.module.sent, s.code.sent - 1, s.firstVisit.sent, s.site.sent},
		"firstVisit": {s.module.sent, s.code.sent, s.firstVisit.sent - 1, s.site.sent},
		"site":       {s.module.sent, s.code.sent, s.firstVisit.sent, s.site.sent - 1},
	} {
		if err := tight.check(s); err == nil || !strings.HasPrefix(err.Error(), what+" takes") || !strings.Contains(err.Error(), " 1 more") {
			t.Errorf("a byte over %s: %v", what, err)
		}
	}
}

func TestReadBudget(t *testing.T) {
	if _, err := readBudget("budget.json"); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "budget.json")
	for _, text := range []string{"", "{}", `{"module": 1, "code": 1, "firstVisit": 1}`} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readBudget(file); err == nil {
			t.Errorf("the budget %q was accepted", text)
		}
	}
}

func TestWriteLeavesOtherFoldersAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".nojekyll", "index.html"} { // as other programs write sites
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := (tree{engineFile: nil}).write(dir); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("a folder with other files: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "thesis.txt")); err != nil {
		t.Error(err)
	}
	out := filepath.Join(dir, "dist")
	for _, site := range []tree{{engineFile: nil, "old.js": nil}, {engineFile: nil, "a/new.js": []byte("new")}} {
		if err := site.write(out); err != nil {
			t.Fatal(err)
		}
		if got := readTree(t, out); !maps.EqualFunc(got, site, bytes.Equal) {
			t.Errorf("wrote %q, want %q", got.names(), site.names())
		}
	}
	if err := os.Mkdir(filepath.Join(out, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := (tree{engineFile: nil}).write(out); err == nil || !strings.Contains(err.Error(), "repository") {
		t.Errorf("a repository: %v", err)
	}
}

// TestReproducible publishes this checkout twice, the second time from modules that are linked anew.
func TestReproducible(t *testing.T) {
	var sites [2]tree
	for i := range sites {
		for _, a := range artifacts { // Not their folder: a server may have it open.
			if err := os.Remove(filepath.Join(buildDir, a.file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		out := filepath.Join(t.TempDir(), "dist")
		if err := publish(context.Background(), out, t.Output()); err != nil {
			t.Fatal(err)
		}
		sites[i] = readTree(t, out)
	}
	if !slices.Equal(sites[0].names(), sites[1].names()) {
		t.Errorf("two builds have different files: %q and %q", sites[0].names(), sites[1].names())
	}
	for name := range sites[0] {
		if !bytes.Equal(sites[0][name], sites[1][name]) {
			t.Errorf("two builds differ in %s", name)
		}
	}
}

// readTree reads a folder back.
func readTree(t *testing.T, dir string) tree {
	t.Helper()
	got := tree{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			got[name], err = os.ReadFile(filepath.Join(dir, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
