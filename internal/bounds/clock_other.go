//go:build !unix

package bounds

import "time"

var began = time.Now()

// clock returns the time on the wall.
func clock() time.Duration { return time.Since(began) }

// slack is for other programs' share of the processor, and for WebAssembly.
const slack = 10
