package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// target is a fuzz target.
type target struct {
	Package string // as the go command takes it: ./vision
	Func    string
	doc     string // the first sentence of its comment, without its name
}

// name is the target's for people.
func (t target) name() string { return strings.TrimPrefix(t.Package, "./") + "." + t.Func }

// discover lists the targets of a module by asking its tests, in the order of their packages. The sources tell which
// packages are worth building, and what the targets are for.
func discover(ctx context.Context, root string) ([]target, error) {
	written, err := sources(root)
	if err != nil {
		return nil, err
	}
	var packages []string
	for _, t := range written {
		if !slices.Contains(packages, t.Package) {
			packages = append(packages, t.Package)
		}
	}
	var found []target
	for _, p := range packages {
		cmd := exec.CommandContext(ctx, "go", "test", "-list", "^Fuzz", p)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", p, err, out)
		}
		for name := range strings.Lines(string(out)) {
			name = strings.TrimSpace(name)
			if !strings.HasPrefix(name, "Fuzz") {
				continue
			}
			i := slices.IndexFunc(written, func(t target) bool { return t.Package == p && t.Func == name })
			if i < 0 {
				return nil, fmt.Errorf("%s lists %s, which its sources do not have", p, name)
			}
			found = append(found, written[i])
		}
	}
	return found, nil
}

// sources lists the targets in the test files below a folder, other modules' and testdata left out.
func sources(root string) ([]target, error) {
	var all []target
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name != "." && file != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "build") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		targets, err := parse(file, "./"+path.Clean(filepath.ToSlash(rel)))
		all = append(all, targets...)
		return err
	})
	return all, err
}

// parse lists the targets of one file.
func parse(file, pkg string) ([]target, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var found []target
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
			found = append(found, target{pkg, f.Name.Name, firstSentence(f.Doc.Text(), f.Name.Name)})
		}
	}
	return found, nil
}

// firstSentence cuts a comment to its first sentence, without the function's name before it.
func firstSentence(doc, name string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	doc = strings.TrimLeft(strings.TrimPrefix(doc, name), ": ")
	sentence, _, _ := strings.Cut(doc+" ", ". ")
	return strings.TrimRight(sentence, " .")
}
