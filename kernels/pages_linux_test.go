package kernels_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"mobilemamba/kernels"
)

// Operands that end where a page ends before one that must not be touched: no operation reads or writes a single
// element behind them, not even to ignore it.
func TestKernelsStayWithinPages(t *testing.T) {
	var pages [][]byte
	plain := allocate
	defer func() { allocate = plain }()
	allocate = func(n int) []float32 {
		page := syscall.Getpagesize()
		size := (4*n + page - 1) / page * page
		b, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err == nil {
			err = syscall.Mprotect(b[size:], syscall.PROT_NONE)
		}
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, b)
		if n == 0 {
			return nil
		}
		return unsafe.Slice((*float32)(unsafe.Pointer(&b[size-4*n])), n)
	}
	for _, set := range kernels.Variants() {
		for _, op := range tailCases {
			t.Run(set.Name+"/"+op.name, func(t *testing.T) {
				for c := 1; c <= 70; c++ {
					op.run(set, rand.New(rand.NewPCG(24, uint64(c))), c, nil)
					for _, b := range pages {
						if err := syscall.Munmap(b); err != nil {
							t.Fatal(err)
						}
					}
					pages = pages[:0]
				}
			})
		}
	}
}
