// Package pictures reads collections of pictures: folders and zip files from anywhere.
package pictures

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"mobilemamba/vision"
)

// Open opens a folder or a zip file.
func Open(name string) (fs.FS, io.Closer, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return os.DirFS(name), io.NopCloser(nil), nil
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is neither a folder nor a zip file: %w", name, err)
	}
	return z, z, nil
}

// List names the folders and the files in a folder, sorted, links to them included, without what systems leave among
// them: hidden ones and the __MACOSX of the macOS Finder's zip files.
func List(fsys fs.FS, dir string) (folders, files []string, err error) {
	entries, err := fs.ReadDir(fsys, dir)
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."), name == "__MACOSX":
		case e.IsDir(), leadsToFolder(fsys, path.Join(dir, name), e):
			folders = append(folders, name)
		default:
			files = append(files, name)
		}
	}
	return folders, files, err
}

// leadsToFolder tells whether an entry is a link to a folder.
func leadsToFolder(fsys fs.FS, name string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// Around returns the folder that has one of this name in it: the root, or below it the only folder of all, as archivers
// add it; the root if there is none.
func Around(fsys fs.FS, name string) (fs.FS, error) {
	for dir := "."; ; {
		if info, err := fs.Stat(fsys, path.Join(dir, name)); err == nil && info.IsDir() {
			return fs.Sub(fsys, dir)
		}
		folders, _, err := List(fsys, dir)
		if err != nil || len(folders) != 1 {
			return fsys, err
		}
		dir = path.Join(dir, folders[0])
	}
}

// ReadFile reads the file of a picture, of one larger than vision.MaxBytes a byte more than that, which vision.Decode
// refuses. It does not trust the size that a zip file claims, as fs.ReadFile does.
func ReadFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, vision.MaxBytes+1))
}
