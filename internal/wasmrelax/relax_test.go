package wasmrelax

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"mobilemamba/internal/bounds"
)

// Bodies in the test modules.
var (
	// mulAdd is local0 = local0·local0 + local0 with the nops of Go's assembler, mixed with a splat.
	mulAdd = []byte{
		0x01, 0x01, 0x7B, // one v128
		0x41, 0x00, 0x2A, 0x02, 0x08, 0xFD, 0x13, 0x21, 0x00, // i32.const 0; f32.load 8; f32x4.splat; local.set 0
		0x20, 0x00, 0x20, 0x00, 0xFD, 0xE6, 0x01, 0x01, // local.get 0; local.get 0; f32x4.mul; nop
		0x20, 0x00, 0xFD, 0xE4, 0x01, 0x01, 0x21, 0x00, // local.get 0; f32x4.add; nop; local.set 0
		0x0B,
	}
	mulAddRelaxed = []byte{
		0x01, 0x01, 0x7B,
		0x41, 0x00, 0xFD, 0x09, 0x02, 0x08, 0x21, 0x00, // v128.load32_splat 8
		0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0xFD, 0x85, 0x02, 0x21, 0x00, // f32x4.relaxed_madd
		0x0B,
	}
	other = []byte{0x00, 0x01, 0x0B} // nop: the tool has no business here
)

// build makes a module of one type () -> () with an imported function, a memory and the given bodies; names are
// the functions' from index 0 on.
func build(names []string, bodies ...[]byte) []byte {
	out := bytes.Clone(magic)
	section := func(id byte, content []byte) {
		out = append(out, id)
		out = appendUint(out, uint64(len(content)))
		out = append(out, content...)
	}
	text := func(b []byte, s string) []byte { return append(appendUint(b, uint64(len(s))), s...) }
	section(1, []byte{1, 0x60, 0, 0})
	section(2, append(text(text([]byte{1}, "m"), "f"), 0, 0))
	functions := appendUint(nil, uint64(len(bodies)))
	code := appendUint(nil, uint64(len(bodies)))
	for _, b := range bodies {
		functions = append(functions, 0)
		code = append(appendUint(code, uint64(len(b))), b...)
	}
	section(3, functions)
	section(5, []byte{1, 0, 1})
	section(10, code)
	list := appendUint(nil, uint64(len(names)))
	for i, n := range names {
		list = text(appendUint(list, uint64(i)), n)
	}
	content := append(text(nil, "name"), 1)
	section(0, append(appendUint(content, uint64(len(list))), list...))
	return out
}

var (
	testNames  = []string{"imported", "other", "kernel"}
	testModule = build(testNames, other, mulAdd)
	testKernel = []Kernel{{"kernel", 1, 1}}
	both       = Options{MulAdd: true, Splat: true}
)

func TestRelax(t *testing.T) {
	got, err := Relax(testModule, testKernel, both)
	if err != nil {
		t.Fatal(err)
	}
	if want := build(testNames, other, mulAddRelaxed); !bytes.Equal(got, want) {
		t.Errorf("the module is\n%x, want\n%x", got, want)
	}
	if _, err := Relax(got, testKernel, both); err == nil {
		t.Error("a relaxed module passes again")
	}
	plain, err := Relax(testModule, testKernel, Options{Splat: true})
	if err != nil || bytes.Contains(plain, []byte{0xFD, 0x85, 0x02}) {
		t.Errorf("with splats alone: %v, %x", err, plain)
	}
	stripped, err := Relax(testModule, testKernel, Options{MulAdd: true, Splat: true, Strip: true})
	if err != nil || !bytes.HasPrefix(got, stripped) || bytes.Contains(stripped, []byte("name")) {
		t.Errorf("stripped: %v, %x", err, stripped)
	}
}

