// Package hub plays the place where the authors publish their checkpoints: it writes files of the official layout
// and full size with deterministic weights, and serves them as Hugging Face does, or worse. For tests only.
package hub

import (
	"archive/zip"
	"hash/crc32"
	"io"
	"math"
	"strconv"
	"strings"

	"mobilemamba/model"
)

// Layout is what a checkpoint file holds.
type Layout int

const (
	Bare    Layout = iota // model.state_dict()
	Trainer               // what the official trainer saves: net, net_E, the optimizer's two moments, counters
)

// tensor is an entry of a checkpoint, made when it is written.
type tensor struct {
	key      string // of the storage
	storage  string // class
	location string
	shape    []int
	data     func() []byte
}

func (t *tensor) len() int {
	n := 1
	for _, d := range t.shape {
		n *= d
	}
	return n
}

// writer collects tensors in the order of their storages.
type writer struct {
	location string
	tensors  []*tensor
}

func (w *writer) tensor(storage string, shape []int, data func() []byte) *tensor {
	t := &tensor{strconv.Itoa(len(w.tensors)), storage, w.location, shape, data}
	w.tensors = append(w.tensors, t)
	return t
}

// WriteCheckpoint writes a .pth of the official layout as torch.save does: a zip of stored entries, data aligned
// to 64 bytes, BN not folded. The weights are model.SyntheticTensor's, those of net_E with the salt "net_E:". One
// tensor at a time is in memory.
func WriteCheckpoint(out io.Writer, name string, c model.Config, layout Layout) error {
	w := &writer{location: "cpu"}
	var object dict
	switch layout {
	case Bare:
		object = w.stateDict(c, "")
	case Trainer:
		w.location = "cuda:0"
		object = dict{items: []item{
			{"net", w.stateDict(c, "")},
			{"optimizer", w.optimizer(c)},
			{"scheduler", dict{items: []item{{"last_epoch", 300}, {"base_values", []any{0.0015}}}}},
			{"scaler", dict{items: []item{{"scale", 65536.0}, {"growth_interval", 2000}}}},
			{"iter", 375300}, {"epoch", 300}, {"total_time", 86400.5}, {"nan_or_inf_cnt", 0},
			{"topk_recorder", dict{items: []item{{"net_top1", []any{70.1, 73.638}}, {"net_E_top1", []any{}}}}},
			{"net_E", w.stateDict(c, "net_E:")},
		}}
	}
	p := newPickler()
	p.value(object)
	p.WriteByte('.')
	return w.zip(out, strings.TrimSuffix(name, ".pth"), p.Bytes())
}

// stateDict is an OrderedDict of every tensor in the official order, the counters of the BatchNorms included.
func (w *writer) stateDict(c model.Config, salt string) dict {
	d := dict{ordered: true}
	for _, s := range c.Specs(false) {
		t := w.tensor("FloatStorage", s.Shape, func() []byte {
			return encode(model.SyntheticTensor(salt, s.Name, s.Shape))
		})
		if strings.HasSuffix(s.Name, ".num_batches_tracked") {
			t.storage, t.data = "LongStorage", func() []byte { return le.AppendUint64(nil, 375300) }
		}
		d.items = append(d.items, item{s.Name, t})
	}
	return d
}

// optimizer is AdamW's state: two moments of every parameter.
func (w *writer) optimizer(c model.Config) dict {
	var state dict
	var params []any
	for _, s := range c.Specs(false) {
		if s.Optional || strings.Contains(s.Name, ".running_") || strings.HasSuffix(s.Name, "wt_filter") {
			continue
		}
		moment := func(name string) *tensor {
			return w.tensor("FloatStorage", s.Shape, func() []byte { return encode(model.SyntheticTensor(name, s.Name, s.Shape)) })
		}
		i := len(params)
		params = append(params, i)
		state.items = append(state.items, item{i, dict{items: []item{
			{"step", 375300}, {"exp_avg", moment("exp_avg:")}, {"exp_avg_sq", moment("exp_avg_sq:")},
		}}})
	}
	group := dict{items: []item{{"lr", 1e-5}, {"betas", tuple{0.9, 0.999}}, {"weight_decay", 0.05}, {"amsgrad", false}, {"params", params}}}
	return dict{items: []item{{"state", state}, {"param_groups", []any{group}}}}
}

func encode(data []float32) []byte {
	raw := make([]byte, 4*len(data))
	for i, v := range data {
		le.PutUint32(raw[4*i:], math.Float32bits(v))
	}
	return raw
}

// zip writes ROOT/data.pkl, a ROOT/data/KEY a storage, and ROOT/version.
func (w *writer) zip(out io.Writer, root string, pickle []byte) error {
	z := &zipper{z: zip.NewWriter(out)}
	z.add(root+"/data.pkl", pickle)
	for _, t := range w.tensors {
		z.add(root+"/data/"+t.key, t.data())
	}
	z.add(root+"/version", []byte("3\n"))
	if z.err != nil {
		return z.err
	}
	return z.z.Close()
}

// zipper adds stored entries and keeps the first error.
type zipper struct {
	z   *zip.Writer
	at  int // bytes written
	err error
}

// add writes an entry whose data begins at a multiple of 64, by PyTorch's padding in the extra field.
func (z *zipper) add(name string, data []byte) {
	if z.err != nil {
		return
	}
	const localHeader, extraHeader, alignment = 30, 4, 64
	head := z.at + localHeader + len(name) + extraHeader
	extra := append([]byte("FB"), le.AppendUint16(nil, uint16(-head&(alignment-1)))...)
	for len(extra) < extraHeader+(-head&(alignment-1)) {
		extra = append(extra, 'Z')
	}
	size := uint64(len(data))
	f, err := z.z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, Extra: extra, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: size, UncompressedSize64: size,
	})
	if err == nil {
		_, err = f.Write(data)
	}
	z.err = err
	z.at += localHeader + len(name) + len(extra) + len(data)
}
