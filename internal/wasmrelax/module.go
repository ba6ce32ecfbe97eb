package wasmrelax

import (
	"bytes"
	"errors"
	"fmt"
)

// nameSection is the name of the custom section with the functions' names.
const nameSection = "name"

// isNames reports whether a section holds the functions' names.
func (s section) isNames() bool {
	r := &reader{data: s.content}
	return s.id == sectionCustom && string(r.bytes(r.uint())) == nameSection
}

// Section identifiers that matter here.
const (
	sectionCustom = 0
	sectionImport = 2
	sectionCode   = 10
)

// module is a WebAssembly module taken apart as far as its function bodies.
type module struct {
	sections []section
	code     int               // the index of the code section in sections
	bodies   [][]byte          // of the module's own functions, as they lie in the code section
	imported int               // functions that come before them in the index space
	names    map[string]uint64 // function index by name, from the name section
}

// section is a section's identifier and content.
type section struct {
	id      byte
	content []byte
}

var magic = []byte("\x00asm\x01\x00\x00\x00")

// parse takes a module apart.
func parse(data []byte) (*module, error) {
	rest, ok := bytes.CutPrefix(data, magic)
	if !ok {
		return nil, errors.New("not a WebAssembly module of version 1")
	}
	m := &module{code: -1}
	r := &reader{data: rest}
	for len(r.data) > 0 {
		s := section{id: r.byte()}
		s.content = r.bytes(r.uint())
		if r.err != nil {
			return nil, fmt.Errorf("section %d: %w", len(m.sections), r.err)
		}
		var err error
		switch s.id {
		case sectionCustom:
			err = m.parseCustom(s.content)
		case sectionImport:
			err = m.parseImports(s.content)
		case sectionCode:
			if m.code >= 0 {
				return nil, errors.New("two code sections")
			}
			m.code = len(m.sections)
			err = m.parseCode(s.content)
		}
		if err != nil {
			return nil, err
		}
		m.sections = append(m.sections, s)
	}
	if m.code < 0 {
		return nil, errors.New("no code section")
	}
	return m, nil
}

// parseCode splits the code section into bodies.
func (m *module) parseCode(content []byte) error {
	r := &reader{data: content}
	for range r.uint() {
		m.bodies = append(m.bodies, r.bytes(r.uint()))
		if r.err != nil {
			break
		}
	}
	return r.finish("code section")
}

// parseImports counts the imported functions.
func (m *module) parseImports(content []byte) error {
	r := &reader{data: content}
	for range r.uint() {
		r.bytes(r.uint())
		r.bytes(r.uint())
		switch kind := r.byte(); kind {
		case 0: // function: type
			r.uint()
			m.imported++
		case 1: // table: type, limits
			r.byte()
			r.limits()
		case 2: // memory
			r.limits()
		case 3: // global: type, mutability
			r.byte()
			r.byte()
		default:
			r.fail(fmt.Errorf("import of kind %d", kind))
		}
		if r.err != nil {
			break
		}
	}
	return r.finish("import section")
}

// parseCustom reads the function names if this is the name section.
func (m *module) parseCustom(content []byte) error {
	r := &reader{data: content}
	if string(r.bytes(r.uint())) != nameSection {
		return nil
	}
	for len(r.data) > 0 && r.err == nil {
		id, sub := r.byte(), reader{data: r.bytes(r.uint())}
		if id != 1 || r.err != nil {
			continue
		}
		m.names = map[string]uint64{}
		for range sub.uint() {
			index := sub.uint()
			name := string(sub.bytes(sub.uint()))
			if sub.err != nil {
				break
			}
			if _, twice := m.names[name]; twice {
				// Harmless for all but the kernels, and those must be unique to be found.
				index = ambiguous
			}
			m.names[name] = index
		}
		if err := sub.finish("function names"); err != nil {
			return err
		}
	}
	return r.finish("name section")
}

// ambiguous is the index of a name that several functions bear.
const ambiguous = 1<<64 - 1

// encode puts the module together again.
func (m *module) encode() []byte {
	out := bytes.Clone(magic)
	for i, s := range m.sections {
		content := s.content
		if i == m.code {
			content = appendUint(nil, uint64(len(m.bodies)))
			for _, b := range m.bodies {
				content = appendUint(content, uint64(len(b)))
				content = append(content, b...)
			}
		}
		out = append(out, s.id)
		out = appendUint(out, uint64(len(content)))
		out = append(out, content...)
	}
	return out
}

// reader reads WebAssembly's binary values and keeps the first error, after which every value is zero.
type reader struct {
	data []byte
	err  error
}

var errTruncated = errors.New("ends in the middle of a value")

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.data = nil
}

// finish reports the first error, or that something is left.
func (r *reader) finish(what string) error {
	if r.err != nil {
		return fmt.Errorf("%s: %w", what, r.err)
	}
	if len(r.data) > 0 {
		return fmt.Errorf("%s: %d bytes too many", what, len(r.data))
	}
	return nil
}

func (r *reader) byte() byte {
	b := r.bytes(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.data)) {
		r.fail(errTruncated)
		return nil
	}
	b := r.data[:n:n]
	r.data = r.data[n:]
	return b
}

// uint reads an unsigned LEB128 number. (Signed ones have the same extent, and their values do not matter.)
func (r *reader) uint() uint64 {
	var v uint64
	for shift := 0; shift < 70; shift += 7 {
		b := r.byte()
		if r.err != nil {
			return 0
		}
		v |= uint64(b&0x7F) << shift
		if b < 0x80 {
			return v
		}
	}
	r.fail(errors.New("a number longer than ten bytes"))
	return 0
}

func (r *reader) limits() {
	flags := r.byte()
	r.uint()
	if flags&1 != 0 {
		r.uint()
	}
}

func appendUint(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}
