package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
)

// score is the accuracy of a run, or the difference of two, in percent; NaN where the run is missing.
type score struct{ top1, top5 float64 }

func (s score) minus(o score) score { return score{s.top1 - o.top1, s.top5 - o.top5} }

// scores returns the scores of an arm, one a seed.
func scores(runs []Run, arm string) []score {
	all := make([]score, len(seeds))
	for i, seed := range seeds {
		all[i] = score{math.NaN(), math.NaN()}
		for _, r := range runs {
			if r.Arm == arm && r.Seed == seed {
				all[i] = score{r.Top1, r.Top5}
			}
		}
	}
	return all
}

// mean is that of the runs that are there.
func mean(all []score) score {
	var m score
	n := 0.0
	for _, s := range all {
		if !math.IsNaN(s.top1) {
			m, n = score{m.top1 + s.top1, m.top5 + s.top5}, n+1
		}
	}
	return score{m.top1 / n, m.top5 / n}
}

// table is the Markdown table of the runs: top-1 / top-5 of every seed, means, and what was gained over the short arm.
func table(runs []Run) string {
	var b strings.Builder
	line := func(title, format string, all []score) {
		fmt.Fprintf(&b, "| %s |", title)
		for _, s := range append(all, mean(all)) {
			if math.IsNaN(s.top1) {
				b.WriteString(" not run |")
				continue
			}
			fmt.Fprintf(&b, " "+format+" |", s.top1, s.top5)
		}
		b.WriteString("\n")
	}
	b.WriteString("| top-1 / top-5, % |")
	for _, seed := range seeds {
		fmt.Fprintf(&b, " seed %d |", seed)
	}
	b.WriteString(" mean |\n| --- |" + strings.Repeat(" --- |", len(seeds)+1) + "\n")
	base := scores(runs, armShort)
	line(title(armShort), "%.2f / %.2f", base)
	for _, arm := range []string{armDistilled, armLong} {
		all := scores(runs, arm)
		line(title(arm), "%.2f / %.2f", all)
		gains := make([]score, len(all))
		for i, s := range all {
			gains[i] = s.minus(base[i])
		}
		line("*gain over the first row, points*", "%+.2f / %+.2f", gains)
	}
	return b.String()
}

// title names an arm.
func title(arm string) string {
	return map[string]string{
		armShort:     fmt.Sprintf("%d epochs", shortEpochs),
		armDistilled: fmt.Sprintf("%d epochs, distilled", shortEpochs),
		armLong:      fmt.Sprintf("%d epochs", longEpochs),
	}[arm]
}

// The table in the README lies between these lines.
var (
	tableBegin = []byte("<!-- table of make demo -->\n")
	tableEnd   = []byte("<!-- end -->\n")
)

// insert replaces the table in the README.
func insert(readme []byte, table string) ([]byte, error) {
	before, rest, begins := bytes.Cut(readme, tableBegin)
	_, after, ends := bytes.Cut(rest, tableEnd)
	if !begins || !ends {
		return nil, errors.New("README.md has no place for the table")
	}
	return bytes.Join([][]byte{before, tableBegin, []byte("\n" + table + "\n"), tableEnd, after}, nil), nil
}
