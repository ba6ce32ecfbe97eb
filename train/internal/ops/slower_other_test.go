//go:build !amd64

package ops

// slower is empty: what runs is the scalar reference.
var slower []struct {
	name     string
	features features
}
