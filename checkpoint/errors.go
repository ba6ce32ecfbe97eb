package checkpoint

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Code says what is wrong with a file, for callers that answer each kind in their own words.
type Code string

const (
	NotACheckpoint Code = "not-a-checkpoint" // another kind of file
	Truncated      Code = "truncated"        // a part of a file
	Unsafe         Code = "unsafe"           // a pickle that names code, or sizes that no checkpoint has
	Corrupt        Code = "corrupt"          // contradicts itself
	NoEMA          Code = "no-ema"           // Options.EMA, but the file holds no moving average
	Mismatch       Code = "mismatch"         // other tensors than the model's
)

// Error is a refusal.
type Error struct {
	Code Code
	Msg  string
	Err  error // the cause, if any
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// errorf makes a refusal that a person can read whatever names the file holds.
func errorf(code Code, format string, args ...any) error {
	for i, a := range args {
		switch a := a.(type) {
		case string:
			args[i] = readable(a)
		case []int64:
			args[i] = a[:min(len(a), maxRank)]
		}
	}
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// maxShown bounds the names that a message shows, in bytes of one and in number.
const maxShown = 100

// readable cuts a name to what a message has room for and takes from it what would steer a terminal.
func readable(name string) string {
	rest := ""
	if len(name) > maxShown {
		name, rest = name[:maxShown], "…"
	}
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, name) + rest
}

// MismatchError holds every tensor in which a checkpoint and a model differ. Its text names the first of each kind.
type MismatchError struct {
	Missing, Unexpected []string
	Misshapen           []Misshape
}

// Misshape is a tensor of another shape than the model's.
type Misshape struct {
	Name      string
	Want, Got []int
}

func (e *MismatchError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the checkpoint does not fit: %d tensors missing, %d unexpected, %d misshapen",
		len(e.Missing), len(e.Unexpected), len(e.Misshapen))
	list := func(kind string, n int, line func(i int) string) {
		for i := range min(n, maxShown) {
			fmt.Fprintf(&b, "\n  %-10s %s", kind, line(i))
		}
		if n > maxShown {
			fmt.Fprintf(&b, "\n  and %d more", n-maxShown)
		}
	}
	list("missing", len(e.Missing), func(i int) string { return readable(e.Missing[i]) })
	list("unexpected", len(e.Unexpected), func(i int) string { return readable(e.Unexpected[i]) })
	list("misshapen", len(e.Misshapen), func(i int) string {
		m := e.Misshapen[i]
		return fmt.Sprintf("%s: %v, want %v", readable(m.Name), m.Got, m.Want)
	})
	return b.String()
}

// Spec is a tensor that a model expects.
type Spec struct {
	Name     string
	Shape    []int
	Optional bool
}

// Check compares a checkpoint with what a model expects. Its error, a *MismatchError, holds all differences.
func Check(sd *StateDict, want []Spec) error {
	var e MismatchError
	known := make(map[string]bool, len(want))
	for _, s := range want {
		known[s.Name] = true
		t := sd.Get(s.Name)
		switch {
		case t == nil && !s.Optional:
			e.Missing = append(e.Missing, s.Name)
		case t != nil && !equal(t.Shape, s.Shape):
			e.Misshapen = append(e.Misshapen, Misshape{s.Name, s.Shape, t.Shape})
		}
	}
	for _, t := range sd.Tensors {
		if !known[t.Name] {
			e.Unexpected = append(e.Unexpected, t.Name)
		}
	}
	if len(e.Missing)+len(e.Unexpected)+len(e.Misshapen) == 0 {
		return nil
	}
	return &e
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
