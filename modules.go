package main

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// start is the element by which a page starts its first module. importing is the beginning of a statement that loads
// another module before the one it stands in runs; an import() comes later, if at all.
var (
	start     = regexp.MustCompile(`[ \t]*<script type="module" src="([^"]+)"></script>`)
	importing = regexp.MustCompile(`(?m)^(?:import\s+(?:[\w$*{},\s]+?\s+from\s+)?|export\s+[\w$*{},\s]+?\s+from\s+)"(\.{1,2}/[^"]+)"`)
)

// styleLink is a style sheet of a page. A disabled one is left for later: browsers do not fetch it.
var styleLink = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"([^>]*)>`)

// stylesheets lists the style sheets that a page starts with.
func (t tree) stylesheets(page string) []string {
	var found []string
	for _, match := range styleLink.FindAllSubmatch(t[page], -1) {
		if !bytes.Contains(match[2], []byte("disabled")) {
			found = append(found, path.Join(path.Dir(page), string(match[1])))
		}
	}
	return found
}

// classicScript is a script of a page that is no module.
var classicScript = regexp.MustCompile(`<script src="([^"]+)"[^>]*></script>`)

// classicScripts lists the scripts of a page that are no modules.
func (t tree) classicScripts(page string) []string {
	var found []string
	for _, match := range classicScript.FindAllSubmatch(t[page], -1) {
		found = append(found, path.Join(path.Dir(page), string(match[1])))
	}
	return found
}

// modules lists a JavaScript module and all that it imports, the nearest first.
func (t tree) modules(first string) ([]string, error) {
	found := []string{first}
	for i := 0; i < len(found); i++ {
		if t[found[i]] == nil {
			return nil, fmt.Errorf("%s needs %s, which is not part of the site", first, found[i])
		}
		for _, match := range importing.FindAllSubmatch(t[found[i]], -1) {
			if next := path.Join(path.Dir(found[i]), string(match[1])); !slices.Contains(found, next) {
				found = append(found, next)
			}
		}
	}
	return found, nil
}

// preloadModules names all modules that a page starts with in its head, so that they are fetched at once: a browser
// would find them one import after the other, and wait for an answer at every step.
func (t tree) preloadModules() error {
	for _, page := range t.names() {
		if path.Ext(page) != ".html" {
			continue
		}
		up := strings.Repeat("../", strings.Count(page, "/"))
		for _, match := range start.FindAllSubmatch(t[page], -1) {
			element, first := match[0], path.Join(path.Dir(page), string(match[1]))
			needed, err := t.modules(first)
			if err != nil {
				return fmt.Errorf("%s: %w", page, err)
			}
			var links bytes.Buffer
			indent := element[:bytes.IndexByte(element, '<')]
			for _, module := range needed[1:] { // The element itself asks for the first.
				fmt.Fprintf(&links, "%s<link rel=\"modulepreload\" href=\"%s%s\" />\n", indent, up, module)
			}
			t[page] = bytes.Replace(t[page], element, append(links.Bytes(), element...), 1)
		}
	}
	return nil
}
