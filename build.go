package main

import (
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
	tags string   // build tags: which kernels it carries
	post []string // flags of cmd/wasmrelax, which finishes the assembly of the kernels; nil where there is none
}

// artifacts are the modules that the page chooses from, see web/kernels.js.
var artifacts = []artifact{
	{file: "mobilemamba.wasm"},
	{file: "mobilemamba-simd.wasm", tags: "simd128", post: []string{"-simd", "-strip"}},
	{file: "mobilemamba-relaxed.wasm", tags: "relaxed", post: []string{"-strip"}},
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
	"-gcflags=all=-l", "-gcflags=math=", "-gcflags=mobilemamba/kernels=", "-gcflags=mobilemamba/vision=",
	"-gcflags=image/jpeg=", "-gcflags=image/png=", "-gcflags=compress/flate=", "-gcflags=golang.org/x/image/vp8=",
}

// build compiles one module. The post-link tool finds the kernels by their names and strips them itself.
func (a artifact) build(ctx context.Context) error {
	fmt.Fprintf(os.Stderr, "building %s\n", a.file)
	out := filepath.Join(buildDir, a.file)
	linked, ldflags := out, "-ldflags=-s -w"
	if a.post != nil {
		linked, ldflags = filepath.Join(filepath.Dir(buildDir), a.file), "-ldflags=-w"
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", ldflags, "-tags=" + a.tags, "-o", linked}
	args = append(args, lean...)
	// The smaller of the garbage collectors; and whatever the shell asks for, the same sources give the same bytes.
	env := []string{"GOOS=js", "GOARCH=wasm", "GOWASM=", "GOEXPERIMENT=nogreenteagc"}
	if err := goTool(ctx, env, append(args, "./wasm")...); err != nil {
		return fmt.Errorf("building %s: %w", a.file, err)
	}
	if a.post == nil {
		return nil
	}
	args = append([]string{"run", "./cmd/wasmrelax"}, a.post...)
	if err := goTool(ctx, nil, append(args, linked, out)...); err != nil {
		return fmt.Errorf("finishing %s: %w", a.file, err)
	}
	return nil
}

// goTool runs the go command; what it prints is the error.
func goTool(ctx context.Context, env []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return nil
}
