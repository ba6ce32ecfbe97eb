package checkpoint

import (
	"encoding/binary"
	"io"
	"math"
)

// The values that a pickle may build, beside nil, bool, int64, float64 and string.
type (
	tuple  []any
	list   struct{ items []any }
	global string   // "module.name" of the allow-list
	long   []byte   // an integer beyond int64, little-endian two's complement
	mark   struct{} // never leaves the machine
)

// dict is a Python dictionary; keys that are not strings are dropped, since no tensor of a network has one.
type dict struct {
	keys   []string
	values map[string]any
}

func (d *dict) set(key, value any) error {
	name, ok := key.(string)
	if !ok {
		return nil
	}
	if err := checkName(name); err != nil {
		return err
	}
	if d.values == nil {
		d.values = map[string]any{}
	}
	if _, ok := d.values[name]; !ok {
		d.keys = append(d.keys, name)
	}
	d.values[name] = value
	return nil
}

// checkName refuses a key longer than any that PyTorch writes: a pickle can use it again and again, and each time costs
// all of its bytes.
func checkName(name string) error {
	if len(name) > maxName {
		return errorf(Unsafe, "the pickle has a key of %d bytes; the limit is %d", len(name), maxName)
	}
	return nil
}

const (
	maxPickle  = 16 << 20 // bytes; an official trainer's file with its optimizer has under one
	maxName    = 1 << 10  // bytes of a key
	maxObjects = 1 << 18  // ten times what that file has: containers and their items, values on the stack, values remembered: each takes many times the byte that asks for it
)

// unpickler is a pickle machine without the parts that run code. It reads the opcodes that PyTorch writes,
// takes every length from what is left of the stream, and calls nothing: REDUCE knows three callables.
type unpickler struct {
	s        *stream
	stack    []any
	memo     map[uint32]any
	storages map[string]*storage // that were named, by key, those of dropped tensors too: an optimizer's lie under keys that are not strings
	limit    int64               // of the stream's position

	// Over all pickles of a file.
	objects    int
	remembered int
}

// stream reads a part of a file through a window.
type stream struct {
	r         io.ReaderAt
	pos, size int64
	window    []byte
	start     int64 // of the window
}

// take returns the next n bytes, valid until the next call.
func (s *stream) take(n int64) ([]byte, error) {
	if n < 0 || n > s.size-s.pos {
		return nil, errorf(Truncated, "the pickle ends in the middle, at byte %d", s.size)
	}
	if s.pos < s.start || s.pos+n > s.start+int64(len(s.window)) {
		s.window = make([]byte, min(max(n, 64<<10), s.size-s.pos))
		s.start = s.pos
		if _, err := s.r.ReadAt(s.window, s.pos); err != nil && err != io.EOF {
			return nil, err
		}
	}
	at := s.pos - s.start
	s.pos += n
	return s.window[at : at+n], nil
}

func newUnpickler(s *stream) *unpickler {
	return &unpickler{s: s, storages: map[string]*storage{}}
}

// next reads one pickle from the stream.
func (u *unpickler) next() (any, error) {
	u.stack, u.memo, u.limit = u.stack[:0], map[uint32]any{}, u.s.pos+maxPickle
	for {
		op, err := u.s.take(1)
		if err != nil {
			return nil, err
		}
		if u.s.pos > u.limit {
			return nil, errorf(Unsafe, "the pickle is longer than %d bytes", maxPickle)
		}
		if op[0] == '.' {
			return u.pop()
		}
		if err := u.step(op[0]); err != nil {
			return nil, err
		}
	}
}

// step carries out one opcode. The characters are those of Python's pickle module.
func (u *unpickler) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		_, err := u.s.take(1)
		return err
	case 0x95: // FRAME
		_, err := u.s.take(8)
		return err
	case '(': // MARK
		return u.push(mark{})
	case 'N':
		return u.push(nil)
	case 0x88:
		return u.push(true)
	case 0x89:
		return u.push(false)
	case 'J', 'K', 'M', 0x8a, 'G':
		return u.number(op)
	case 'X', 0x8c, 0x8d: // unicode strings with a length of 4, 1 or 8 bytes
		return u.text(map[byte]int{'X': 4, 0x8c: 1, 0x8d: 8}[op])
	case 'T', 'U', 'B', 'C': // byte strings with a length of 4 or 1 bytes
		return u.text(map[byte]int{'T': 4, 'U': 1, 'B': 4, 'C': 1}[op])
	case '}', ']', ')', 't', 0x85, 0x86, 0x87:
		return u.container(op)
	case 's', 'u', 'a', 'e':
		return u.fill(op)
	case 'c', 0x93:
		return u.global(op)
	case 'q', 'r', 0x94, 'h', 'j':
		return u.remember(op)
	case 'Q': // BINPERSID
		return u.persistentID()
	case 'R': // REDUCE
		return u.reduce()
	case 'b': // BUILD: attributes of an OrderedDict, of no use here
		if _, err := u.pop(); err != nil {
			return err
		}
		top, err := u.top()
		if _, ok := top.(*dict); err == nil && !ok {
			return errorf(Unsafe, "the pickle sets attributes of something that is no dictionary")
		}
		return err
	}
	return errorf(Unsafe, "the pickle uses opcode %#x, which no checkpoint needs (byte %d)", op, u.s.pos-1)
}

func (u *unpickler) push(v any) error {
	if len(u.stack) == maxObjects {
		return errorf(Unsafe, "the pickle stacks more than %d values", maxObjects)
	}
	u.stack = append(u.stack, v)
	return nil
}

