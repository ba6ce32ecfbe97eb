package main

import (
	"strings"
	"testing"
	"testing/fstest"

	"mobilemamba/classify"
)

// TestListSamples finds the folders of the classes where people and archivers put them.
func TestListSamples(t *testing.T) {
	for _, tc := range []struct {
		what, files string
		want        string // the samples, or a part of the message
	}{
		{"at the top", "a/1.png b/2.png", "a/1.png b/2.png"},
		{"below val", "val/a/1.png val/b/2.png train/a/3.png", "val/a/1.png val/b/2.png"},
		{"one class", "a/1.png", "a/1.png"},
		{"one class with a folder in it", "a/1.png a/more/2.png", "a/1.png"},
		{"zipped by macOS", "data/a/1.png data/.DS_Store __MACOSX/data/a/._1.png", "data/a/1.png"},
		{"folders around val", "x/y/val/a/1.png x/y/train/a/2.png x/README", "x/y/val/a/1.png"},
		{"hidden folders", "a/1.png .git/config", "a/1.png"},
		{"an unknown class", "a/1.png cats/2.png", "1 of the folders are no class of this model: cats; " + layout},
		{"an unknown class alone", "cats/2.png", "cats; " + layout},
		{"unknown classes in a folder", "data/cats/1.png data/dogs/2.png", "cats, dogs; " + layout},
		{"no folders", "1.png", "no pictures found; " + layout},
		{"an unknown class in a folder", "x/cats/1.png", "cats; " + layout},
	} {
		files := fstest.MapFS{}
		for _, name := range strings.Fields(tc.files) {
			files[name] = &fstest.MapFile{}
		}
		samples, err := listSamples(files, []classify.Label{{ID: "a"}, {ID: "b"}})
		var names []string
		for _, s := range samples {
			names = append(names, s.file)
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != tc.want || !strings.HasSuffix(got, tc.want) {
			t.Errorf("%s: %s; want %s", tc.what, got, tc.want)
		}
	}
}
