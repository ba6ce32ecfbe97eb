package ops

// slower are the variants below what this processor has.
var slower = []struct {
	name     string
	features features
}{{"avx2", features{avx2: has.avx2}}, {"scalar", features{}}}
