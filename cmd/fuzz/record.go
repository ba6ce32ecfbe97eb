package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// Where -record keeps what all runs came to, and the document with their table.
const (
	recordFile = "docs/fuzzing.json"
	tableFile  = "docs/reliability.md"
)

// tally is what all recorded runs of a target came to.
type tally struct {
	Executions int64   `json:"executions"`
	Seconds    float64 `json:"seconds"`
	Processor  float64 `json:"processor"` // seconds of a processor, in the runs since these are counted
	Found      int     `json:"found"`     // failing inputs, each a test since it was mended
}

// load reads the record of a checkout; a missing one is empty.
func load(root string) (map[string]tally, error) {
	record := map[string]tally{}
	data, err := os.ReadFile(filepath.Join(root, recordFile))
	if os.IsNotExist(err) {
		return record, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &record); err != nil {
		return nil, fmt.Errorf("%s: %w", recordFile, err)
	}
	return record, nil
}

// keep adds results to the record and writes it and the table. Targets that are gone leave the record.
func keep(root string, all []target, results []result) error {
	record, err := load(root)
	if err != nil {
		return err
	}
	for _, r := range results {
		t := record[r.target.name()]
		t.Executions += r.executions
		t.Seconds += math.Round(r.seconds)
		t.Processor += math.Round(r.processor)
		if r.crashed && strings.Contains(r.log, failingInput) {
			t.Found++
		}
		record[r.target.name()] = t
	}
	kept := map[string]tally{}
	for _, t := range all {
		kept[t.name()] = record[t.name()]
	}
	data, err := json.MarshalIndent(kept, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, recordFile), append(data, '\n'), 0o644); err != nil {
		return err
	}
	file := filepath.Join(root, tableFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	written, err := insert(string(text), table(all, kept))
	if err != nil {
		return fmt.Errorf("%s: %w", tableFile, err)
	}
	return os.WriteFile(file, []byte(written), 0o644)
}

// The lines between which the table stands.
const begin, end = "<!-- fuzzing: written by make fuzz RECORD=1 -->\n", "<!-- fuzzing ends -->\n"

// insert puts a table into its place in a text.
func insert(text, table string) (string, error) {
	before, rest, ok1 := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("it has no place for the table: %q and %q", begin, end)
	}
	return before + begin + table + end + after, nil
}

// table is the record in Markdown.
func table(all []target, record map[string]tally) string {
	var b strings.Builder
	b.WriteString("| target | what must hold | executions | hours | of a processor | found and mended |\n| --- | --- | ---: | ---: | ---: | ---: |\n")
	for _, t := range all {
		r := record[t.name()]
		doc := strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(t.doc)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %.2f | %.2f | %d |\n",
			t.name(), doc, grouped(r.Executions), r.Seconds/3600, r.Processor/3600, r.Found)
	}
	return b.String()
}

// grouped writes a number with its thousands apart.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
