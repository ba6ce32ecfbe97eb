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

// lean are the compiler's flags for a small download: without inlining, which makes a twentieth of it, but in the
// packages where the time goes.
var lean = []string{
	"-gcflags=all=-l", "-gcflags=mobilemamba/kernels=", "-gcflags=mobilemamba/vision=",
	"-gcflags=image/jpeg=", "-gcflags=image/png=", "-gcflags=compress/flate=", "-gcflags=golang.org/x/image/vp8=",
}

// build compiles one module.
func (a artifact) build(ctx context.Context) error {
	fmt.Fprintf(os.Stderr, "building %s\n", a.file)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags=" + a.tags}
	args = append(args, lean...)
	args = append(args, "-o", filepath.Join(buildDir, a.file), "./wasm")
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", a.file, err, out.Bytes())
	}
	return nil
}
