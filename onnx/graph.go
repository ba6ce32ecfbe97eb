package onnx

import "fmt"

// graph is an ONNX graph in the making. A node and its output carry the same name: the module's path in the
// official network, or PATH#STEP for a step inside a module.
type graph struct {
	name                       string
	body, constants, ins, outs []message
	known                      map[string]bool // names of nodes and constants written so far
}

func newGraph(name string) *graph { return &graph{name: name, known: map[string]bool{}} }

// encode returns a GraphProto.
func (g *graph) encode() message {
	size := 0
	for _, list := range [][]message{g.body, g.constants} {
		for _, m := range list {
			size += len(m) + 16
		}
	}
	m := make(message, 0, size)
	for _, n := range g.body {
		m.bytes(1, n)
	}
	m.string(2, g.name)
	for _, t := range g.constants {
		m.bytes(5, t)
	}
	for _, v := range g.ins {
		m.bytes(11, v)
	}
	for _, v := range g.outs {
		m.bytes(12, v)
	}
	return m
}

// input declares a float input of the graph.
func (g *graph) input(name string, dims ...int) string {
	g.ins = append(g.ins, encodeValue(name, dims))
	return name
}

// output declares the value as an output of the graph.
func (g *graph) output(name string, dims ...int) {
	g.outs = append(g.outs, encodeValue(name, dims))
}

// node adds a node with one output and returns it; both are called name.
func (g *graph) node(op, name string, inputs []string, attrs ...attr) string {
	g.nodes(op, name, inputs, []string{name}, attrs...)
	return name
}

// nodes adds a node with several outputs.
func (g *graph) nodes(op, name string, inputs, outputs []string, attrs ...attr) {
	if g.known[name] {
		panic("onnx: two nodes are called " + name)
	}
	g.known[name] = true
	g.body = append(g.body, encodeNode(op, name, inputs, outputs, attrs))
}

// floats adds a constant, whose name is the tensor's in the folded state dict where it is that tensor.
func (g *graph) floats(name string, data []float32, dims ...int) string {
	n := 1
	for _, d := range dims {
		n *= d
	}
	if n != len(data) {
		panic(fmt.Sprintf("onnx: constant %s has %d elements, not %v", name, len(data), dims))
	}
	if !g.known[name] {
		g.known[name] = true
		g.constants = append(g.constants, encodeTensor(name, typeFloat, dims, rawFloats(data)))
	}
	return name
}

// ints adds a list of integers, a shape or the like; equal lists are written once.
func (g *graph) ints(data ...int) string {
	name := fmt.Sprint(data)
	if !g.known[name] {
		g.known[name] = true
		g.constants = append(g.constants, encodeTensor(name, typeInt64, []int{len(data)}, rawInts(data)))
	}
	return name
}

// reshape views a value in another shape.
func (g *graph) reshape(name, x string, dims ...int) string {
	return g.node("Reshape", name, []string{x, g.ints(dims...)})
}
