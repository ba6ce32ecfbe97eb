package onnx

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// This file encodes the dozen ONNX messages that an export needs with protowire, protobuf's own low-level
// encoder. Generated types would bring onnx.proto, a protoc step and some thousand lines of code; protobuf's
// Marshal does not promise the same bytes from one release to the next, and this does. Field numbers are those
// of onnx.proto.

// message is an encoded protobuf message in the making.
type message []byte

func (m *message) int(field protowire.Number, v int64) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) float(field protowire.Number, v float32) {
	*m = protowire.AppendTag(*m, field, protowire.Fixed32Type)
	*m = protowire.AppendFixed32(*m, math.Float32bits(v))
}

func (m *message) string(field protowire.Number, s string) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendString(*m, s)
}

func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, b)
}

// ints writes packed integers.
func (m *message) ints(field protowire.Number, vs []int64) {
	var packed []byte
	for _, v := range vs {
		packed = protowire.AppendVarint(packed, uint64(v))
	}
	m.bytes(field, packed)
}

// TensorProto.DataType.
const (
	typeFloat = 1
	typeInt64 = 7
)

// AttributeProto.AttributeType.
const (
	attrFloat  = 1
	attrInt    = 2
	attrString = 3
	attrGraph  = 5
	attrInts   = 7
)

// attr is one attribute of a node; value is an int, a float32, a string, []int or a *graph.
type attr struct {
	name  string
	value any
}

// encode returns an AttributeProto.
func (a attr) encode() message {
	var m message
	m.string(1, a.name)
	kind := 0
	switch v := a.value.(type) {
	case float32:
		m.float(2, v)
		kind = attrFloat
	case int:
		m.int(3, int64(v))
		kind = attrInt
	case string:
		m.string(4, v)
		kind = attrString
	case *graph:
		m.bytes(6, v.encode())
		kind = attrGraph
	case []int:
		m.ints(8, int64s(v))
		kind = attrInts
	}
	m.int(20, int64(kind))
	return m
}

// encodeNode returns a NodeProto.
func encodeNode(op, name string, inputs, outputs []string, attrs []attr) message {
	var m message
	for _, in := range inputs {
		m.string(1, in)
	}
	for _, out := range outputs {
		m.string(2, out)
	}
	m.string(3, name)
	m.string(4, op)
	for _, a := range attrs {
		m.bytes(5, a.encode())
	}
	return m
}

// encodeTensor returns a TensorProto with raw little-endian data.
func encodeTensor(name string, kind int64, dims []int, raw []byte) message {
	m := make(message, 0, len(raw)+len(name)+64)
	m.ints(1, int64s(dims))
	m.int(2, kind)
	m.string(8, name)
	m.bytes(9, raw)
	return m
}

// encodeValue returns a ValueInfoProto of a float tensor.
func encodeValue(name string, dims []int) message {
	var shape message
	for _, d := range dims {
		var dim message
		dim.int(1, int64(d))
		shape.bytes(1, dim)
	}
	var tensor, kind, m message
	tensor.int(1, typeFloat)
	tensor.bytes(2, shape)
	kind.bytes(1, tensor)
	m.string(1, name)
	m.bytes(2, kind)
	return m
}

// encodeModel returns a ModelProto around a graph.
func encodeModel(g *graph, metadata [][2]string) message {
	const (
		irVersion = 8 // the one that came with opset 17
		opset     = 17
	)
	var m message
	m.int(1, irVersion)
	m.string(2, "mobilemamba")
	m.bytes(7, g.encode())
	var set message
	set.int(2, opset)
	m.bytes(8, set)
	for _, kv := range metadata {
		var entry message
		entry.string(1, kv[0])
		entry.string(2, kv[1])
		m.bytes(14, entry)
	}
	return m
}

func int64s(vs []int) []int64 {
	out := make([]int64, len(vs))
	for i, v := range vs {
		out[i] = int64(v)
	}
	return out
}

func rawFloats(data []float32) []byte {
	raw := make([]byte, 0, 4*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

func rawInts(data []int) []byte {
	raw := make([]byte, 0, 8*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return raw
}
