package checkpoint

import (
	"bytes"
	"io"
	"path"
	"strings"
)

// place is where a storage's elements lie in the file.
type place struct {
	offset int64 // in bytes
	bytes  int64
}

// readZip reads the zip container of PyTorch since 1.6: a pickle ROOT/data.pkl and a stored entry
// ROOT/data/KEY a storage.
func readZip(r io.ReaderAt, size int64, opt Options) (*StateDict, error) {
	files, err := readDirectory(r, size)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]*zipEntry, len(files))
	var pickle *zipEntry
	for i := range files {
		f := &files[i]
		entries[f.name] = f
		if path.Base(f.name) == "data.pkl" && strings.Count(f.name, "/") == 1 {
			if pickle != nil {
				return nil, errorf(Corrupt, "the file holds two checkpoints, %.40q and %.40q", pickle.name, f.name)
			}
			pickle = f
		}
	}
	if pickle == nil {
		return nil, errorf(NotACheckpoint, "this is a zip file, but no PyTorch checkpoint: it holds no data.pkl")
	}
	root := path.Dir(pickle.name)
	if f := entries[root+"/byteorder"]; f != nil && f.size == uint64(len("big")) {
		return nil, errorf(NotACheckpoint, "the checkpoint was written on a big-endian machine, which is not supported")
	}
	at, err := pickle.stored(r, size)
	if err != nil {
		return nil, err
	}
	object, err := newUnpickler(&stream{r: r, pos: at.offset, size: at.offset + at.bytes}).next()
	if err != nil {
		return nil, err
	}
	return stateDict(object, opt, "pth (zip)", r, size, func(key string) (place, error) {
		f := entries[root+"/data/"+key]
		if f == nil {
			return place{}, errorf(Corrupt, "the checkpoint has no storage %q", key)
		}
		return f.stored(r, size)
	})
}

// legacyMagic is the first pickle of the format before PyTorch 1.6, an integer.
var legacyMagic = long{0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19}

// readLegacy reads five pickles (magic number, protocol, system, object, storage keys), behind which the
// storages follow in the order of the keys, each after its number of elements.
func readLegacy(r io.ReaderAt, size int64, opt Options) (*StateDict, error) {
	s := &stream{r: r, size: size}
	u := newUnpickler(s)
	var parts [5]any
	for i := range parts {
		var err error
		if parts[i], err = u.next(); err != nil {
			return nil, err
		}
		if magic, ok := parts[0].(long); !ok || !bytes.Equal(bytes.TrimRight(magic, "\x00"), legacyMagic) {
			return nil, errorf(NotACheckpoint, "this is a pickle, but no PyTorch checkpoint")
		}
	}
	keys, ok := parts[4].(*list)
	if !ok {
		return nil, errorf(Corrupt, "the checkpoint's list of storages is damaged")
	}
	places := map[string]place{}
	at := s.pos
	for _, item := range keys.items {
		key, ok := item.(string)
		named := u.storages[key]
		if !ok || named == nil {
			return nil, errorf(Corrupt, "the checkpoint lists a storage that none of its tensors uses")
		}
		var count [8]byte
		if size-at < 8 {
			return nil, errorf(Truncated, "the file ends before storage %q: it is cut short; download it again", key)
		}
		if _, err := r.ReadAt(count[:], at); err != nil && err != io.EOF {
			return nil, err
		}
		n := int64(le.Uint64(count[:]))
		if n != named.numel {
			return nil, errorf(Corrupt, "storage %q has %d elements, but its tensors were written for %d", key, n, named.numel)
		}
		at += 8
		width := int64(named.dtype.Size())
		if n > (size-at)/width {
			return nil, errorf(Truncated, "the file ends within storage %q: it is cut short; download it again", key)
		}
		places[key] = place{at, n * width}
		at += n * width
	}
	return stateDict(parts[3], opt, "pth (legacy)", r, size, func(key string) (place, error) {
		p, ok := places[key]
		if !ok {
			return place{}, errorf(Corrupt, "the checkpoint has no storage %q", key)
		}
		return p, nil
	})
}

// Tensors may share storages, and storages may share bytes of the file, so that a small file could describe terabytes.
// What all tensors of a checkpoint would read may come to maxRepeat times its size and freeBytes. In a real one every
// storage is read once, those of tied weights twice, and most of a trainer's file, optimizer and average, not at all.
const (
	maxRepeat = 16
	freeBytes = 64 << 20
)

