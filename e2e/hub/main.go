// Command hub plays https://huggingface.co for the browser tests: it writes official checkpoints of full size with
// deterministic weights into a folder and serves them, encrypted, as that site does. It prints where, as one line of
// JSON, and ends with its standard input.
//
//	go run ./e2e/hub -dir FOLDER T2=bare B4=trainer
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"mobilemamba/assets"
	"mobilemamba/internal/hub"
	"mobilemamba/model"
)

func main() {
	dir := flag.String("dir", "", "`folder` for the files")
	storage := flag.String("storage", "", "`origin` that the files are redirected to; default: the same")
	flag.Parse()
	if err := run(*dir, *storage, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "hub:", err)
		os.Exit(1)
	}
}

func run(dir, storage string, wanted []string) error {
	list, err := assets.OfficialModels()
	if err != nil {
		return err
	}
	h := hub.New()
	h.Storage = storage
	files := map[string]string{} // by id
	for _, w := range wanted {
		name, layout, _ := strings.Cut(w, "=")
		o, err := list.Find(name)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, filepath.Base(o.Weights[0].URL))
		if err := write(file, o.Variant, map[string]hub.Layout{"bare": hub.Bare, "trainer": hub.Trainer}[layout]); err != nil {
			return err
		}
		if err := h.Add(o.Weights[0].URL, file); err != nil {
			return err
		}
		files[o.ID] = file
	}
	secure := httptest.NewUnstartedServer(h)
	secure.StartTLS()
	defer secure.Close()
	control := httptest.NewServer(h) // for the tests themselves, which need no certificate
	defer control.Close()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{
		"address": secure.Listener.Addr().String(), "control": control.URL, "files": files,
	}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// write makes a checkpoint.
func write(file, variant string, layout hub.Layout) error {
	c, ok := model.Variant(variant)
	if !ok {
		return fmt.Errorf("there is no variant %s", variant)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return hub.WriteCheckpoint(f, filepath.Base(file), c, layout)
}
