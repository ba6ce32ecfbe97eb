package bounds

import (
	"strings"
	"testing"
	"time"
)

// recorder takes errors instead of failing.
type recorder struct {
	testing.TB
	log string
}

func (r *recorder) Helper()                        {}
func (r *recorder) Errorf(format string, _ ...any) { r.log += format }

var sink []byte

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit Limit
		f     func()
		over  bool
	}{
		{"within", Limit{64 << 20, time.Minute}, func() { sink = make([]byte, 8<<20) }, false},
		{"memory", Limit{4 << 20, time.Minute}, func() { sink = make([]byte, 8<<20) }, true},
		{"garbage", Limit{4 << 20, time.Minute}, func() {
			for range 100 {
				sink = make([]byte, 1<<20)
			}
		}, true},
		{"time", Limit{1 << 30, time.Millisecond}, func() {
			for start := clock(); clock()-start < 20*time.Millisecond; {
			}
		}, true},
	} {
		r := &recorder{TB: t}
		runs := 0
		Check(r, c.name, c.limit, func() { runs++; c.f() })
		if over := strings.Contains(r.log, "limit"); over != c.over || c.over && runs != 3 {
			t.Errorf("%s: %q after %d runs", c.name, r.log, runs)
		}
	}
}
