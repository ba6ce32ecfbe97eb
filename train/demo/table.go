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

// words are those of the table in one language; %d stands for a number of epochs or a seed.
type words struct{ head, seed, mean, epochs, distilled, gain, notRun string }

var (
	english = words{"top-1 / top-5, %", "seed %d", "mean", "%d epochs", "%d epochs, distilled", "gain over the first row, points", "not run"}
	chinese = words{"top-1 / top-5，%", "种子 %d", "均值", "%d 轮", "%d 轮，蒸馏", "比第一行提高的百分点", "未运行"}
)

// table is the Markdown table of the runs: top-1 / top-5 of every seed, means, and what was gained over the short arm.
func (w words) table(runs []Run) string {
	var b strings.Builder
	line := func(title, format string, all []score) {
		fmt.Fprintf(&b, "| %s |", title)
		for _, s := range append(all, mean(all)) {
			if math.IsNaN(s.top1) {
				fmt.Fprintf(&b, " %s |", w.notRun)
				continue
			}
			fmt.Fprintf(&b, " "+format+" |", s.top1, s.top5)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "| %s |", w.head)
	for _, seed := range seeds {
		fmt.Fprintf(&b, " "+w.seed+" |", seed)
	}
	fmt.Fprintf(&b, " %s |\n| --- |%s\n", w.mean, strings.Repeat(" --- |", len(seeds)+1))
	base := scores(runs, armShort)
	line(w.title(armShort), "%.2f / %.2f", base)
	for _, arm := range []string{armDistilled, armLong} {
		all := scores(runs, arm)
		line(w.title(arm), "%.2f / %.2f", all)
		gains := make([]score, len(all))
		for i, s := range all {
			gains[i] = s.minus(base[i])
		}
		line("*"+w.gain+"*", "%+.2f / %+.2f", gains)
	}
	return b.String()
}

// title names an arm.
func (w words) title(arm string) string {
	switch arm {
	case armDistilled:
		return fmt.Sprintf(w.distilled, shortEpochs)
	case armLong:
		return fmt.Sprintf(w.epochs, longEpochs)
	}
	return fmt.Sprintf(w.epochs, shortEpochs)
}

// The table in a document lies between these lines.
var (
	tableBegin = []byte("<!-- table of make demo -->\n")
	tableEnd   = []byte("<!-- end -->\n")
)

// insert replaces the table in a document.
func insert(document []byte, table string) ([]byte, error) {
	before, rest, begins := bytes.Cut(document, tableBegin)
	_, after, ends := bytes.Cut(rest, tableEnd)
	if !begins || !ends {
		return nil, errors.New("no place for the table, which lies behind " + string(tableBegin))
	}
	return bytes.Join([][]byte{before, tableBegin, []byte("\n" + table + "\n"), tableEnd, after}, nil), nil
}