// stateDict finds the state dict in a checkpoint's object and places its tensors.
func stateDict(object any, opt Options, format string, r io.ReaderAt, size int64, find func(key string) (place, error)) (*StateDict, error) {
	d, err := chooseDict(object, opt)
	if err != nil {
		return nil, err
	}
	prefix := "module." // of DistributedDataParallel
	for _, k := range d.keys {
		if _, ok := d.values[k].(*view); ok && !strings.HasPrefix(k, prefix) {
			prefix = ""
		}
	}
	// Once for all tensors of a storage: their number times the length of its name would have no bound.
	places := map[*storage]place{}
	findOnce := func(s *storage) (place, error) {
		at, ok := places[s]
		if ok {
			return at, nil
		}
		at, err := find(s.key)
		if err == nil {
			places[s] = at
		}
		return at, err
	}
	sd := &StateDict{Format: format, Metadata: map[string]string{}}
	left := size*maxRepeat + freeBytes
	for _, k := range d.keys {
		v, ok := d.values[k].(*view)
		if !ok {
			continue
		}
		if len(sd.Tensors) == maxTensors {
			return nil, errorf(Unsafe, "the checkpoint lists more than %d tensors", maxTensors)
		}
		t, err := v.tensor(strings.TrimPrefix(k, prefix), r, findOnce)
		if err != nil {
			return nil, err
		}
		if left -= int64(max(t.Len(), t.span())) * int64(t.DType.Size()); left < 0 {
			return nil, errorf(Unsafe, "the checkpoint's tensors would read its %d bytes more than %d times", size, maxRepeat)
		}
		sd.Add(t)
	}
	return sd, nil
}

// The keys under which trainers keep their weights.
var (
	weightKeys = []string{"net", "state_dict", "model"}
	emaKeys    = []string{"net_E", "state_dict_ema", "model_ema"}
)

// chooseDict returns the dictionary of tensors that the options ask for.
func chooseDict(object any, opt Options) (*dict, error) {
	top, ok := object.(*dict)
	if !ok {
		return nil, errorf(NotACheckpoint, "the checkpoint holds no dictionary of tensors; save model.state_dict()")
	}
	keys := weightKeys
	if opt.EMA {
		keys = emaKeys
	}
	for _, k := range keys {
		if d, ok := top.values[k].(*dict); ok && d.hasTensors() {
			return d, nil
		}
	}
	if opt.EMA {
		return nil, errorf(NoEMA, "the checkpoint holds no moving average of its weights (net_E)")
	}
	if top.hasTensors() {
		return top, nil
	}
	return nil, errorf(NotACheckpoint, "the checkpoint holds no tensors, neither at the top nor under %s", strings.Join(weightKeys, ", "))
}

func (d *dict) hasTensors() bool {
	for _, v := range d.values {
		if _, ok := v.(*view); ok {
			return true
		}
	}
	return false
}

// maxExpanded is how many elements a view may have beyond those of its storage: broadcast tensors repeat
// elements, and a byte should not become a gigabyte.
const maxExpanded = 1 << 16

// tensor checks a view against its storage, and that against the file.
func (v *view) tensor(name string, r io.ReaderAt, find func(*storage) (place, error)) (*Tensor, error) {
	shape, n, err := checkShape(name, v.shape)
	if err != nil {
		return nil, err
	}
	at, err := find(v.storage)
	if err != nil {
		return nil, err
	}
	numel := v.storage.numel
	if numel > at.bytes/int64(v.storage.dtype.Size()) {
		return nil, errorf(Corrupt, "tensor %s lies in a storage of %d elements, but the file holds only %d bytes of it", name, numel, at.bytes)
	}
	if v.offset < 0 || v.offset > numel {
		return nil, errorf(Corrupt, "tensor %s begins outside its storage", name)
	}
	if n > max(numel, maxExpanded) {
		return nil, errorf(Unsafe, "tensor %s of shape %v repeats a storage of only %d elements", name, shape, numel)
	}
	left := numel - v.offset // elements that the view may reach
	strides := make([]int, len(shape))
	rowMajor, expected := true, int64(1)
	for d := len(shape) - 1; d >= 0; d-- {
		stride := v.strides[d]
		if stride < 0 || stride > max(numel, 1) && shape[d] > 1 {
			return nil, errorf(Corrupt, "tensor %s has the strides %v", name, v.strides)
		}
		if shape[d] > 1 {
			if n > 0 && stride > 0 && int64(shape[d]-1) > (left-1)/stride {
				return nil, errorf(Corrupt, "tensor %s reaches past the end of its storage", name)
			}
			left -= int64(shape[d]-1) * stride
			rowMajor = rowMajor && stride == expected
			strides[d] = int(stride)
		}
		expected *= int64(shape[d])
	}
	if n > 0 && left < 1 {
		return nil, errorf(Corrupt, "tensor %s reaches past the end of its storage", name)
	}
	if rowMajor {
		strides = nil
	}
	return &Tensor{
		Name: name, DType: v.storage.dtype, Shape: shape,
		src: source{r: r, offset: at.offset, start: int(v.offset), strides: strides},
	}, nil
}
