package pictures_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mobilemamba/internal/bounds"
	"mobilemamba/internal/pictures"
	"mobilemamba/vision"
)

// archive writes a zip file by add and returns its path.
func archive(t *testing.T, add func(z *zip.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := errors.Join(add(z), z.Close()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pictures.zip")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b/x.png", "a/y.png", "__MACOSX/a/._y.png", ".git/config", ".DS_Store", "z.txt", "c.txt"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(name), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	zipped := archive(t, func(z *zip.Writer) error { return z.AddFS(os.DirFS(dir)) })
	for _, name := range []string{dir, zipped} {
		files, closer, err := pictures.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer closer.Close()
		folders, rest, err := pictures.List(files, ".")
		if err != nil || !reflect.DeepEqual(folders, []string{"a", "b"}) || !reflect.DeepEqual(rest, []string{"c.txt", "z.txt"}) {
			t.Errorf("%s lists folders %q and files %q, %v", name, folders, rest, err)
		}
		if data, err := pictures.ReadFile(files, "a/y.png"); err != nil || string(data) != "a/y.png" {
			t.Errorf("%s: read %q, %v", name, data, err)
		}
		if _, _, err := pictures.List(files, "missing"); err == nil {
			t.Errorf("%s lists a folder that is missing", name)
		}
		if _, err := pictures.ReadFile(files, "missing"); err == nil {
			t.Errorf("%s has a file that is missing", name)
		}
	}
	if _, _, err := pictures.Open(filepath.Join(dir, "z.txt")); err == nil || !strings.Contains(err.Error(), "z.txt is neither a folder nor a zip file") {
		t.Errorf("a text was opened: %v", err)
	}
	if _, _, err := pictures.Open(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing was opened: %v", err)
	}
}

// TestAround finds what an archiver has put into folders of its own.
func TestAround(t *testing.T) {
	for _, tc := range []struct{ files, want string }{
		{"train/a/1.png val/a/2.png", "train/a/1.png"},
		{"x/train/a/1.png x/val/a/2.png x/README __MACOSX/x/._README", "train/a/1.png"},
		{"x/y/train/1.png", "train/1.png"},
		{"x/train/1.png y/1.png", "x/train/1.png"}, // one of two
		{"x/1.png", "x/1.png"},                     // none
		{"train", "train"},                         // a file
	} {
		fsys := fstest.MapFS{}
		for _, name := range strings.Fields(tc.files) {
			fsys[name] = &fstest.MapFile{}
		}
		found, err := pictures.Around(fsys, "train")
		if err != nil {
			t.Errorf("%s: %v", tc.files, err)
			continue
		}
		if _, err := fs.Stat(found, tc.want); err != nil {
			t.Errorf("%s: %v", tc.files, err)
		}
	}
}

// TestLinks: a part of a collection is often a folder of links into it, and a link may lead to itself.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(
		os.MkdirAll(filepath.Join(dir, "all", "a"), 0o755),
		os.WriteFile(filepath.Join(dir, "all", "a", "1.png"), []byte("1"), 0o644),
		os.Mkdir(filepath.Join(dir, "some"), 0o755),
		os.Symlink(filepath.Join("..", "all", "a"), filepath.Join(dir, "some", "a")),
		os.Symlink(filepath.Join("..", "all", "a", "1.png"), filepath.Join(dir, "some", "2.png")),
		os.Symlink("nowhere", filepath.Join(dir, "some", "3.png")),
	); err != nil {
		t.Skipf("no links on this system: %v", err)
	}
	folders, files, err := pictures.List(os.DirFS(dir), "some")
	if err != nil || !reflect.DeepEqual(folders, []string{"a"}) || !reflect.DeepEqual(files, []string{"2.png", "3.png"}) {
		t.Errorf("folders %q, files %q, %v", folders, files, err)
	}
	loop := t.TempDir()
	if err := os.Symlink(".", filepath.Join(loop, "loop")); err != nil {
		t.Fatal(err)
	}
	if _, err := pictures.Around(os.DirFS(loop), "train"); err != nil {
		t.Errorf("a link to itself: %v", err)
	}
}

// TestReadFileIsBounded: neither the size that a zip file claims nor the size that it has takes more memory than a
// picture may.
func TestReadFileIsBounded(t *testing.T) {
	name := archive(t, func(z *zip.Writer) error {
		claim, err := z.CreateRaw(&zip.FileHeader{Name: "claim", Method: zip.Store, CompressedSize64: 3, UncompressedSize64: 1 << 50})
		if err != nil {
			return err
		}
		_, err = claim.Write([]byte("abc"))
		if err != nil {
			return err
		}
		large, err := z.Create("large")
		if err != nil {
			return err
		}
		_, err = io.CopyN(large, zeros{}, vision.MaxBytes+1<<20)
		return err
	})
	files, closer, err := pictures.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	bounds.Check(t, "reading a false claim", bounds.Limit{Bytes: 1 << 20, Time: time.Second}, func() {
		if data, err := pictures.ReadFile(files, "claim"); err == nil {
			t.Errorf("read %d bytes of a file that claims more", len(data))
		}
	})
	data, err := pictures.ReadFile(files, "large")
	if err != nil || len(data) != vision.MaxBytes+1 {
		t.Fatalf("read %d bytes, %v", len(data), err)
	}
	var refused *vision.Error
	if _, err := vision.Decode(data, vision.DecodeOptions{}); !errors.As(err, &refused) || refused.Code != vision.TooLarge {
		t.Errorf("decoded as %v", err)
	}
}

// zeros is a reader of any number of them.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