// alloc counts containers or items.
func (u *unpickler) alloc(n int) error {
	if u.objects += n; u.objects > maxObjects {
		return errorf(Unsafe, "the pickle builds more than %d objects", maxObjects)
	}
	return nil
}

func underflow() error {
	return errorf(Corrupt, "the pickle takes more from its stack than it put there")
}

func (u *unpickler) top() (any, error) {
	if len(u.stack) == 0 {
		return nil, underflow()
	}
	v := u.stack[len(u.stack)-1]
	if _, ok := v.(mark); ok {
		return nil, underflow()
	}
	return v, nil
}

func (u *unpickler) pop() (any, error) {
	v, err := u.top()
	if err == nil {
		u.stack = u.stack[:len(u.stack)-1]
	}
	return v, err
}

// popMark removes everything down to the last mark, and the mark.
func (u *unpickler) popMark() ([]any, error) {
	for i := len(u.stack) - 1; i >= 0; i-- {
		if _, ok := u.stack[i].(mark); ok {
			items := append([]any(nil), u.stack[i+1:]...)
			u.stack = u.stack[:i]
			return items, nil
		}
	}
	return nil, errorf(Corrupt, "the pickle goes back to a mark that it never set")
}

func (u *unpickler) number(op byte) error {
	n := map[byte]int64{'J': 4, 'K': 1, 'M': 2, 0x8a: 1, 'G': 8}[op]
	b, err := u.s.take(n)
	if err != nil {
		return err
	}
	switch op {
	case 'J':
		return u.push(int64(int32(le.Uint32(b))))
	case 'K':
		return u.push(int64(b[0]))
	case 'M':
		return u.push(int64(le.Uint16(b)))
	case 'G':
		return u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	}
	size := int64(b[0]) // LONG1
	if b, err = u.s.take(size); err != nil {
		return err
	}
	if size > 8 {
		return u.push(long(append([]byte(nil), b...)))
	}
	var v int64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | int64(b[i])
	}
	if unused := 64 - 8*len(b); len(b) > 0 {
		v = v << unused >> unused
	}
	return u.push(v)
}

// text reads a string behind a length of the given width.
func (u *unpickler) text(width int) error {
	b, err := u.s.take(int64(width))
	if err != nil {
		return err
	}
	var n uint64
	for i := len(b) - 1; i >= 0; i-- {
		n = n<<8 | uint64(b[i])
	}
	if n > maxPickle {
		return errorf(Unsafe, "the pickle claims a string of %d bytes", n)
	}
	if b, err = u.s.take(int64(n)); err != nil {
		return err
	}
	return u.push(string(b))
}

func (u *unpickler) container(op byte) error {
	if err := u.alloc(1); err != nil {
		return err
	}
	switch op {
	case '}':
		return u.push(&dict{})
	case ']':
		return u.push(&list{})
	case ')':
		return u.push(tuple{})
	case 't':
		items, err := u.popMark()
		if err != nil {
			return err
		}
		return u.push(tuple(items))
	}
	t := make(tuple, op-0x84)
	for i := len(t) - 1; i >= 0; i-- {
		v, err := u.pop()
		if err != nil {
			return err
		}
		t[i] = v
	}
	return u.push(t)
}

// fill adds to a dictionary (SETITEM, SETITEMS) or a list (APPEND, APPENDS).
func (u *unpickler) fill(op byte) error {
	var items []any
	var err error
	switch op {
	case 'u', 'e':
		items, err = u.popMark()
	case 's':
		items = make([]any, 2)
		if items[1], err = u.pop(); err == nil {
			items[0], err = u.pop()
		}
	case 'a':
		items = make([]any, 1)
		items[0], err = u.pop()
	}
	if err != nil {
		return err
	}
	top, err := u.top()
	if err != nil {
		return err
	}
	if err := u.alloc(len(items)); err != nil {
		return err
	}
	switch c := top.(type) {
	case *dict:
		if (op != 'u' && op != 's') || len(items)%2 != 0 {
			break
		}
		for i := 0; i < len(items); i += 2 {
			if err := c.set(items[i], items[i+1]); err != nil {
				return err
			}
		}
		return nil
	case *list:
		if op != 'a' && op != 'e' {
			break
		}
		c.items = append(c.items, items...)
		return nil
	}
	return errorf(Corrupt, "the pickle adds to something that holds no such items")
}

// remember stores the top of the stack in the memo or fetches from it.
func (u *unpickler) remember(op byte) error {
	index := uint32(len(u.memo))
	if op != 0x94 { // MEMOIZE counts by itself
		width := int64(1)
		if op == 'r' || op == 'j' {
			width = 4
		}
		b, err := u.s.take(width)
		if err != nil {
			return err
		}
		index = uint32(b[0])
		if width == 4 {
			index = le.Uint32(b)
		}
	}
	if op == 'h' || op == 'j' {
		v, ok := u.memo[index]
		if !ok {
			return errorf(Corrupt, "the pickle refers to memo %d, which it never set", index)
		}
		return u.push(v)
	}
	v, err := u.top()
	if err != nil {
		return err
	}
	if _, again := u.memo[index]; !again {
		if u.remembered == maxObjects {
			return errorf(Unsafe, "the pickle remembers more than %d values", maxObjects)
		}
		u.remembered++
	}
	u.memo[index] = v
	return nil
}
