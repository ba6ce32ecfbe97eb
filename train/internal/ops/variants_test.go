package ops

import "testing"

// eachVariant runs a test with the variants of this processor and with the scalar reference.
func eachVariant(t *testing.T, test func(t *testing.T)) {
	t.Run("fast", test)
	fast := useVectors(false)
	defer useVectors(fast)
	t.Run("scalar", test)
}
