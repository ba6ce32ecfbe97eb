//go:build !(wasm && (simd128 || relaxed)) && !(amd64 && goexperiment.simd)

package kernels

// platformVariants is empty: this build has the reference alone.
func platformVariants() []Set { return nil }
