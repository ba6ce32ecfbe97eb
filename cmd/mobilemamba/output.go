package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// writeFile writes a file beside its place and moves it there when it is whole, so that a failure leaves what was
// there. A link stays one, and its file is replaced; where that is no regular file, as behind /dev/stdout, it is
// written to.
func writeFile(name string, write func(io.Writer) error) error {
	if _, err := os.Lstat(name); err == nil {
		place, err := filepath.EvalSymlinks(name)
		if err != nil { // a pipe has no path, nor has a file that is still to be made
			return writeInto(name, write)
		}
		if info, err := os.Stat(place); err != nil || !info.Mode().IsRegular() {
			return writeInto(name, write)
		}
		name = place
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails, as it should, once the file is in place
	if err := write(tmp); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// writeInto writes to what a name leads to: a device, a pipe, or the file that a link names.
func writeInto(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// writeCounted is writeFile that tells how many bytes it wrote, which a pipe does not remember.
func writeCounted(name string, write func(io.Writer) error) (int64, error) {
	var out counter
	err := writeFile(name, func(w io.Writer) error {
		out.Writer = w
		return write(&out)
	})
	return out.n, err
}

type counter struct {
	io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}
