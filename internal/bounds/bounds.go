// Package bounds holds readers of files from anywhere to what they promise: an answer in bounded time and memory. It is
// for tests.
package bounds

import (
	"runtime/metrics"
	"testing"
	"time"
)

// Limit is what a call may cost.
type Limit struct {
	Bytes int64         // allocated in total, what is garbage by the end counted in: no less than was ever in use
	Time  time.Duration // of the processor, where the system tells it, else on the wall
}

// Check runs f and reports where it costs more than limit. Other work of the process, such as a collection, is charged
// to f too, so that what seems too much is measured again: f runs up to three times.
func Check(t testing.TB, what string, limit Limit, f func()) {
	t.Helper()
	for try := 1; ; try++ {
		before, start := allocated(), clock()
		f()
		spent, took := allocated()-before, clock()-start
		if spent <= limit.Bytes && took <= slack*limit.Time {
			return
		}
		if try == 3 {
			t.Errorf("%s: %d bytes allocated, limit %d; %v, limit %d times %v", what, spent, limit.Bytes, took, slack, limit.Time)
			return
		}
	}
}

// allocated returns the bytes allocated since the program began. What lies in the caches of the allocator, some
// hundred kilobytes, is missing in exchange for not stopping the program.
func allocated() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}
