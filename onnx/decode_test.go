package onnx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a protobuf message; value is an uint64, an uint32 or a []byte.
type field struct {
	number protowire.Number
	value  any
}

// fields splits an encoded message.
func fields(t testing.TB, m []byte) []field {
	t.Helper()
	var out []field
	for len(m) > 0 {
		number, kind, n := protowire.ConsumeTag(m)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		m = m[n:]
		var value any
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(m)
		case protowire.Fixed32Type:
			value, n = protowire.ConsumeFixed32(m)
		case protowire.BytesType:
			value, n = protowire.ConsumeBytes(m)
		default:
			t.Fatalf("field %d is of wire type %d, which an export does not use", number, kind)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		m = m[n:]
		out = append(out, field{number, value})
	}
	return out
}

// packed decodes a packed list of integers.
func packed(t testing.TB, data []byte) []int {
	t.Helper()
	out := []int{}
	for len(data) > 0 {
		v, n := protowire.ConsumeVarint(data)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		out = append(out, int(int64(v)))
		data = data[n:]
	}
	return out
}

// The messages of a decoded model, as far as the tests look at them.
type (
	modelProto struct {
		irVersion, opset int
		metadata         map[string]string
		graph            graphProto
	}
	graphProto struct {
		nodes       []nodeProto
		constants   map[string]tensorProto
		ins, outs   []string
		inputShapes map[string][]int
	}
	nodeProto struct {
		op, name  string
		ins, outs []string
		ints      map[string][]int // int and ints attributes
		bodies    map[string]graphProto
	}
	tensorProto struct {
		dims []int
		kind int
		raw  []byte
	}
)

func decodeModel(t testing.TB, data []byte) modelProto {
	m := modelProto{metadata: map[string]string{}}
	for _, f := range fields(t, data) {
		switch f.number {
		case 1:
			m.irVersion = int(f.value.(uint64))
		case 7:
			m.graph = decodeGraph(t, f.value.([]byte))
		case 8:
			for _, f := range fields(t, f.value.([]byte)) {
				if f.number == 2 {
					m.opset = int(f.value.(uint64))
				}
			}
		case 14:
			entry := fields(t, f.value.([]byte))
			m.metadata[string(entry[0].value.([]byte))] = string(entry[1].value.([]byte))
		}
	}
	return m
}

func decodeGraph(t testing.TB, data []byte) graphProto {
	g := graphProto{constants: map[string]tensorProto{}, inputShapes: map[string][]int{}}
	for _, f := range fields(t, data) {
		switch f.number {
		case 1:
			g.nodes = append(g.nodes, decodeNode(t, f.value.([]byte)))
		case 5:
			name, tensor := decodeTensor(t, f.value.([]byte))
			g.constants[name] = tensor
		case 11, 12:
			name, dims := decodeValue(t, f.value.([]byte))
			g.inputShapes[name] = dims
			if f.number == 11 {
				g.ins = append(g.ins, name)
			} else {
				g.outs = append(g.outs, name)
			}
		}
	}
	return g
}

func decodeNode(t testing.TB, data []byte) nodeProto {
	n := nodeProto{ints: map[string][]int{}, bodies: map[string]graphProto{}}
	for _, f := range fields(t, data) {
		value, _ := f.value.([]byte)
		switch f.number {
		case 1:
			n.ins = append(n.ins, string(value))
		case 2:
			n.outs = append(n.outs, string(value))
		case 3:
			n.name = string(value)
		case 4:
			n.op = string(value)
		case 5:
			var name string
			for _, f := range fields(t, value) {
				switch f.number {
				case 1:
					name = string(f.value.([]byte))
				case 3:
					n.ints[name] = []int{int(int64(f.value.(uint64)))}
				case 6:
					n.bodies[name] = decodeGraph(t, f.value.([]byte))
				case 8:
					n.ints[name] = packed(t, f.value.([]byte))
				}
			}
		}
	}
	return n
}

func decodeTensor(t testing.TB, data []byte) (name string, out tensorProto) {
	for _, f := range fields(t, data) {
		switch f.number {
		case 1:
			out.dims = packed(t, f.value.([]byte))
		case 2:
			out.kind = int(f.value.(uint64))
		case 8:
			name = string(f.value.([]byte))
		case 9:
			out.raw = f.value.([]byte)
		}
	}
	return name, out
}

// decodeValue reads a ValueInfoProto of a tensor.
func decodeValue(t testing.TB, data []byte) (name string, dims []int) {
	value := fields(t, data)
	name = string(value[0].value.([]byte))
	kind := fields(t, value[1].value.([]byte))
	tensor := fields(t, kind[0].value.([]byte))
	for _, dim := range fields(t, tensor[1].value.([]byte)) {
		dims = append(dims, int(fields(t, dim.value.([]byte))[0].value.(uint64)))
	}
	return name, dims
}

// check reports what makes a graph invalid: values used before they are made, made twice, or never made;
// constants whose data does not fill their shape; outputs that nothing makes.
func (g graphProto) check() error {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	made, used, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, in := range g.ins {
		made[in] = true
	}
	for name, c := range g.constants {
		n := map[int]int{typeFloat: 4, typeInt64: 8}[c.kind]
		for _, d := range c.dims {
			n *= d
		}
		if n != len(c.raw) || n == 0 {
			complain("constant %s of type %d and shape %v has %d bytes", name, c.kind, c.dims, len(c.raw))
		}
		made[name] = true
	}
	for _, n := range g.nodes {
		if n.name == "" || names[n.name] {
			complain("the name %q is used twice or empty", n.name)
		}
		names[n.name] = true
		for _, in := range n.ins {
			if !made[in] {
				complain("node %s reads %s before it is made", n.name, in)
			}
			used[in] = true
		}
		for _, out := range n.outs {
			if made[out] {
				complain("node %s makes %s again", n.name, out)
			}
			made[out] = true
		}
		for name, body := range n.bodies {
			if err := body.check(); err != nil {
				complain("%s of node %s: %v", name, n.name, err)
			}
		}
	}
	for _, out := range g.outs {
		if !made[out] {
			complain("output %s is never made", out)
		}
	}
	for name := range g.constants {
		if !used[name] {
			complain("constant %s is never used", name)
		}
	}
	if wrong != nil {
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}

func TestProtowire(t *testing.T) {
	// A node as protoc-generated code writes it, by hand from onnx.proto.
	want := []byte("\x0a\x01x\x12\x01y\x1a\x01n\x22\x04Relu\x2a\x0b\x0a\x04axis\x18\x01\xa0\x01\x02")
	got := encodeNode("Relu", "n", []string{"x"}, []string{"y"}, []attr{{"axis", 1}})
	if !bytes.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", []byte(got), want)
	}
}
