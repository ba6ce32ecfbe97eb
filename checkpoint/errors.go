package checkpoint

import (
	"fmt"
	"strings"
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

func errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// MismatchError names every tensor in which a checkpoint and a model differ.
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
	for _, name := range e.Missing {
		fmt.Fprintf(&b, "\n  missing    %s", name)
	}
	for _, name := range e.Unexpected {
		fmt.Fprintf(&b, "\n  unexpected %s", name)
	}
	for _, m := range e.Misshapen {
		fmt.Fprintf(&b, "\n  misshapen  %s: %v, want %v", m.Name, m.Got, m.Want)
	}
	return b.String()
}

// Spec is a tensor that a model expects.
type Spec struct {
	Name     string
	Shape    []int
	Optional bool
}

// Check compares a checkpoint with what a model expects. Its error, a *MismatchError, names all differences.
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
