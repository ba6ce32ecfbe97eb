package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// What lies in the repository is what this generator writes.
func TestGenerated(t *testing.T) {
	const kernels = "../.."
	files, err := generate(kernels)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(kernels, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what genamd64 writes: run go generate ./kernels", name)
		}
	}
}