func TestRefuses(t *testing.T) {
	body := func(code ...byte) []byte { return build(testNames, other, append([]byte{0}, append(code, 0x0B)...)) }
	none := []Kernel{{"kernel", 0, 0}}
	for _, test := range []struct {
		name    string
		module  []byte
		kernels []Kernel
		want    string
	}{
		{"nothing", nil, testKernel, "not a WebAssembly module"},
		{"another version", []byte("\x00asm\x02\x00\x00\x00"), testKernel, "not a WebAssembly module"},
		{"no code", magic, testKernel, "no code section"},
		{"no kernels", testModule, nil, "no kernels"},
		{"no names", testModule[:bytes.LastIndex(testModule, []byte("\x04name"))-2], testKernel, "no function names"},
		{"a missing function", testModule, []Kernel{{"another", 1, 1}}, "no function another"},
		{"an imported function", testModule, []Kernel{{"imported", 1, 1}}, "has no body"},
		{"a function past the end", build(append(testNames, "ghost"), other, mulAdd), []Kernel{{"ghost", 1, 1}}, "has no body"},
		{"two of one name", build([]string{"", "kernel", "kernel"}, other, mulAdd), testKernel, "several functions"},
		{"a kernel twice", testModule, []Kernel{{"kernel", 1, 1}, {"kernel", 1, 1}}, "listed twice"},
		{"too few multiply-adds", testModule, []Kernel{{"kernel", 2, 1}}, "different versions"},
		{"too many splats", testModule, []Kernel{{"kernel", 1, 0}}, "different versions"},
		{"relaxed instructions", body(0xFD, 0x85, 0x02), none, "relaxed instructions already"},
		{"a call", body(0x10, 0x00), none, "unknown instruction 0x10"},
		{"an unknown vector instruction", body(0xFD, 0xFF, 0x7F), none, "unknown vector instruction"},
		{"an unknown prefix", body(0xFE, 0x00), none, "unknown instruction"},
		{"a typed block", body(0x02, 0x7F, 0x0B), none, "block of type"},
		{"an open block", body(0x02, 0x40), none, "blocks deep"},
		{"code behind the end", body(0x0B), none, "behind the end"},
		{"half an instruction", build(testNames, other, []byte{0, 0xFD, 0x0C, 0}), none, "middle of a value"},
		{"no body", build(testNames, other, nil), none, "middle of a value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Relax(test.module, test.kernels, both)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want … %s …", err, test.want)
			}
		})
	}
}

// A module cut short anywhere is refused, not half understood.
func TestTruncated(t *testing.T) {
	for n := range len(testModule) {
		if _, err := Relax(testModule[:n], testKernel, both); err == nil {
			t.Errorf("the first %d of %d bytes pass", n, len(testModule))
		}
	}
}

// FuzzRelax: a module is refused, or rewritten to one of which the tool can read everything again, that is no larger, and
// whose other functions and sections are as they were; within 128 bytes and a microsecond for each of its own.
func FuzzRelax(f *testing.F) {
	f.Add(testModule)
	f.Add(build(testNames, other, mulAddRelaxed))
	f.Add(build(nil, other, mulAdd))
	f.Add(build(testNames, mulAdd, mulAdd))
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x0a\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out []byte
		var err error
		limit := bounds.Limit{Bytes: 1<<20 + 128*int64(len(data)), Time: time.Second + time.Duration(len(data))*time.Microsecond}
		bounds.Check(t, "relaxing", limit, func() { out, err = Relax(data, testKernel, both) })
		if err != nil {
			return
		}
		before, err := parse(data)
		if err != nil {
			t.Fatal(err)
		}
		after, err := parse(out)
		if err != nil {
			t.Fatalf("what was written does not parse: %v", err)
		}
		if len(out) > len(data) || len(after.bodies) != len(before.bodies) || len(after.sections) != len(before.sections) {
			t.Fatalf("%d bytes with %d functions became %d with %d", len(data), len(before.bodies), len(out), len(after.bodies))
		}
		kernel := before.names[testKernel[0].Name] - uint64(before.imported)
		for i, b := range before.bodies {
			if uint64(i) != kernel && !bytes.Equal(b, after.bodies[i]) {
				t.Errorf("function %d was changed", i)
			}
		}
		for i, s := range before.sections {
			if i != before.code && !bytes.Equal(s.content, after.sections[i].content) {
				t.Errorf("section %d was changed", i)
			}
		}
	})
}
