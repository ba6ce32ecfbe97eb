package assets

import (
	"io/fs"
	"strings"
	"testing"
)

func TestParseManifest(t *testing.T) {
	good, err := fs.ReadFile(FS, ManifestPath)
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(string) string{
		"no JSON":         func(s string) string { return s[:len(s)/2] },
		"no model":        func(string) string { return `{"models":[]}` },
		"no weights":      func(s string) string { return strings.Replace(s, `"weights"`, `"weight"`, 1) },
		"no id":           func(s string) string { return strings.Replace(s, `"id"`, `"identity"`, 1) },
		"no size":         func(s string) string { return strings.Replace(s, `"bytes": `, `"bytes": -`, 1) },
		"no hash":         func(s string) string { return strings.Replace(s, `"sha256": "`, `"sha256": "z`, 1) },
		"climbing labels": func(s string) string { return strings.Replace(s, `"labels": "../`, `"labels": "../../../`, 1) },
		"foreign weights": func(s string) string { return strings.Replace(s, `"url": "`, `"url": "https://example.com/`, 1) },
		"foreign labels":  func(s string) string { return strings.Replace(s, `"labels": "`, `"labels": "//example.com/`, 1) },
		"absolute labels": func(s string) string { return strings.Replace(s, `"labels": "..`, `"labels": "`, 1) },
		"no language":     func(s string) string { return strings.Replace(s, `"zh": {`, `"Chinese!": {`, 1) },
		"no labels in it": func(s string) string {
			return strings.Replace(s, `"labels": "../labels/tiny-imagenet-200.zh.tsv"`, `"labels": ""`, 1)
		},
		"wrong steps": func(s string) string { return strings.Replace(s, `"op": "crop"`, `"op": "chop"`, 1) },
	} {
		if _, err := ParseManifest([]byte(edit(string(good)))); err == nil || !strings.Contains(err.Error(), "manifest") {
			t.Errorf("%s: %v", name, err)
		}
	}
	m, err := ParseManifest(good)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := m.Find(""); err != nil || e.ID != m.Models[0].ID {
		t.Errorf("the default is %v, %v", e, err)
	}
	if _, err := m.Find("nothing"); err == nil || !strings.Contains(err.Error(), m.Models[0].ID) {
		t.Errorf("an unknown model: %v", err)
	}
}

// Files of the site alone, however the URL is written.
func TestRelative(t *testing.T) {
	for link, ok := range map[string]bool{
		"a.safetensors": true, "../labels/a.tsv": true, "../../assets/a b.tsv": true, "mobilemamba-t2†.safetensors": true,
		"": false, ".": false, "./": false, "..": false, "../..": false, "../../../a": false, "a/../../../../a": false, "/a": false,
		"..%2f..%2f..%2fa": false, "%5c%5chost/a": false, "%00": false, "?": false, "a?b": false, "a#b": false, "\\\\host": false,
		"//host/a": false, "https://host/a": false, "javascript:a": false, "data:,a": false, "a\n": false,
	} {
		if relative(link) != ok {
			t.Errorf("%q: %v", link, !ok)
		}
	}
}
