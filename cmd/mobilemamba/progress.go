package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// isTerminal tells a terminal, whose lines can be rewritten, from a file or a pipe.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progress returns a bar on a terminal and a silent one elsewhere.
func progress(e *env, n int, what string) *progressbar.ProgressBar {
	if !isTerminal(e.stderr) {
		return progressbar.DefaultSilent(int64(n))
	}
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond))
}

// printer shows the progress of a run.
type printer struct {
	e        *env
	terminal bool
	last     time.Time
}

func newPrinter(e *env) *printer { return &printer{e: e, terminal: isTerminal(e.stderr)} }

// update shows a line that the next one replaces; elsewhere than on a terminal one every half minute.
func (p *printer) update(line string, final bool) {
	wait := 30 * time.Second
	if p.terminal {
		wait = 200 * time.Millisecond
	}
	if !final && time.Since(p.last) < wait {
		return
	}
	p.last = time.Now()
	if !p.terminal {
		fmt.Fprintln(p.e.stderr, line)
		return
	}
	fmt.Fprintf(p.e.stderr, "\r\x1b[K%s", line)
	if final {
		fmt.Fprintln(p.e.stderr)
	}
}
