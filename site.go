package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// engineFile is the engine's name in the site.
const engineFile = "mobilemamba.js"

// tree is the published site: the contents of files by their paths.
type tree map[string][]byte

// publishedAssets says what of assets/ belongs to the site; what the assets were made from does not.
var publishedAssets = []string{
	"CREDITS.md", "NOTICES.txt", "icons/*.svg", "icons/*.png", "labels/*.tsv", "models/index.json", "models/official.json",
	"models/*.safetensors", "models/local/*.safetensors", "samples/*.jpg", "sounds/*.mp3",
}

// publish builds the site from a checkout, the working directory, and writes it into the folder out, which any
// static host can serve from any path. The same sources give the same bytes.
func publish(ctx context.Context, out string, report io.Writer) error {
	if err := build(ctx); err != nil {
		return err
	}
	t, err := collect(os.DirFS("."))
	if err != nil {
		return err
	}
	t.stripComments()
	if t, err = t.hashNames(); err != nil {
		return err
	}
	if err := t.preloadModules(); err != nil {
		return err
	}
	if err := t.markOffline(); err != nil {
		return err
	}
	if err := t.compress(); err != nil {
		return err
	}
	limits, err := readBudget("budget.json")
	if err != nil {
		return err
	}
	s, err := t.measure()
	if err != nil {
		return err
	}
	s.print(report, limits)
	if err := limits.check(s); err != nil {
		return err
	}
	return t.write(out)
}

// collect reads the site's files from a checkout, as they lie beside each other when it is published.
func collect(checkout fs.FS) (tree, error) {
	t := tree{}
	modules := []string{"wasm_exec.js"}
	for _, a := range artifacts {
		modules = append(modules, a.file)
	}
	everything := func(string) bool { return true }
	err := errors.Join(
		t.add(checkout, "web", "", everything),
		t.add(checkout, buildDir, "", func(name string) bool { return slices.Contains(modules, name) }),
		t.add(checkout, "assets", "assets", func(name string) bool {
			return slices.ContainsFunc(publishedAssets, func(pattern string) bool {
				ok, _ := path.Match(pattern, name)
				return ok
			})
		}),
		t.add(checkout, "LICENSE", "LICENSE", everything),
	)
	if err != nil {
		return nil, err
	}
	assets, err := fs.Sub(checkout, "assets")
	if err != nil {
		return nil, err
	}
	if t["assets/"+shippedManifest], err = readManifest(assets); err != nil {
		return nil, err
	}
	// Jekyll, through which GitHub Pages may send a site, would leave some files out.
	t[".nojekyll"] = nil
	return t, nil
}

// add reads the wanted files of a folder, hidden ones aside, and puts them below a prefix.
func (t tree) add(checkout fs.FS, dir, prefix string, wanted func(name string) bool) error {
	return fs.WalkDir(checkout, dir, func(name string, entry fs.DirEntry, err error) error {
		rest := strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || !wanted(rest) {
			return err
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file; the site is made of such alone", name)
		}
		to := path.Join(prefix, rest)
		if _, taken := t[to]; taken {
			return fmt.Errorf("two files would be published as %s", to)
		}
		t[to], err = fs.ReadFile(checkout, name)
		return err
	})
}

// immutable reports whether a file's name carries a hash of its contents, so that it can be cached for ever. These
// are the large files; the page's own modules stay as they are, which keeps their imports readable.
func immutable(name string) bool {
	ext := path.Ext(name)
	return ext == ".wasm" || ext == ".safetensors" || path.Base(name) == "wasm_exec.js"
}

// reference is a quoted path of an immutable file, as JavaScript and JSON write it.
var reference = regexp.MustCompile(`"(?:[\w:./%-]*/)?(?:[\w%-][\w.%-]*\.(?:wasm|safetensors)|wasm_exec\.js)"`)

// hashNames puts a hash of the contents into the names of the immutable files, and the new names into whatever
// refers to them. A reference that leads nowhere is an error, and so is a file that nothing refers to.
func (t tree) hashNames() (tree, error) {
	renamed := map[string]string{} // base name to base name
	hashed := tree{}
	for _, name := range t.names() {
		if !immutable(name) {
			continue
		}
		base := path.Base(name)
		if renamed[base] != "" {
			return nil, fmt.Errorf("two files are called %s; references to them could not be told apart", base)
		}
		ext := path.Ext(base)
		renamed[base] = fmt.Sprintf("%s.%.6x%s", strings.TrimSuffix(base, ext), sha256.Sum256(t[name]), ext)
		hashed[path.Join(path.Dir(name), renamed[base])] = t[name]
	}

	used := map[string]bool{}
	var problems []error
	for _, name := range t.names() {
		switch ext := path.Ext(name); {
		case immutable(name):
			continue
		case ext != ".js" && ext != ".json" && ext != ".html":
			hashed[name] = t[name]
			continue
		}
		hashed[name] = reference.ReplaceAllFunc(t[name], func(quoted []byte) []byte {
			url := strings.Trim(string(quoted), `"`)
			if strings.Contains(url, "://") {
				return quoted // Another site's.
			}
			dir, base := path.Split(url)
			to := renamed[base]
			if to == "" {
				problems = append(problems, fmt.Errorf("%s refers to %s, which is not part of the site", name, url))
				return quoted
			}
			used[base] = true
			return []byte(`"` + dir + to + `"`)
		})
	}
	for _, base := range slices.Sorted(maps.Keys(renamed)) {
		if !used[base] {
			problems = append(problems, fmt.Errorf("nothing refers to %s as a \"quoted\" path; under its hashed name %s no page would find it", base, renamed[base]))
		}
	}
	return hashed, errors.Join(problems...)
}

// compress puts a .gz beside every file that becomes smaller by a tenth or more, for the hosts that serve such
// copies. Brotli's would be smaller, at the price of a dependency for hosts that mostly compress by themselves.
func (t tree) compress() error {
	for _, name := range t.names() {
		if len(t[name]) <= 1024 {
			continue
		}
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression) // Its header has neither a name nor a time.
		if err != nil {
			return err
		}
		if _, err := z.Write(t[name]); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if b.Len() <= len(t[name])*9/10 {
			t[name+".gz"] = b.Bytes()
		}
	}
	return nil
}

// write replaces the folder by the tree. A folder that it did not write itself is left alone, and so is a repository.
func (t tree) write(out string) error {
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The engine is in every site that was written here, and in no other.
	if _, err := os.Stat(filepath.Join(out, engineFile)); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s holds something else than a site; name an empty folder, or remove it", out)
	}
	if _, err := os.Lstat(filepath.Join(out, ".git")); err == nil {
		return fmt.Errorf("%s is a repository, which would be lost; name an empty folder, and copy the site from there", out)
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	for _, name := range t.names() {
		file := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, t[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// names lists the paths in order.
func (t tree) names() []string { return slices.Sorted(maps.Keys(t)) }
