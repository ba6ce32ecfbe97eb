package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// serviceWorker keeps the published site on a device, see there. It is published with the site's version and the lists
// of its files.
const serviceWorker = "service-worker.js"

// kept are the kinds of files that a device keeps with the page; what else there is, it keeps when it uses it or not
// at all.
var kept = []string{".css", ".html", ".jpg", ".js", ".json", ".mp3", ".png", ".svg", ".tsv", ".webmanifest"}

// markOffline gives the site a version, which is another one whenever a byte is, and tells it to the page and, with the
// SHA-256 of the page's files, to the service worker. Names must be hashed before, and copies be compressed after.
func (t tree) markOffline() error {
	hash := sha256.New()
	for _, name := range t.names() {
		fmt.Fprintf(hash, "%s %x\n", name, sha256.Sum256(t[name]))
	}
	version := fmt.Sprintf("%.6x", hash.Sum(nil))
	err := t.fill("index.html", `<meta name="version" content="development" />`,
		fmt.Sprintf(`<meta name="version" content=%q />`, version))

	shell, modules := map[string]string{}, []string{}
	for _, name := range t.names() {
		switch ext := path.Ext(name); {
		case name == serviceWorker || strings.HasPrefix(path.Base(name), "."):
			continue
		case !plainName.MatchString(name):
			err = errors.Join(err, fmt.Errorf("%s would read otherwise in a URL; use letters, digits and ./_-", name))
		case slices.Contains(kept, ext):
			shell[name] = fmt.Sprintf("%x", sha256.Sum256(t[name]))
		case ext == ".wasm":
			modules = append(modules, name)
		}
	}
	files, _ := json.Marshal(shell) // Strings alone, in the order of the keys.
	ofModules, _ := json.Marshal(modules)
	return errors.Join(
		err,
		t.fill(serviceWorker, `const VERSION = "development";`, fmt.Sprintf("const VERSION = %q;", version)),
		t.fill(serviceWorker, "const SHELL = {};", fmt.Sprintf("const SHELL = %s;", files)),
		t.fill(serviceWorker, "const MODULES = [];", fmt.Sprintf("const MODULES = %s;", ofModules)),
	)
}

// plainName matches paths that are the same in a URL.
var plainName = regexp.MustCompile(`^[\w./-]+$`)

// fill replaces what a file of the checkout has once in the place of what is known only now.
func (t tree) fill(name, blank, text string) error {
	if n := bytes.Count(t[name], []byte(blank)); n != 1 {
		return fmt.Errorf("%s should have %s once; it has it %d times", name, blank, n)
	}
	t[name] = bytes.Replace(t[name], []byte(blank), []byte(text), 1)
	return nil
}
