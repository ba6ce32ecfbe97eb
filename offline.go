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

	shell, large := map[string]string{}, []string{}
	for _, name := range t.names() {
		switch ext := path.Ext(name); {
		case name == serviceWorker || strings.HasPrefix(path.Base(name), "."):
			continue
		case !plainName.MatchString(name):
			err = errors.Join(err, fmt.Errorf("%s would read otherwise in a URL; use letters, digits and ./_-", name))
		case slices.Contains(kept, ext):
			shell[name] = fmt.Sprintf("%x", sha256.Sum256(t[name]))
		case immutable(name):
			large = append(large, name)
		}
	}
	files, _ := json.Marshal(shell) // Strings alone, in the order of the keys.
	modules, _ := json.Marshal(large)
	return errors.Join(
		err,
		t.fill(serviceWorker, `const VERSION = "development";`, fmt.Sprintf("const VERSION = %q;", version)),
		t.fill(serviceWorker, "const SHELL = {};", fmt.Sprintf("const SHELL = %s;", files)),
		t.fill(serviceWorker, "const LARGE = [];", fmt.Sprintf("const LARGE = %s;", modules)),
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

// start is the element by which a page starts its first module, importing the beginning of a line that imports another
// one while its own module is loaded. An import() comes later, if at all.
var (
	start     = regexp.MustCompile(`[ \t]*<script type="module" src="([^"]+)"></script>`)
	importing = regexp.MustCompile(`(?m)^(?:import\s+(?:[\w$*{},\s]+?\s+from\s+)?|export\s+[\w$*{},\s]+?\s+from\s+)"(\.{1,2}/[^"]+)"`)
)

// preloadModules names all modules that a page starts with in its head, so that they are fetched at once: a browser
// would find them one import after the other, and wait for an answer at every step.
func (t tree) preloadModules() error {
	for _, page := range t.names() {
		if path.Ext(page) != ".html" {
			continue
		}
		for _, match := range start.FindAllSubmatch(t[page], -1) {
			element, first := match[0], string(match[1])
			modules := []string{path.Join(path.Dir(page), first)}
			for i := 0; i < len(modules); i++ {
				module := modules[i]
				if t[module] == nil {
					return fmt.Errorf("%s starts with %s, which is not part of the site", page, module)
				}
				for _, imported := range importing.FindAllSubmatch(t[module], -1) {
					if next := path.Join(path.Dir(module), string(imported[1])); !slices.Contains(modules, next) {
						modules = append(modules, next)
					}
				}
			}
			var links bytes.Buffer
			indent := element[:bytes.IndexByte(element, '<')]
			for _, module := range modules[1:] { // The element itself asks for the first.
				fmt.Fprintf(&links, "%s<link rel=\"modulepreload\" href=%q />\n", indent, relative(page, module))
			}
			t[page] = bytes.Replace(t[page], element, append(links.Bytes(), element...), 1)
		}
	}
	return nil
}

// relative is the URL of a file for a page: both are paths of the site.
func relative(page, file string) string {
	return strings.Repeat("../", strings.Count(page, "/")) + file
}
