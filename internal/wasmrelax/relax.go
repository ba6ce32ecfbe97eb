// Package wasmrelax rewrites the kernels of a linked WebAssembly module to instructions that Go's assembler
// cannot write: a multiplication and the addition behind it become one fused f32x4.relaxed_madd, a scalar load
// and the splat behind it one v128.load32_splat.
//
// The tool trusts nothing. It touches the functions that the kernels' generator lists, which it finds by the
// module's name section; it knows every instruction in them or refuses; it refuses if a function is missing or
// has another number of such pairs than the generator wrote; and it reads back what it wrote.
package wasmrelax

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
)

// Kernel is a function to rewrite and the number of pairs in it.
type Kernel struct {
	Name   string // in the module's name section
	MulAdd int    // f32x4.mul, local.get, f32x4.add
	Splat  int    // f32.load, f32x4.splat
}

// Options choose what to rewrite.
type Options struct {
	MulAdd bool // needs an engine with relaxed SIMD
	Splat  bool // plain SIMD128
	Strip  bool // leave out the function names
}

// File rewrites the kernels of the module in one file and writes the result to another.
func File(in, out string, opt Options) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	relaxed, err := Relax(data, Kernels, opt)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return os.WriteFile(out, relaxed, 0o644)
}

// Relax returns the module with the kernels rewritten. The error says what is not as expected.
func Relax(data []byte, kernels []Kernel, opt Options) ([]byte, error) {
	m, err := parse(data)
	if err != nil {
		return nil, err
	}
	if len(kernels) == 0 {
		return nil, errors.New("no kernels to rewrite")
	}
	if m.names == nil {
		return nil, errors.New("no function names: link without -s, the tool strips them itself if asked")
	}
	touched := map[uint64]bool{}
	for _, k := range kernels {
		index, err := m.find(k.Name)
		if err != nil {
			return nil, err
		}
		if touched[index] {
			return nil, fmt.Errorf("%s: listed twice", k.Name)
		}
		touched[index] = true
		body, err := k.rewrite(m.bodies[index], opt)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.Name, err)
		}
		m.bodies[index] = body
	}
	out := m.encode()
	if err := verify(data, out, touched); err != nil {
		return nil, fmt.Errorf("the module that was written is wrong: %w", err)
	}
	if opt.Strip {
		return strip(out)
	}
	return out, nil
}

// strip returns the module without its name section.
func strip(data []byte) ([]byte, error) {
	m, err := parse(data)
	if err != nil {
		return nil, err
	}
	m.sections = slices.DeleteFunc(m.sections, func(s section) bool { return s.isNames() })
	m.code = slices.IndexFunc(m.sections, func(s section) bool { return s.id == sectionCode })
	return m.encode(), nil
}

// find returns the index of the named function's body.
func (m *module) find(name string) (uint64, error) {
	index, ok := m.names[name]
	switch {
	case !ok:
		return 0, fmt.Errorf("no function %s: is this a build with the tag relaxed?", name)
	case index == ambiguous:
		return 0, fmt.Errorf("several functions %s", name)
	case index < uint64(m.imported) || index-uint64(m.imported) >= uint64(len(m.bodies)):
		return 0, fmt.Errorf("%s is function %d, which has no body", name, index)
	}
	return index - uint64(m.imported), nil
}

// rewrite returns the body with its pairs fused and without nops (Go's assembler writes one behind each vector
// instruction whose number takes two bytes).
func (k Kernel) rewrite(body []byte, opt Options) ([]byte, error) {
	locals, code, err := decode(body)
	if err != nil {
		return nil, err
	}
	code = slices.DeleteFunc(code, func(in instruction) bool { return in.op == opNop })
	out := bytes.Clone(locals)
	mulAdds, splats := 0, 0
	at := func(i int) uint32 {
		if i < len(code) {
			return code[i].op
		}
		return opNop
	}
	for i := 0; i < len(code); i++ {
		in := code[i]
		switch {
		case in.op >= firstRelaxed:
			return nil, errors.New("holds relaxed instructions already")
		case in.op == opF32x4Mul && at(i+1) == opLocalGet && at(i+2) == opF32x4Add:
			mulAdds++
			if opt.MulAdd {
				out = append(out, code[i+1].bytes...)
				out = append(out, prefixVector)
				out = appendUint(out, opF32x4MulAdd-0xFD00)
				i += 2
				continue
			}
		case in.op == opF32Load && at(i+1) == opF32x4Splat:
			splats++
			if opt.Splat {
				out = append(out, prefixVector, opLoad32Splat-0xFD00)
				out = append(out, in.bytes[1:]...) // alignment and offset
				i++
				continue
			}
		}
		out = append(out, in.bytes...)
	}
	if mulAdds != k.MulAdd || splats != k.Splat {
		return nil, fmt.Errorf("%d multiply-adds and %d splats, want %d and %d: the module and this tool are of different versions",
			mulAdds, splats, k.MulAdd, k.Splat)
	}
	return out, nil
}

// verify reads the written module back: everything but the touched bodies is as it was.
func verify(before, after []byte, touched map[uint64]bool) error {
	a, err := parse(before)
	if err != nil {
		return err
	}
	b, err := parse(after)
	if err != nil {
		return err
	}
	if len(a.sections) != len(b.sections) || len(a.bodies) != len(b.bodies) || a.code != b.code {
		return errors.New("sections or functions are missing")
	}
	for i := range a.sections {
		if a.sections[i].id != b.sections[i].id || i != a.code && !bytes.Equal(a.sections[i].content, b.sections[i].content) {
			return fmt.Errorf("section %d differs", i)
		}
	}
	for i := range a.bodies {
		if touched[uint64(i)] {
			if _, _, err := decode(b.bodies[i]); err != nil {
				return fmt.Errorf("function %d: %w", i, err)
			}
		} else if !bytes.Equal(a.bodies[i], b.bodies[i]) {
			return fmt.Errorf("function %d differs", i)
		}
	}
	return nil
}
