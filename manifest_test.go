package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// withLocal adds a registered model to a checkout.
func withLocal(files fstest.MapFS) fstest.MapFS {
	files["assets/models/local.json"] = &fstest.MapFile{Data: []byte(
		`{"models":[{"id":"t2","title":"T2 <†>","labels":"../labels/a.tsv","weights":[{"url":"local/t2-f16.safetensors"},{"url":"local/t2-i8.safetensors"}]}]}`)}
	files["assets/models/local/t2-f16.safetensors"] = &fstest.MapFile{Data: []byte(strings.Repeat("half", 2000))}
	files["assets/models/local/t2-i8.safetensors"] = &fstest.MapFile{Data: []byte("bytes")}
	files["assets/models/local/lock.json"] = &fstest.MapFile{Data: []byte("{}")}
	return files
}

func TestReadManifest(t *testing.T) {
	files := fakeCheckout()
	read := func() (string, error) {
		assets, err := fs.Sub(files, "assets")
		if err != nil {
			t.Fatal(err)
		}
		list, err := readManifest(assets)
		return string(list), err
	}
	shipped := string(files["assets/models/index.json"].Data)
	if list, err := read(); err != nil || list != shipped {
		t.Errorf("without models of the user's: %v, %s", err, list)
	}
	withLocal(files)
	list, err := read()
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Models []struct{ ID, Title string } }
	if err := json.Unmarshal([]byte(list), &m); err != nil || len(m.Models) != 3 || m.Models[2].ID != "t2" || m.Models[2].Title != "T2 <†>" {
		t.Errorf("%v in %s", err, list)
	}
	files["assets/models/local.json"].Data = []byte("{")
	if _, err := read(); err == nil || !strings.Contains(err.Error(), "assets/models/local.json") {
		t.Errorf("a damaged list: %v", err)
	}
	delete(files, "assets/models/index.json")
	if _, err := read(); err == nil {
		t.Error("a site without its own list was read")
	}
}

// TestPublishLocal: the user's models are part of the site and beyond its budget.
func TestPublishLocal(t *testing.T) {
	measure := func(files fstest.MapFS) (tree, sizes) {
		t.Helper()
		site, err := collect(files)
		if err != nil {
			t.Fatal(err)
		}
		if site, err = site.hashNames(); err != nil {
			t.Fatal(err)
		}
		if err := site.compress(); err != nil {
			t.Fatal(err)
		}
		s, err := site.measure()
		if err != nil {
			t.Fatal(err)
		}
		return site, s
	}
	_, plain := measure(fakeCheckout())
	site, s := measure(withLocal(fakeCheckout()))
	local := 0
	for _, name := range site.names() {
		if isLocal(name) {
			local++
		}
		if strings.Contains(name, "lock") || strings.HasSuffix(name, "local.json") {
			t.Errorf("%s was published", name)
		}
	}
	if local != 3 || s.local.files != 2 || s.local.raw != 8005 { // One of them with a compressed copy.
		t.Errorf("%d local files of %+v in %q", local, s.local, site.names())
	}
	list := len(site["assets/models/index.json"]) - len(`{"models":[{"labels":"../labels/a.tsv","weights":[{"url":"m.0123456789ab.safetensors"}]},
			{"labels":"../labels/a.tsv","weights":[{"url":"https://example.com/far.safetensors"}]}]}`)
	if s.site.files != plain.site.files || s.site.sent != plain.site.sent+list || s.firstVisit.sent != plain.firstVisit.sent+list {
		t.Errorf("the site takes %+v, without local models %+v; the list grew by %d", s.site, plain.site, list)
	}
	if !strings.Contains(string(site["assets/models/index.json"]), `"local/t2-f16.`) {
		t.Errorf("the list reads %s", site["assets/models/index.json"])
	}
	files := withLocal(fakeCheckout())
	delete(files, "assets/models/local/t2-i8.safetensors")
	lost, err := collect(files)
	if err == nil {
		_, err = lost.hashNames()
	}
	if err == nil || !strings.Contains(err.Error(), "local/t2-i8.safetensors") {
		t.Errorf("a registered file that is gone: %v", err)
	}
}

// TestServeLocal: the server offers a model as soon as it is registered.
func TestServeLocal(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, fakeCheckout()); err != nil {
		t.Fatal(err)
	}
	s, err := openSite(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "http://localhost"+path, nil))
		return w.Code, w.Body.String()
	}
	if code, list := get("/assets/models/index.json"); code != 200 || strings.Contains(list, `"t2"`) {
		t.Errorf("%d %s", code, list)
	}
	for name, file := range withLocal(fstest.MapFS{}) {
		if err := os.MkdirAll(dir+"/assets/models/local", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if code, list := get("/assets/models/index.json"); code != 200 || !strings.Contains(list, `"t2"`) || !strings.Contains(list, "far.safetensors") {
		t.Errorf("%d %s", code, list)
	}
	if code, weights := get("/assets/models/local/t2-i8.safetensors"); code != 200 || weights != "bytes" {
		t.Errorf("%d %s", code, weights)
	}
	if err := os.WriteFile(dir+"/assets/models/local.json", []byte("no"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, text := get("/assets/models/index.json"); code != 500 || !strings.Contains(text, "repair it") {
		t.Errorf("a damaged list: %d %s", code, text)
	}
}
