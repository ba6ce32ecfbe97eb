//go:build unix

package bounds

import (
	"syscall"
	"time"
)

// clock returns the processor time that the process has used.
func clock() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// slack is for a slow machine.
const slack = 2
