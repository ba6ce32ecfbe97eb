package wasmrelax

import "fmt"

// Opcodes that are looked for or written; those of the vector instructions include their prefix.
const (
	opNop           = 0x01
	opEnd           = 0x0B
	opLocalGet      = 0x20
	opF32Load       = 0x2A
	opLoad32Splat   = 0xFD09
	opF32x4Splat    = 0xFD13
	opF32x4Add      = 0xFDE4
	opF32x4Mul      = 0xFDE6
	firstRelaxed    = 0xFD00 + 0x100
	lastRelaxed     = 0xFD00 + 0x113
	opF32x4MulAdd   = 0xFD00 + 0x105
	prefixVector    = 0xFD
	prefixSaturated = 0xFC
)

// instruction is one instruction of a function body.
type instruction struct {
	op    uint32
	bytes []byte // the whole instruction
}

// decode splits a body into the declaration of its locals and its instructions. It knows what Go's assembler
// writes for a kernel and refuses anything else, calls among it.
func decode(body []byte) (locals []byte, code []instruction, err error) {
	r := &reader{data: body}
	for range r.uint() {
		r.uint()
		r.byte()
		if r.err != nil {
			break
		}
	}
	locals = body[:len(body)-len(r.data)]
	depth := 1
	for r.err == nil && len(r.data) > 0 {
		start := r.data
		in := instruction{op: uint32(r.byte())}
		switch op := in.op; {
		case op == 0x02 || op == 0x03 || op == 0x04: // block, loop, if
			if t := r.byte(); t != 0x40 && r.err == nil {
				return nil, nil, fmt.Errorf("a block of type %#x", t)
			}
			depth++
		case op == opEnd:
			depth--
			if depth == 0 && len(r.data) > 0 {
				return nil, nil, fmt.Errorf("%d bytes behind the end", len(r.data))
			}
		case op == 0x00 || op == opNop || op == 0x05 || op == 0x0F || op == 0x1A || op == 0x1B: // unreachable, else, return, drop, select
		case op == 0x0C || op == 0x0D: // br, br_if
			r.uint()
		case op >= opLocalGet && op <= 0x24: // local.get … global.set
			r.uint()
		case op >= 0x28 && op <= 0x3E: // loads and stores: alignment, offset
			r.uint()
			r.uint()
		case op == 0x41 || op == 0x42: // i32.const, i64.const
			r.uint()
		case op == 0x43:
			r.bytes(4)
		case op == 0x44:
			r.bytes(8)
		case op >= 0x45 && op <= 0xC4: // arithmetic
		case op == prefixSaturated:
			if sub := r.uint(); sub > 7 {
				return nil, nil, fmt.Errorf("unknown instruction %#x %d", op, sub)
			}
		case op == prefixVector:
			if in.op, err = vector(r); err != nil {
				return nil, nil, err
			}
		default:
			return nil, nil, fmt.Errorf("unknown instruction %#x", op)
		}
		in.bytes = start[:len(start)-len(r.data)]
		code = append(code, in)
	}
	if r.err != nil {
		return nil, nil, r.err
	}
	if depth != 0 {
		return nil, nil, fmt.Errorf("ends %d blocks deep", depth)
	}
	return locals, code, nil
}

// vector reads the rest of a vector instruction.
func vector(r *reader) (op uint32, err error) {
	sub := r.uint()
	switch {
	case sub <= 11 || sub == 92 || sub == 93: // loads and stores: alignment, offset
		r.uint()
		r.uint()
	case sub == 12 || sub == 13: // v128.const, i8x16.shuffle
		r.bytes(16)
	case sub >= 21 && sub <= 34: // a lane
		r.byte()
	case sub >= 84 && sub <= 91: // loads and stores of a lane
		r.uint()
		r.uint()
		r.byte()
	case sub <= lastRelaxed-0xFD00: // arithmetic
	default:
		return 0, fmt.Errorf("unknown vector instruction %#x", sub)
	}
	return 0xFD00 + uint32(sub), nil
}
