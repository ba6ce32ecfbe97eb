package checkpoint

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonReader reads the JSON of a safetensors header: objects, arrays, strings and integers, in the order of the
// text and with duplicate names, both of which a map would lose. After an error it reads nothing more.
type jsonReader struct {
	data []byte
	pos  int
	err  error
}

var errJSON = errors.New("not as JSON is written")

func (r *jsonReader) fail() { r.failWith(errJSON) }

func (r *jsonReader) failWith(err error) {
	if r.err == nil {
		r.err = err
	}
	r.pos = len(r.data)
}

// space skips white space.
func (r *jsonReader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// next returns the next byte that is no white space, without reading it; 0 at the end.
func (r *jsonReader) next() byte {
	r.space()
	if r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// token reads one byte of punctuation.
func (r *jsonReader) token(c byte) {
	if r.next() != c {
		r.fail()
		return
	}
	r.pos++
}

// sequence reads what stands between open and close, with commas between.
func (r *jsonReader) sequence(open, close byte, item func()) {
	r.token(open)
	if r.err == nil && r.next() == close {
		r.pos++
		return
	}
	for r.err == nil {
		item()
		if r.err == nil && r.next() == close {
			r.pos++
			return
		}
		r.token(',')
	}
}

// object reads an object; value reads what belongs to a name.
func (r *jsonReader) object(value func(name string)) {
	r.sequence('{', '}', func() {
		name := r.string()
		r.token(':')
		if r.err == nil {
			value(name)
		}
	})
}

// integers reads an array of integers.
func (r *jsonReader) integers() []int64 {
	list := []int64{}
	r.sequence('[', ']', func() { list = append(list, r.integer()) })
	return list
}

// integer reads a number without fraction or exponent.
func (r *jsonReader) integer() int64 {
	r.space()
	start := r.pos
	if r.next() == '-' {
		r.pos++
	}
	first := r.pos
	for r.pos < len(r.data) && r.data[r.pos] >= '0' && r.data[r.pos] <= '9' {
		r.pos++
	}
	const most = 19 // digits of an int64
	if digits := r.pos - first; digits == 0 || digits > most || digits > 1 && r.data[first] == '0' {
		r.fail()
		return 0
	}
	n, err := strconv.ParseInt(string(r.data[start:r.pos]), 10, 64)
	if err != nil {
		r.failWith(err)
	}
	return n
}

// string reads a string.
func (r *jsonReader) string() string {
	r.token('"')
	var out []byte
	for r.err == nil && r.pos < len(r.data) {
		c := r.data[r.pos]
		r.pos++
		switch {
		case c == '"' && utf8.Valid(out):
			return string(out)
		case c == '\\':
			out = r.escape(out)
		case c < ' ' || c == '"':
			r.fail()
		default:
			out = append(out, c)
		}
	}
	r.fail()
	return ""
}

// escapes are the letters behind a backslash.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what follows a backslash.
func (r *jsonReader) escape(out []byte) []byte {
	if r.pos == len(r.data) {
		r.fail()
		return out
	}
	c := r.data[r.pos]
	r.pos++
	if plain, ok := escapes[c]; ok {
		return append(out, plain)
	}
	if c != 'u' {
		r.fail()
		return out
	}
	v := r.hex4()
	if utf16.IsSurrogate(v) {
		// Half a pair stands for nothing, but what follows it may be a character, or the first half of another pair.
		first, after := v, r.pos
		v = utf8.RuneError
		if r.pos+1 < len(r.data) && r.data[r.pos] == '\\' && r.data[r.pos+1] == 'u' {
			r.pos += 2
			if v = utf16.DecodeRune(first, r.hex4()); v == utf8.RuneError && r.err == nil {
				r.pos = after
			}
		}
	}
	return utf8.AppendRune(out, v)
}

// hex4 reads four hexadecimal digits.
func (r *jsonReader) hex4() rune {
	if len(r.data)-r.pos < 4 {
		r.fail()
		return 0
	}
	v, err := strconv.ParseUint(string(r.data[r.pos:r.pos+4]), 16, 16)
	if err != nil {
		r.failWith(err)
		return 0
	}
	r.pos += 4
	return rune(v)
}

// end makes sure that nothing but white space is left.
func (r *jsonReader) end() bool {
	r.space()
	return r.pos == len(r.data)
}

// appendJSONString appends s as JSON.
func appendJSONString(out []byte, s string) []byte {
	out = append(out, '"')
	for _, c := range s { // what is not UTF-8 comes as U+FFFD
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', byte(c))
		case c < ' ':
			const hex = "0123456789abcdef"
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = utf8.AppendRune(out, c)
		}
	}
	return append(out, '"')
}
