//go:build simd128 || relaxed

package kernels

import "math"

// Offsets into vectorConstants.
const (
	vecLog2E = 16 * iota
	vecRoundBit
	vecMinusLn2Hi
	vecMinusLn2Lo
	vecExp5
	vecExp4
	vecExp3
	vecExp2
	vecExp1
	vecExp0
	vecOne
	vecTwo
	vecExpMin
	vecSign
	vecLog15
	vecLog13
	vecLog11
	vecLog9
	vecLog7
	vecLog5
	vecLog3
)

// expZero gives the factor 2^n of the exponential an n of -127.
const expZero = -88

// negZero is the sign bit alone.
var negZero = math.Float32frombits(1 << 31)

// vectorConstants are the coefficients of math.go, each in all four lanes.
var vectorConstants = [...][4]float32{
	vecLog2E / 16:      {log2E, log2E, log2E, log2E},
	vecRoundBit / 16:   {roundBit, roundBit, roundBit, roundBit},
	vecMinusLn2Hi / 16: {-ln2Hi, -ln2Hi, -ln2Hi, -ln2Hi},
	vecMinusLn2Lo / 16: {-ln2Lo, -ln2Lo, -ln2Lo, -ln2Lo},
	vecExp5 / 16:       {exp5, exp5, exp5, exp5},
	vecExp4 / 16:       {exp4, exp4, exp4, exp4},
	vecExp3 / 16:       {exp3, exp3, exp3, exp3},
	vecExp2 / 16:       {exp2, exp2, exp2, exp2},
	vecExp1 / 16:       {exp1, exp1, exp1, exp1},
	vecExp0 / 16:       {exp0, exp0, exp0, exp0},
	vecOne / 16:        {1, 1, 1, 1},
	vecTwo / 16:        {2, 2, 2, 2},
	vecExpMin / 16:     {expZero, expZero, expZero, expZero},
	vecSign / 16:       {negZero, negZero, negZero, negZero},
	vecLog15 / 16:      {2.0 / 15, 2.0 / 15, 2.0 / 15, 2.0 / 15},
	vecLog13 / 16:      {2.0 / 13, 2.0 / 13, 2.0 / 13, 2.0 / 13},
	vecLog11 / 16:      {2.0 / 11, 2.0 / 11, 2.0 / 11, 2.0 / 11},
	vecLog9 / 16:       {2.0 / 9, 2.0 / 9, 2.0 / 9, 2.0 / 9},
	vecLog7 / 16:       {2.0 / 7, 2.0 / 7, 2.0 / 7, 2.0 / 7},
	vecLog5 / 16:       {2.0 / 5, 2.0 / 5, 2.0 / 5, 2.0 / 5},
	vecLog3 / 16:       {2.0 / 3, 2.0 / 3, 2.0 / 3, 2.0 / 3},
}
