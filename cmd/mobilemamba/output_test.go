package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteFile: a link is followed, to a file, to one that is still to be made and to a pipe; a failure leaves what
// was there.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	text := func(what string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, what)
			return err
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, in(name)); err != nil {
			t.Skipf("this system makes no links: %v", err)
		}
	}
	want := func(name, what string) {
		t.Helper()
		if got, err := os.ReadFile(in(name)); err != nil || string(got) != what {
			t.Errorf("%s holds %q, %v; want %q", name, got, err, what)
		}
	}
	for _, what := range []string{"first", "second"} {
		if err := writeFile(in("file"), text(what)); err != nil {
			t.Fatal(err)
		}
		want("file", what)
	}
	link("file", "link")
	link("later", "dangling")
	for name, file := range map[string]string{"link": "file", "dangling": "later"} {
		if err := writeFile(in(name), text("by "+name)); err != nil {
			t.Error(err)
		}
		want(file, "by "+name)
		if info, err := os.Lstat(in(name)); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is a link no longer: %v, %v", name, info, err)
		}
	}
	broken := errors.New("broken")
	for _, name := range []string{"file", "link"} {
		err := writeFile(in(name), func(w io.Writer) error {
			io.WriteString(w, "half")
			return broken
		})
		if !errors.Is(err, broken) {
			t.Error(err)
		}
		want("file", "by link")
	}
	if err := writeFile(dir, text("a file")); err == nil {
		t.Error("a folder was written to")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 4 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// TestWriteFileToPipe writes to a link that leads to a pipe, as /dev/stdout does.
func TestWriteFileToPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	pipe, link := fmt.Sprintf("/dev/fd/%d", w.Fd()), filepath.Join(t.TempDir(), "stdout")
	if _, err := os.Stat(pipe); err != nil {
		t.Skipf("this system's pipes have no names: %v", err)
	}
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	size, err := writeCounted(link, func(w io.Writer) error {
		_, err := io.WriteString(w, "through")
		return err
	})
	w.Close()
	got, readErr := io.ReadAll(r)
	if err != nil || readErr != nil || string(got) != "through" || size != int64(len(got)) {
		t.Errorf("read %q, told of %d bytes; %v, %v", got, size, err, readErr)
	}
}
