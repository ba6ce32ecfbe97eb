package checkpoint

import (
	"math"
	"strings"
)

// storage is a tensor's storage as a pickle names it.
type storage struct {
	key   string
	dtype DType
	numel int64
}

// view is a tensor as a pickle describes it.
type view struct {
	storage        *storage
	offset         int64
	shape, strides []int64
}

const (
	orderedDict      = global("collections.OrderedDict")
	rebuildTensor    = global("torch._utils._rebuild_tensor_v2")
	rebuildParameter = global("torch._utils._rebuild_parameter")
)

// storageTypes are the storage classes of PyTorch.
var storageTypes = map[global]DType{
	"torch.FloatStorage": F32, "torch.DoubleStorage": F64, "torch.HalfStorage": F16, "torch.BFloat16Storage": BF16,
	"torch.LongStorage": I64, "torch.IntStorage": I32, "torch.ShortStorage": I16, "torch.CharStorage": I8,
	"torch.ByteStorage": U8, "torch.BoolStorage": Bool,
}

// allowed reports whether a pickle may name a global.
func allowed(g global) bool {
	_, ok := storageTypes[g]
	return ok || g == orderedDict || g == rebuildTensor || g == rebuildParameter
}

// global reads a name and refuses all but the few that checkpoints need.
func (u *unpickler) global(op byte) error {
	var module, name string
	if op == 'c' {
		var err error
		if module, err = u.line(); err == nil {
			name, err = u.line()
		}
		if err != nil {
			return err
		}
	} else {
		n, err := u.pop()
		if err != nil {
			return err
		}
		m, err := u.pop()
		if err != nil {
			return err
		}
		var ok1, ok2 bool
		module, ok1 = m.(string)
		name, ok2 = n.(string)
		if !ok1 || !ok2 {
			return errorf(Corrupt, "the pickle names a global by something that is no text")
		}
	}
	g := global(module + "." + name)
	if !allowed(g) {
		return errorf(Unsafe, "the file asks for %.100q, which could run code; only tensors are read. If you trust its source, "+
			"save the state dict alone with torch.save or as safetensors", string(g))
	}
	return u.push(g)
}

// line reads up to a newline; names are short.
func (u *unpickler) line() (string, error) {
	var b strings.Builder
	for b.Len() < 256 {
		c, err := u.s.take(1)
		if err != nil {
			return "", err
		}
		if c[0] == '\n' {
			return b.String(), nil
		}
		b.WriteByte(c[0])
	}
	return "", errorf(Unsafe, "the pickle names a global of more than 256 characters: %.40q…", b.String())
}

// persistentID replaces ('storage', class, key, location, numel, …) by a storage.
func (u *unpickler) persistentID() error {
	v, err := u.pop()
	if err != nil {
		return err
	}
	id, ok := v.(tuple)
	if !ok || len(id) < 5 || id[0] != any("storage") {
		return badStorage()
	}
	class, ok1 := id[1].(global)
	key, ok2 := id[2].(string)
	numel, ok3 := id[4].(int64)
	dtype, ok4 := storageTypes[class]
	if !ok1 || !ok2 || !ok3 || !ok4 || numel < 0 || numel > math.MaxInt64/8 {
		return badStorage()
	}
	if len(id) > 5 && id[5] != nil {
		return errorf(Corrupt, "storage %.40q is a part of another, as PyTorch wrote before 0.4: load the checkpoint with a later one and save it anew", key)
	}
	if err := checkName(key); err != nil {
		return err
	}
	if err := u.alloc(1); err != nil {
		return err
	}
	s := &storage{key, dtype, numel}
	u.storages[key] = s
	return u.push(s)
}

func badStorage() error {
	return errorf(Corrupt, "the pickle refers to a storage in a way that is not PyTorch's")
}

func badTensor() error {
	return errorf(Corrupt, "the pickle builds a tensor in a way that is not PyTorch's")
}

// reduce "calls" one of the three callables of the allow-list.
func (u *unpickler) reduce() error {
	argument, err := u.pop()
	if err != nil {
		return err
	}
	callable, err := u.pop()
	if err != nil {
		return err
	}
	if err := u.alloc(1); err != nil {
		return err
	}
	args, ok := argument.(tuple)
	if !ok {
		return badTensor()
	}
	switch callable {
	case orderedDict:
		return u.push(&dict{})
	case rebuildParameter:
		if len(args) == 0 {
			return badTensor()
		}
		if v, ok := args[0].(*view); ok {
			return u.push(v)
		}
		return badTensor()
	case rebuildTensor:
		if len(args) < 4 {
			return badTensor()
		}
		s, ok1 := args[0].(*storage)
		offset, ok2 := args[1].(int64)
		shape, ok3 := integers(args[2])
		strides, ok4 := integers(args[3])
		if !ok1 || !ok2 || !ok3 || !ok4 || len(shape) != len(strides) {
			return badTensor()
		}
		return u.push(&view{s, offset, shape, strides})
	}
	return errorf(Unsafe, "the pickle calls something that is no part of a tensor")
}

// integers reads a tuple of integers, one more at most than a tensor has dimensions: those are refused by name.
func integers(v any) ([]int64, bool) {
	t, ok := v.(tuple)
	if !ok || len(t) > maxRank+1 {
		return nil, false
	}
	out := make([]int64, len(t))
	for i, x := range t {
		if out[i], ok = x.(int64); !ok {
			return nil, false
		}
	}
	return out, true
}
