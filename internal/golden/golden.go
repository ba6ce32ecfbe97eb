// Package golden finds the reference data that the tests are judged against.
//
// The full set lives beside the checkout, in ../shared/reference; a small subset is committed under
// testdata/reference so that a clone alone still proves the essentials. A file that neither place holds
// is reported loudly and never counts as proven.
package golden

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// Root returns the module root: the nearest parent of the working directory that holds go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("golden: no go.mod above the working directory")
		}
		dir = parent
	}
}

// SharedRoot returns the folder beside the checkout that holds reference/, bootstrap/, data/ and labels/.
// Where it is absent the test is skipped with a message that names what stays unproven.
func SharedRoot(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(Root(t)), "shared")
	if _, err := os.Stat(filepath.Join(dir, "reference")); err != nil {
		t.Skipf("MISSING ../shared: %s is NOT PROVEN by this run", t.Name())
	}
	return dir
}

// places returns where a reference path may lie, the full set first.
func places(t testing.TB, name string) []string {
	root := Root(t)
	return []string{
		filepath.Join(filepath.Dir(root), "shared", "reference", filepath.FromSlash(name)),
		filepath.Join(root, "testdata", "reference", filepath.FromSlash(name)),
	}
}

// Path returns where the named file of the reference data lies, for example "ops/haar_even.safetensors".
// Where it is absent the test is skipped with a message that names what stays unproven.
func Path(t testing.TB, name string) string {
	t.Helper()
	for _, p := range places(t, name) {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	t.Skipf("MISSING reference file %s: %s is NOT PROVEN by this run", name, t.Name())
	return ""
}

// Read returns the contents of the named file of the reference data.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// JSON decodes the named JSON file of the reference data into v.
func JSON(t testing.TB, name string, v any) {
	t.Helper()
	if err := json.Unmarshal(Read(t, name), v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// List returns the sorted file names in a folder of the reference data, from the full set where it exists.
func List(t testing.TB, folder string) []string {
	t.Helper()
	for _, p := range places(t, folder) {
		entries, err := os.ReadDir(p)
		if err != nil {
			continue
		}
		var names []string
		for _, e := range entries {
			if !e.IsDir() {
				names = append(names, e.Name())
			}
		}
		sort.Strings(names)
		return names
	}
	t.Skipf("MISSING reference folder %s: %s is NOT PROVEN by this run", folder, t.Name())
	return nil
}
