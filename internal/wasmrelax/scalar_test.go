package wasmrelax

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestVectorsOnlyWhereWanted: the module without build tags has no function with a vector among its locals, which
// an engine without SIMD would refuse; those with tags have them in kernels alone.
func TestVectorsOnlyWhereWanted(t *testing.T) {
	for tags, most := range map[string]int{"": 0, "simd128": len(Kernels), "relaxed": len(Kernels)} {
		file := filepath.Join(t.TempDir(), "m.wasm")
		cmd := exec.Command("go", "build", "-tags="+tags, "-o", file, "mobilemamba/wasm")
		cmd.Env = append(cmd.Environ(), "GOOS=js", "GOARCH=wasm")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := parse(data)
		if err != nil {
			t.Fatal(err)
		}
		vectors := 0
		for _, body := range m.bodies {
			if hasVectors(body) {
				vectors++
			}
		}
		if vectors > most || most > 0 && vectors == 0 {
			t.Errorf("tags %q: %d functions use vectors, want at most %d", tags, vectors, most)
		}
	}
}

// hasVectors reports whether a body declares locals of type v128.
func hasVectors(body []byte) bool {
	const v128 = 0x7B
	r := &reader{data: body}
	for range r.uint() {
		r.uint()
		if r.byte() == v128 {
			return true
		}
	}
	return false
}
