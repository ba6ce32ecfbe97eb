package main

import (
	"slices"
	"strings"
	"testing"
)

func TestPreloadModules(t *testing.T) {
	site := fakeSite()
	site["docs/example.html"] = []byte(`<script type="module" src="../later.js"></script>`)
	if err := site.preloadModules(); err != nil {
		t.Fatal(err)
	}
	const want = "<head>\n  <meta name=\"version\" content=\"development\" />\n" +
		"  <link rel=\"modulepreload\" href=\"effects.js\" />\n" +
		"  <link rel=\"modulepreload\" href=\"panels/a.js\" />\n" +
		"  <link rel=\"modulepreload\" href=\"store.js\" />\n" +
		"  <link rel=\"modulepreload\" href=\"panels/x.js\" />\n" +
		"  <script type=\"module\" src=\"app.js\"></script>\n</head>"
	if got := string(site["index.html"]); got != want {
		t.Errorf("the page reads\n%s\nwant\n%s", got, want)
	}
	if got := string(site["docs/example.html"]); strings.Contains(got, "modulepreload") {
		t.Errorf("a page of one module reads %s", got)
	}

	site = fakeSite()
	delete(site, "panels/x.js")
	if err := site.preloadModules(); err == nil || !strings.Contains(err.Error(), "app.js needs panels/x.js, which is not part of the site") {
		t.Errorf("a module that is missing: %v", err)
	}
}

func TestClassicScripts(t *testing.T) {
	site := tree{"a/index.html": []byte(`<script src="b.js" defer></script>
		<script type="module" src="app.js"></script>
		<script src="../c.js"></script>`)}
	if got, want := site.classicScripts("a/index.html"), []string{"a/b.js", "c.js"}; !slices.Equal(got, want) {
		t.Errorf("beside its modules the page starts with %q, want %q", got, want)
	}
}

func TestStylesheets(t *testing.T) {
	site := tree{"a/index.html": []byte(`<link rel="stylesheet" href="b.css" />
		<link rel="stylesheet" href="later.css" disabled />
		<link rel="stylesheet" href="../c.css" media="print" />`)}
	if got, want := site.stylesheets("a/index.html"), []string{"a/b.css", "c.css"}; !slices.Equal(got, want) {
		t.Errorf("the page starts with %q, want %q", got, want)
	}
}
