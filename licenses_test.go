package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dependency is a row of LICENSES.md.
type dependency struct{ name, version, licence string }

// permitted are the licences that a dependency may have. What has none may not be built; it is named here.
var permitted = []string{
	"MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Apache-2.0", "CC-BY-4.0", "FTL", "MIT OR CC0-1.0", "MIT AND Apache-2.0", "BlueOak-1.0.0",
	"MPL-2.0", // of a tool that only tests use: it asks something of who changes its files or ships them
	"0BSD",
}

const unlicensed = "github.com/chengxilo/virtualterm"

// listed reads LICENSES.md. A name may end in *, for the platforms of one package.
func listed(t *testing.T) []dependency {
	t.Helper()
	text, err := os.ReadFile("LICENSES.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []dependency
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.Contains(line, "---") || strings.Contains(line, "licence") {
			continue
		}
		rows = append(rows, dependency{strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])})
	}
	return rows
}

// goModules are the modules whose code the go command checks by a go.sum.
func goModules(t *testing.T, sums ...string) []dependency {
	t.Helper()
	var all []dependency
	for _, file := range sums {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) != 3 || !strings.HasPrefix(fields[2], "h1:") {
				t.Fatalf("%s: %q is no checksum", file, line)
			}
			d := dependency{name: fields[0], version: fields[1]}
			if !strings.HasSuffix(d.version, "/go.mod") && !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// npmPackages are the packages of lock files, with the licences that these give.
func npmPackages(t *testing.T, locks ...string) []dependency {
	t.Helper()
	var all []dependency
	for _, file := range locks {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var lock struct {
			Packages map[string]struct{ Version, License, Integrity string }
		}
		if err := json.Unmarshal(text, &lock); err != nil {
			t.Fatal(err)
		}
		for path, p := range lock.Packages {
			if path == "" {
				continue
			}
			if !strings.HasPrefix(p.Integrity, "sha512-") {
				t.Errorf("%s: %s is not pinned by a checksum", file, path)
			}
			name := path[strings.LastIndex(path, "node_modules/")+len("node_modules/"):]
			all = append(all, dependency{name, p.Version, strings.Trim(p.License, "()")})
		}
	}
	return all
}

// LICENSES.md lists every dependency and nothing else, each under a licence that is permitted and its own.
func TestLicenses(t *testing.T) {
	rows := listed(t)
	find := func(d dependency) int {
		return slices.IndexFunc(rows, func(r dependency) bool {
			prefix, platforms := strings.CutSuffix(r.name, "*")
			return r.version == d.version && (r.name == d.name || platforms && strings.HasPrefix(d.name, prefix))
		})
	}
	used := make([]bool, len(rows))
	check := func(d dependency) {
		i := find(d)
		if i < 0 {
			t.Errorf("LICENSES.md lacks %s %s, which is under %q", d.name, d.version, d.licence)
			return
		}
		used[i] = true
		if d.licence != "" && d.licence != rows[i].licence {
			t.Errorf("LICENSES.md says that %s is under %s; it is under %s", d.name, rows[i].licence, d.licence)
		}
	}
	for _, d := range goModules(t, "go.sum", ".github/lint/go.sum") {
		d.licence = carried(t, d)
		check(d)
	}
	for _, d := range npmPackages(t, "e2e/package-lock.json", "e2e/lighthouse/package-lock.json", "bench/package-lock.json") {
		check(d)
	}
	for i, r := range rows {
		if !used[i] {
			t.Errorf("LICENSES.md lists %s %s, which nothing depends on", r.name, r.version)
		}
		if !slices.Contains(permitted, r.licence) && r.name != unlicensed {
			t.Errorf("%s is under %q, which is not permitted", r.name, r.licence)
		}
	}
	if out, err := exec.Command("go", "list", "-deps", "-test", "./...").Output(); err != nil || strings.Contains(string(out), unlicensed) {
		t.Errorf("%s, which has no licence, is built: %v", unlicensed, err)
	}
}

// carried tells the licence of a module from the text that it carries; "" where it is not on this machine, or says
// neither of the usual.
func carried(t *testing.T, d dependency) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleCache(t), escaped(d.name)+"@"+d.version, "LICENSE*"))
	if err != nil || len(files) == 0 {
		return ""
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []struct{ says, licence string }{
		{"two different licenses: MIT and Apache", "MIT AND Apache-2.0"}, {"Apache License", "Apache-2.0"}, {"Permission to use, copy, modify", "ISC"}, {"Permission is hereby granted, free of charge", "MIT"},
		{"(?i)neither the name", "BSD-3-Clause"}, {"Redistribution and use", "BSD-2-Clause"}, {"Creative Commons Attribution 4.0", "CC-BY-4.0"},
		{"FreeType License", "FTL"},
	} {
		if regexp.MustCompile(strings.ReplaceAll(l.says, " ", `\s+`)).Match(text) {
			return l.licence
		}
	}
	return ""
}

// escaped is a module's path as the module cache writes it.
func escaped(name string) string {
	return regexp.MustCompile("[A-Z]").ReplaceAllStringFunc(name, func(s string) string { return "!" + strings.ToLower(s) })
}

func moduleCache(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// The site carries the notices of everything that its modules are linked from.
func TestNotices(t *testing.T) {
	notices, err := os.ReadFile("assets/NOTICES.txt")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}}", "./wasm")
	cmd.Env = append(cmd.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]string{"Go 1.27.4": strings.TrimSpace(string(goroot))}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 3 { // the project's own has no version
			linked[fields[0]+" "+fields[1]] = fields[2]
		}
	}
	if len(linked) < 4 {
		t.Errorf("the module is linked from %v alone", linked)
	}
	for name, dir := range linked {
		licence, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Contains(notices, []byte(name)) || !bytes.Contains(notices, bytes.TrimSpace(licence)) {
			t.Errorf("assets/NOTICES.txt lacks the licence of %s", name)
		}
	}
}
