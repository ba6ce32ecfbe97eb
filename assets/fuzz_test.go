package assets

import (
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"strings"
	"testing"
	"time"

	"mobilemamba/internal/bounds"
	"mobilemamba/vision"
)

// FuzzManifest: a manifest is read, or refused by an error that says so, within 512 bytes and a microsecond for each of its
// own (an entry is a hundred times as large as the {} that asks for it). Of what is read, every model can be used: it is found by its id, its files are names within the site, a
// Preprocessor follows its steps; and written as JSON it is read as the same.
func FuzzManifest(f *testing.F) {
	good, err := fs.ReadFile(FS, ManifestPath)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add(string(good[:len(good)/2]))
	for _, edit := range [][2]string{
		{"96", "-1"}, {"96", "1e99"}, {"64", "4294967296"}, {`"../labels/`, `"javascript:`}, {`"mobilemamba-`, `"..\\`}, {"0.229", "0"}, {"bicubic", "lanczos"},
		{`"op": "crop"`, `"op": "resize"`}, {`"models": [`, `"models": [null, `},
	} {
		f.Add(strings.Replace(string(good), edit[0], edit[1], -1))
	}
	f.Add(`{"models":[` + strings.Repeat(`{"id":"a"},`, 20) + `{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var m *Manifest
		var err error
		limit := bounds.Limit{Bytes: 1<<20 + 512*int64(len(text)), Time: time.Second + time.Duration(len(text))*time.Microsecond}
		bounds.Check(t, "parsing", limit, func() { m, err = ParseManifest([]byte(text)) })
		if err != nil {
			if !strings.HasPrefix(err.Error(), "model manifest: ") || len(err.Error()) > 600 {
				t.Errorf("%.1000v is no refusal for people", err)
			}
			return
		}
		for i := range m.Models {
			e, err := m.Find(m.Models[i].ID)
			if err != nil || e != &m.Models[i] {
				t.Fatalf("model %d is found as %v, %v", i, e, err)
			}
			for _, name := range []string{e.Labels, e.Weights[0].URL} {
				if !fs.ValidPath(path.Join("assets/models", name)) || strings.ContainsAny(name, "\\%?#:") {
					t.Errorf("%q is no file of the site", name)
				}
			}
			if e.Preprocess[0].Short > 512 || len(e.Preprocess) > 3 && e.Preprocess[3].Size > 512 {
				continue // of tens of megabytes
			}
			if _, err := vision.NewPreprocessor(e.Preprocess, nil); err != nil {
				t.Errorf("model %q cannot be used: %v", e.ID, err)
			}
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseManifest(again); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%+v is written and read as %+v, %v", m, got, err)
		}
	})
}

// A manifest of many models costs no more than its text: nothing is made ready for any of them.
func TestManifestIsCheap(t *testing.T) {
	model := `{"id":"ID","labels":"l.tsv","weights":[{"url":"w","bytes":1,"sha256":"` + strings.Repeat("0", 64) + `"}],"preprocess":[{"op":"resize","short":4096,"filter":"bicubic"},` +
		`{"op":"crop","size":4096},{"op":"normalize","mean":[0,0,0],"std":[1,1,1]},{"op":"interpolate","size":4096,"filter":"bilinear"}]}`
	var models []string
	for i := range 2000 {
		models = append(models, strings.Replace(model, "ID", strings.Repeat("i", i+1), 1))
	}
	text := `{"models":[` + strings.Join(models, ",") + `]}`
	steps := `{"models":[{"id":"a","labels":"l","weights":[{"url":"w"}],"preprocess":[` + strings.Repeat(`{"op":"resize"},`, 200_000) + `{}]}]}`
	for text, ok := range map[string]bool{text: true, steps: false} {
		var err error
		limit := bounds.Limit{Bytes: 64 * int64(len(text)), Time: time.Duration(len(text)) * time.Microsecond}
		bounds.Check(t, "parsing", limit, func() { _, err = ParseManifest([]byte(text)) })
		if (err == nil) != ok {
			t.Error(err)
		}
	}
}
