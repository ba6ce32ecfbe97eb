// Package kernels is the arithmetic of MobileMamba: one file per operation, the scalar Go reference first.
//
// Every map is channels last, [H, W, C] row-major float32: a pixel is C contiguous values, and the distance
// between two pixels (the leading dimension, LDX, LDY) may exceed C, so that an operation can read or write a
// slice of a wider map's channels in place. No operation allocates; scratch memory is the caller's. Arguments
// are trusted: sizes are checked once, where a model and its buffers are built.
//
// All variants of all operations stand in one table, Variants: a row is an instruction set, a column an
// operation. The scalar row is the reference that any other is tested against, and the fallback.
package kernels

//go:generate go run ./internal/asmgen .
//go:generate go run ./internal/genamd64 .
