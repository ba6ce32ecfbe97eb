package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// score is the accuracy of a run, or the difference of two, in percent.
type score struct{ top1, top5 float64 }

// scores returns the scores of an arm, in the order of the seeds, and their mean.
func scores(runs []Run, arm string) (all []score, mean score) {
	for _, r := range runs {
		if r.Arm == arm {
			all = append(all, score{r.Top1, r.Top5})
			mean.top1 += r.Top1
			mean.top5 += r.Top5
		}
	}
	mean.top1 /= float64(len(all))
	mean.top5 /= float64(len(all))
	return all, mean
}

// table is the Markdown table of the runs: top-1 / top-5 of every seed, means, and what was gained over the short arm.
func table(runs []Run) string {
	var b strings.Builder
	base, baseMean := scores(runs, armShort)
	line := func(title, format string, all []score, mean score) {
		fmt.Fprintf(&b, "| %s |", title)
		for _, s := range append(all[:len(all):len(all)], mean) {
			fmt.Fprintf(&b, " "+format+" |", s.top1, s.top5)
		}
		b.WriteString("\n")
	}
	b.WriteString("| top-1 / top-5, % |")
	for i := range base {
		fmt.Fprintf(&b, " seed %d |", seeds[i])
	}
	b.WriteString(" mean |\n| --- |" + strings.Repeat(" --- |", len(base)+1) + "\n")
	line(title(armShort), "%.2f / %.2f", base, baseMean)
	for _, arm := range []string{armDistilled, armLong} {
		all, mean := scores(runs, arm)
		line(title(arm), "%.2f / %.2f", all, mean)
		for i := range all {
			all[i] = score{all[i].top1 - base[i].top1, all[i].top5 - base[i].top5}
		}
		line("*gain over the first row, points*", "%+.2f / %+.2f", all, score{mean.top1 - baseMean.top1, mean.top5 - baseMean.top5})
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
