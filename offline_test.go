package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fakeSite is a site as it is before it is made to work offline.
func fakeSite() tree {
	site := tree{}
	for name, text := range map[string]string{
		".nojekyll":                          "",
		"LICENSE":                            "MIT",
		"index.html":                         "<head>\n  <meta name=\"version\" content=\"development\" />\n  <script type=\"module\" src=\"app.js\"></script>\n</head>",
		"app.js":                             "import \"./effects.js\";\nimport {\n  a,\n  b as c,\n} from \"./panels/a.js\";\nimport * as s from \"./store.js\";\nconst later = import(\"./later.js\");",
		"effects.js":                         "/** @typedef {import(\"./types.js\").T} T */",
		"panels/a.js":                        "import { s } from \"../store.js\";\nexport { x } from \"./x.js\";\nexport const a = s.from(\"./no.js\");",
		"panels/x.js":                        "// import \"./comment.js\";",
		"store.js":                           "import \"./app.js\";", // A circle.
		"later.js":                           "",
		"styles/a.css":                       "",
		"manifest.webmanifest":               "{}",
		"assets/labels/a.tsv":                "0\tn\tx",
		"assets/CREDITS.md":                  "us",
		"assets/models/m.0123.safetensors":   "weights",
		"mobilemamba.0123456789ab.wasm":      "\x00asm",
		"mobilemamba-simd.0123456789ab.wasm": "\x00asm simd",
		"wasm_exec.0123456789ab.js":          "// Go",
		serviceWorker:                        "const VERSION = \"development\";\nconst SHELL = {};\nconst MODULES = [];\n",
	} {
		site[name] = []byte(text)
	}
	return site
}

func TestMarkOffline(t *testing.T) {
	site := fakeSite()
	if err := site.markOffline(); err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`^const VERSION = "([0-9a-f]{12})";\nconst SHELL = (.*);\nconst MODULES = (.*);\n$`).
		FindSubmatch(site[serviceWorker])
	if match == nil {
		t.Fatalf("the service worker reads %s", site[serviceWorker])
	}
	if want := fmt.Sprintf(`<meta name="version" content=%q />`, match[1]); !strings.Contains(string(site["index.html"]), want) {
		t.Errorf("the page reads %s, want %s", site["index.html"], want)
	}
	var shell map[string]string
	var modules []string
	if err := json.Unmarshal(match[2], &shell); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(match[3], &modules); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"app.js", "assets/labels/a.tsv", "effects.js", "index.html", "later.js", "manifest.webmanifest", "panels/a.js", "panels/x.js",
		"store.js", "styles/a.css", "wasm_exec.0123456789ab.js",
	}
	if got := slices.Sorted(maps.Keys(shell)); !slices.Equal(got, want) {
		t.Errorf("the shell is %q, want %q", got, want)
	}
	for name, hash := range shell {
		if fmt.Sprintf("%x", sha256.Sum256(site[name])) != hash {
			t.Errorf("%s is published otherwise than the service worker expects it", name)
		}
	}
	want = []string{"mobilemamba-simd.0123456789ab.wasm", "mobilemamba.0123456789ab.wasm"}
	if !slices.Equal(modules, want) {
		t.Errorf("the modules are %q, want %q", modules, want)
	}
}

// Another byte anywhere, in the service worker too, is another version; the same bytes are the same one.
func TestVersionFollowsContents(t *testing.T) {
	versionOf := func(change func(tree)) string {
		site := fakeSite()
		change(site)
		if err := site.markOffline(); err != nil {
			t.Fatal(err)
		}
		return string(regexp.MustCompile(`content="[^"]*"`).Find(site["index.html"]))
	}
	seen := map[string]string{versionOf(func(tree) {}): "no change"}
	if v := versionOf(func(tree) {}); seen[v] == "" {
		t.Errorf("the same site is the versions %v and %s", seen, v)
	}
	for what, change := range map[string]func(tree){
		"a module":      func(t tree) { t["later.js"] = []byte("1") },
		"a name":        func(t tree) { t["last.js"] = t["later.js"]; delete(t, "later.js") },
		"the worker":    func(t tree) { t[serviceWorker] = append([]byte("// \n"), t[serviceWorker]...) },
		"the weights":   func(t tree) { t["assets/models/m.0123.safetensors"] = []byte("w") },
		"another model": func(t tree) { t["assets/models/n.0123.safetensors"] = []byte("w") },
	} {
		v := versionOf(change)
		if seen[v] != "" {
			t.Errorf("%s and %s give the same version %s", what, seen[v], v)
		}
		seen[v] = what
	}
}

func TestOfflineNeedsItsPlaces(t *testing.T) {
	for _, tc := range []struct{ file, text, want string }{
		{"index.html", "<head></head>", `index.html should have <meta name="version"`},
		{serviceWorker, "const SHELL = {};\nconst MODULES = [];", "service-worker.js should have const VERSION"},
		{serviceWorker, "const VERSION = \"development\";\nconst SHELL = {};\nconst SHELL = {};\nconst MODULES = [];", "it has it 2 times"},
		{"a b.js", "", "a b.js would read otherwise in a URL"},
	} {
		site := fakeSite()
		site[tc.file] = []byte(tc.text)
		if err := site.markOffline(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %q: %v, want an error with %q", tc.file, tc.text, err, tc.want)
		}
	}
}
