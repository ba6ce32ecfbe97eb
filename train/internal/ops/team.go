package ops

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Team is a number of workers, each with scratch memory of its own.
type Team struct {
	workers int
	scratch []scratch
	// Partial sums by task, of the operation under way.
	partial   []float32
	partial64 []float64
}

// scratch is one worker's memory.
type scratch struct {
	a, c []float32 // of products: the last rows, and a tile
	b    []float32 // patches
}

// NewTeam returns a team; 0 workers are as many as the machine has cores for this process.
func NewTeam(workers int) *Team {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Team{workers: workers, scratch: make([]scratch, workers)}
}

// Run carries out tasks 0 to n-1, in any order and at the same time.
func (t *Team) Run(n int, task func(i int)) { t.run(n, func(i int, _ *scratch) { task(i) }) }

// run is Run for tasks that need scratch memory.
func (t *Team) run(n int, task func(i int, s *scratch)) {
	if t.workers == 1 || n <= 1 {
		for i := range n {
			task(i, &t.scratch[0])
		}
		return
	}
	var next atomic.Int64
	work := func(s *scratch) {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			task(i, s)
		}
	}
	var wg sync.WaitGroup
	for w := 1; w < min(t.workers, n); w++ {
		wg.Go(func() { work(&t.scratch[w]) })
	}
	work(&t.scratch[0])
	wg.Wait()
}

// partials returns n zeros for partial sums. There is one such buffer.
func (t *Team) partials(n int) []float32 {
	t.partial = Grow(t.partial, n)
	clear(t.partial)
	return t.partial
}

// chunkValues is the size of a task in values: with its operands it stays in a core's second-level cache, and it is
// long enough that handing it out costs nothing.
const chunkValues = 32 << 10

// chunks cuts n units of size values into tasks and returns their number and the units of each. It depends on
// the shapes alone.
func chunks(n, size int) (tasks, per int) {
	per = max(1, chunkValues/max(size, 1))
	return (n + per - 1) / per, per
}

// eachChunk runs f on ranges of n units of size values. A map without channels has none.
func (t *Team) eachChunk(n, size int, f func(from, to int)) {
	if size == 0 {
		return
	}
	tasks, per := chunks(n, size)
	t.Run(tasks, func(i int) { f(i*per, min(n, (i+1)*per)) })
}

// sumPartials adds the rows of partials [tasks, len(dst)] in order and in float64, and leaves the sums in dst.
func sumPartials(dst, partials []float32, tasks int) {
	n := len(dst)
	for i := range dst {
		sum := 0.0
		for t := range tasks {
			sum += float64(partials[t*n+i])
		}
		dst[i] = float32(sum)
	}
}
