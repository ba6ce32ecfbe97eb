package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildDir holds what is built for the site, relative to the checkout.
const buildDir = "build/site"

// artifact is one WebAssembly module of the site.
type artifact struct {
	file string
	tags string // build tags
}

// artifacts are the modules that the page chooses from, see web/kernels.js.
var artifacts = []artifact{
	{file: "mobilemamba.wasm"},
}

// build makes the modules and copies Go's loader from the same release beside them. The go command knows what
// is stale.
func build(ctx context.Context) error {
	if err := os.MkdirAll(buildDir, 0o755); err != nil {
		return err
	}
	for _, a := range artifacts {
		if err := a.build(ctx); err != nil {
			return err
		}
	}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	loader, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return fmt.Errorf("Go's loader for WebAssembly: %w", err)
	}
	return os.WriteFile(filepath.Join(buildDir, "wasm_exec.js"), loader, 0o644)
}

// build compiles one module. The old encoding/json is a quarter of a megabyte smaller on the wire than the one
// built on encoding/json/v2, and the manifest and the headers of weights need no more.
func (a artifact) build(ctx context.Context) error {
	fmt.Fprintf(os.Stderr, "building %s\n", a.file)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags="+a.tags,
		"-o", filepath.Join(buildDir, a.file), "./wasm")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOEXPERIMENT=nojsonv2")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", a.file, err, out.Bytes())
	}
	return nil
}
