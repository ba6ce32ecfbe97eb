package main

import (
	"bytes"
	"path"
	"regexp"
)

var (
	// Lines of nothing but a comment, which is how the formatter of web/ leaves most of them.
	scriptComments = regexp.MustCompile(`(?m)^[ \t]*(?:/\*(?:[^*]|\*+[^*/])*\*+/|//.*)[ \t]*$`)
	styleComments  = regexp.MustCompile(`(?m)^[ \t]*/\*(?:[^*]|\*+[^*/])*\*+/[ \t]*$`)
	// What the type checker reads within a line.
	typeNotes = regexp.MustCompile(`/\*\* @(?:type|param) [^\n]*?\*/ ?`)
)

// stripComments takes the comments, a third of what a visitor would load, from the page's scripts and styles. Every
// line stays in its place, so that an error names the line of the checkout.
func (t tree) stripComments() {
	for _, name := range t.names() {
		switch path.Ext(name) {
		case ".js":
			// Go's loader keeps the notice of its licence. In a template of several lines, a line may look like a comment and be none.
			if path.Base(name) != "wasm_exec.js" && !hasLongTemplate(t[name]) {
				t[name] = typeNotes.ReplaceAll(scriptComments.ReplaceAllFunc(t[name], keepLines), nil)
			}
		case ".css":
			t[name] = styleComments.ReplaceAllFunc(t[name], keepLines)
		}
	}
}

// keepLines leaves the line breaks of a text alone.
func keepLines(text []byte) []byte {
	return bytes.Repeat([]byte("\n"), bytes.Count(text, []byte("\n")))
}

// hasLongTemplate reports whether a template literal may go on beyond its line: then there is a line with an odd number
// of backquotes.
func hasLongTemplate(script []byte) bool {
	for line := range bytes.Lines(scriptComments.ReplaceAllFunc(script, keepLines)) {
		if bytes.Count(line, []byte("`"))%2 != 0 {
			return true
		}
	}
	return false
}
