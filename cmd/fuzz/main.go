// Command fuzz runs every fuzz target of the module for a while, one after the other or several at a time, and prints a
// table.
//
//	go run ./cmd/fuzz [-time 30s] [-match REGEXP] [-jobs N] [-parallel N] [-record]
//
// It exits with 1 if a target failed: the input is then in the package's testdata/fuzz, where it stays a test. With
// -record the executions are added to docs/fuzzing.json and the table in docs/reliability.md is written anew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

func main() {
	spend := flag.Duration("time", 30*time.Second, "`time` for each target; 0 runs none")
	match := flag.String("match", "", "only targets that match this `regexp`, such as vision or FuzzRead")
	jobs := flag.Int("jobs", 1, "`targets` at a time")
	parallel := flag.Int("parallel", 1, "`workers` for each target")
	record := flag.Bool("record", false, "add the executions to "+recordFile+" and write the table in "+tableFile)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *match, options{*spend, *jobs, *parallel, *record}); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// options are what the flags of the same names say.
type options struct {
	time     time.Duration
	jobs     int
	parallel int
	record   bool
}

func run(ctx context.Context, match string, opt options) error {
	wanted, err := regexp.Compile(match)
	if err != nil {
		return err
	}
	all, err := discover(ctx, ".")
	if err != nil {
		return err
	}
	var chosen []target
	if opt.time > 0 {
		chosen = slices.DeleteFunc(slices.Clone(all), func(t target) bool { return !wanted.MatchString(t.name()) })
	}

	results, failed := make([]result, len(chosen)), 0
	var recording error
	var mu sync.Mutex // guards these, and the record
	one := func(i int) {
		t := chosen[i]
		fmt.Fprintf(os.Stderr, "%s for %v\n", t.name(), opt.time)
		r, err := fuzz(ctx, t, opt.time, opt.parallel)
		mu.Lock()
		defer mu.Unlock()
		results[i] = r
		if err != nil && ctx.Err() == nil {
			failed++
			fmt.Fprintf(os.Stderr, "%s\n%s: %v\n", r.log, t.name(), err)
		}
		// At once, so that an interrupt loses nothing.
		if opt.record && recording == nil {
			recording = keep(".", all, []result{r})
		}
	}
	each(ctx, len(chosen), opt.jobs, one)
	if ctx.Err() != nil {
		return errors.Join(errors.New("interrupted"), recording)
	}
	if opt.record && len(chosen) == 0 {
		recording = keep(".", all, nil) // the table alone
	}
	if recording != nil {
		return recording
	}
	if err := print(os.Stdout, results); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d targets failed", failed, len(results))
	}
	return nil
}

// each calls f with every number below n, of which it has so many in hand at a time, until ctx is done.
func each(ctx context.Context, n, jobs int, f func(int)) {
	var group sync.WaitGroup
	queue := make(chan int)
	for range max(jobs, 1) {
		group.Go(func() {
			for i := range queue {
				f(i)
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case queue <- i:
		case <-ctx.Done():
		}
	}
	close(queue)
	group.Wait()
}

// result is what one run of a target came to.
type result struct {
	target      target
	executions  int64
	interesting int64 // inputs that reached new code
	crashed     bool
	seconds     float64 // by the clock
	processor   float64 // seconds of a processor, with those of building the test
	log         string  // of the go command
}

// fuzz runs one target. The error says that it failed: on an input, or because it could not be built.
func fuzz(ctx context.Context, t target, spend time.Duration, parallel int) (result, error) {
	// Minimizing an interesting input stalls the workers for up to a minute in Go 1.27, unless its tries are counted.
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.Func+"$", "-fuzztime", spend.String(),
		"-fuzzminimizetime", "10x", "-parallel", strconv.Itoa(parallel), t.Package)
	// A terminal interrupts the test as well; the go command waits until that has written what it found.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	out, err := cmd.CombinedOutput()
	r := result{target: t, crashed: err != nil, log: string(out)}
	r.executions, r.interesting, r.seconds = progress(r.log)
	if state := cmd.ProcessState; state != nil {
		r.processor = (state.UserTime() + state.SystemTime()).Seconds()
	}
	return r, err
}

// line is what go test prints of a running target every three seconds and at its end.
var line = regexp.MustCompile(`(?m)^fuzz: elapsed: (\S+), execs: (\d+) .*, new interesting: (\d+) `)

// progress reads the last such line of a log: what was not built took no time either.
func progress(log string) (executions, interesting int64, seconds float64) {
	if all := line.FindAllStringSubmatch(log, -1); len(all) > 0 {
		last := all[len(all)-1]
		elapsed, _ := time.ParseDuration(last[1])
		executions, _ = strconv.ParseInt(last[2], 10, 64)
		interesting, _ = strconv.ParseInt(last[3], 10, 64)
		seconds = elapsed.Seconds()
	}
	return executions, interesting, seconds
}

// print writes the table.
func print(w io.Writer, results []result) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "target\texecutions\tnew interesting\tcrashes")
	for _, r := range results {
		crashes := "0"
		if r.crashed {
			crashes = "1: " + reason(r.log)
		}
		fmt.Fprintf(tab, "%s\t%d\t%d\t%s\n", r.target.name(), r.executions, r.interesting, crashes)
	}
	return tab.Flush()
}

// failingInput is what go test says before the file of an input that failed.
const failingInput = "Failing input written to "

// reason is where the failing input was written, or that there is none.
func reason(log string) string {
	if _, after, ok := strings.Cut(log, failingInput); ok {
		file, _, _ := strings.Cut(after, "\n")
		return strings.TrimSpace(file)
	}
	return "no input was found, see above"
}
