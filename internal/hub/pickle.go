package hub

import (
	"bytes"
	"encoding/binary"
	"math"
)

// pickler writes the part of pickle protocol 2 that torch.save uses, classes memoised as it does.
type pickler struct {
	bytes.Buffer
	memo map[string]byte
	next byte
}

var le = binary.LittleEndian

func newPickler() *pickler {
	p := &pickler{memo: map[string]byte{}}
	p.Write([]byte{0x80, 2})
	return p
}

// value writes nil, booleans, numbers, strings, []any as a list, tuple, dict and tensor.
func (p *pickler) value(v any) {
	switch v := v.(type) {
	case nil:
		p.WriteByte('N')
	case bool:
		p.WriteByte(map[bool]byte{true: 0x88, false: 0x89}[v])
	case int:
		p.integer(v)
	case float64:
		p.WriteByte('G')
		p.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case string:
		p.WriteByte('X')
		p.Write(le.AppendUint32(nil, uint32(len(v))))
		p.WriteString(v)
	case []any:
		p.WriteString("](")
		for _, item := range v {
			p.value(item)
		}
		p.WriteByte('e')
	case tuple:
		p.WriteByte('(')
		for _, item := range v {
			p.value(item)
		}
		p.WriteByte('t')
	case dict:
		p.dict(v)
	case *tensor:
		p.tensor(v)
	}
}

func (p *pickler) integer(v int) {
	switch {
	case v >= 0 && v < 1<<8:
		p.Write([]byte{'K', byte(v)})
	case v >= 0 && v < 1<<16:
		p.WriteByte('M')
		p.Write(le.AppendUint16(nil, uint16(v)))
	default:
		p.WriteByte('J')
		p.Write(le.AppendUint32(nil, uint32(int32(v))))
	}
}

// class names a global, by its place in the memo from the second time on.
func (p *pickler) class(module, name string) {
	key := module + "\n" + name + "\n"
	if at, ok := p.memo[key]; ok {
		p.Write([]byte{'h', at})
		return
	}
	p.WriteByte('c')
	p.WriteString(key)
	p.Write([]byte{'q', p.next})
	p.memo[key] = p.next
	p.next++
}

type (
	tuple []any
	dict  struct {
		ordered bool // a collections.OrderedDict
		items   []item
	}
	item struct{ key, value any }
)

func (p *pickler) dict(d dict) {
	p.WriteByte('}')
	if d.ordered {
		p.Truncate(p.Len() - 1)
		p.class("collections", "OrderedDict")
		p.WriteString(")R")
	}
	p.WriteByte('(')
	for _, i := range d.items {
		p.value(i.key)
		p.value(i.value)
	}
	p.WriteByte('u')
}

// tensor writes torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()).
func (p *pickler) tensor(t *tensor) {
	p.class("torch._utils", "_rebuild_tensor_v2")
	p.WriteString("((")
	p.value("storage")
	p.class("torch", t.storage)
	p.value(t.key)
	p.value(t.location)
	p.value(t.len())
	p.WriteString("tQ")
	p.value(0)
	shape, strides := make(tuple, len(t.shape)), make(tuple, len(t.shape))
	stride := 1
	for i := len(t.shape) - 1; i >= 0; i-- {
		shape[i], strides[i] = t.shape[i], stride
		stride *= t.shape[i]
	}
	p.value(shape)
	p.value(strides)
	p.value(false)
	p.class("collections", "OrderedDict")
	p.WriteString(")RtR")
}
