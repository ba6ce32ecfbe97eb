package assets

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"mobilemamba/classify"
)

// A translation names the same classes as the file that it translates, each of them, and no two alike; and a class
// of several files has one name in a language.
func TestTranslatedLabels(t *testing.T) {
	files, err := fs.Glob(FS, "labels/*.*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no translations: %v", err)
	}
	everywhere := map[string]string{} // by language and id
	for _, file := range files {
		t.Run(path.Base(file), func(t *testing.T) {
			base, language, _ := strings.Cut(strings.TrimSuffix(file, ".tsv"), ".")
			english, translated := labels(t, base+".tsv"), labels(t, file)
			if len(translated) != len(english) {
				t.Fatalf("%d classes, in English %d", len(translated), len(english))
			}
			taken := map[string]string{} // ids by name
			for i, l := range translated {
				if l.ID != english[i].ID {
					t.Errorf("class %d is %s, in English %s", i, l.ID, english[i].ID)
				}
				if l.Name == "" || l.Name != strings.TrimSpace(l.Name) {
					t.Errorf("%s (%s) is called %q", l.ID, english[i].Name, l.Name)
				}
				if other, ok := taken[l.Name]; ok {
					t.Errorf("%s and %s are both called %q", other, l.ID, l.Name)
				}
				taken[l.Name] = l.ID
				key := language + " " + l.ID
				if name, ok := everywhere[key]; ok && name != l.Name {
					t.Errorf("%s (%s) is called %q here and %q elsewhere", l.ID, english[i].Name, l.Name, name)
				}
				everywhere[key] = l.Name
			}
		})
	}
}

// Every model that is shipped names its classes in every language that the page speaks.
func TestModelsAreTranslated(t *testing.T) {
	data, err := fs.ReadFile(FS, ManifestPath)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Models {
		for _, tag := range []string{"zh"} {
			x, ok := e.Translations[tag]
			if !ok {
				t.Errorf("%s has no translation to %s", e.ID, tag)
				continue
			}
			if want := strings.TrimSuffix(e.Labels, ".tsv") + "." + tag + ".tsv"; x.Labels != want {
				t.Errorf("%s: its labels in %s are %s, not %s", e.ID, tag, x.Labels, want)
			}
			labels(t, path.Join(path.Dir(ManifestPath), x.Labels))
			if e.Accuracy != nil && x.Dataset == "" {
				t.Errorf("%s: the data set of its accuracy has no name in %s", e.ID, tag)
			}
		}
	}
}

func labels(t *testing.T, file string) []classify.Label {
	t.Helper()
	data, err := fs.ReadFile(FS, file)
	if err != nil {
		t.Fatal(err)
	}
	l, err := classify.ParseLabels(data)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
