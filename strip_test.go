package main

import "testing"

func TestStripComments(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a.js", "/** What it is. */\n\nlet a = 1; // one\n", "\n\nlet a = 1; // one\n"},
		{"a.js", "/**\n * @param {string} s ** \n */\nf(/** @type {any} */ (x), (/** @param {A} */ a) => a);\n", "\n\n\nf((x), (a) => a);\n"},
		{"a.js", "  /** @type {A} */ (x).y();\n  z();\n  /* b */\n", "  (x).y();\n  z();\n\n"},
		{"a.js", "  // why\n\tconst url = \"https://a/*b*/\";\n", "\n\tconst url = \"https://a/*b*/\";\n"},
		{"a.js", "f(`\n// text\n`);\n// note\n", "f(`\n// text\n`);\n// note\n"},
		{"a.js", "// `odd\nf(`a`);\n", "\nf(`a`);\n"},
		{"wasm_exec.js", "// Copyright\n", "// Copyright\n"},
		{"a.css", "/* Where\n   things are */\na { b: c } /* d */\n", "\n\na { b: c } /* d */\n"},
		{"a.json", "// no\n", "// no\n"},
	} {
		site := tree{tc.name: []byte(tc.text)}
		site.stripComments()
		if got := string(site[tc.name]); got != tc.want {
			t.Errorf("%s: %q became %q, want %q", tc.name, tc.text, got, tc.want)
		}
	}
}
