package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/bounds"
	"mobilemamba/internal/golden"
)

var le = binary.LittleEndian

// readable reads a file within the bounds of cost, and what it accepts: every tensor has the elements that its shape
// says, as float32, as float64 and, in the same bytes again, as a safetensors file. What it refuses, it refuses by name.
func readable(t *testing.T, data []byte) {
	t.Helper()
	for _, ema := range []bool{false, true} {
		var sd *checkpoint.StateDict
		var err error
		bounds.Check(t, "reading", cost(data), func() {
			sd, err = checkpoint.Read(bytes.NewReader(data), int64(len(data)), checkpoint.Options{EMA: ema})
		})
		if err != nil {
			refusal(t, err)
			continue
		}
		total := 0
		for _, tensor := range sd.Tensors {
			total += tensor.Len() * tensor.DType.Size()
			x, err := tensor.Float32s()
			if err != nil || len(x) != tensor.Len() {
				t.Fatalf("%s %v: %d elements, %v", tensor.Name, tensor.Shape, len(x), err)
			}
			if y, err := tensor.Float64s(); err != nil || len(y) != len(x) {
				t.Errorf("%s %v: %d elements of 64 bits, %v", tensor.Name, tensor.Shape, len(y), err)
			}
		}
		if limit := 16*len(data) + 64<<20; total > limit {
			t.Errorf("%d bytes of tensors in a file of %d", total, len(data))
		}
		if total < 1<<20 && unambiguous(sd) {
			again, err := parse(write(t, sd, checkpoint.F32))
			if err != nil {
				t.Fatalf("what was read is written as a file that is not: %v", err)
			}
			same(t, again, sd)
		}
	}
}

// unambiguous reports whether the tensors' names mean the same in a safetensors file.
func unambiguous(sd *checkpoint.StateDict) bool {
	for _, t := range sd.Tensors {
		if t.Name == "__metadata__" || strings.HasSuffix(t.Name, ".scale") || strings.ToValidUTF8(t.Name, "\ufffd") != t.Name {
			return false
		}
	}
	return true
}

// same compares the values of all tensors, bit for bit but for the payloads of NaNs.
func same(t *testing.T, got, want *checkpoint.StateDict) {
	t.Helper()
	if len(got.Tensors) != len(want.Tensors) {
		t.Fatalf("%d tensors, want %d", len(got.Tensors), len(want.Tensors))
	}
	for _, w := range want.Tensors {
		g := got.Get(w.Name)
		if g == nil || !slices.Equal(g.Shape, w.Shape) {
			t.Fatalf("%q is %v, want the shape %v", w.Name, g, w.Shape)
		}
		a, err := g.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		b, err := w.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range b {
			if math.Float32bits(a[i]) != math.Float32bits(v) && !(a[i] != a[i] && v != v) {
				t.Fatalf("%q[%d] is %v, want %v", w.Name, i, a[i], v)
			}
		}
	}
}

// FuzzRead: a damaged file of any format is refused by name or has the elements that its shapes say, each read the same
// from what is written of them, within 32 bytes and a microsecond for each of its own. See readable.
func FuzzRead(f *testing.F) {
	for name := range refusals {
		if data := golden.Read(f, "checkpoints/"+name); len(data) < 8<<10 {
			f.Add(data)
		}
	}
	for _, name := range []string{"views.pth", "views_legacy.pth", "dtypes_proto4.pth", "specials.pth", "small.safetensors"} {
		f.Add(golden.Read(f, "checkpoints/"+name))
	}
	f.Add(legacy(trainerPickle(), 2, "0", "1"))
	f.Fuzz(readable)
}

// FuzzPickle: the same for any pickle beside a storage, in an archive that is whole; an opcode may ask for 256 bytes, up
// to 48 MB.
func FuzzPickle(f *testing.F) {
	const four = "K\x04"
	for _, pickle := range []string{
		"\x80\x02}.", pickledTensor(four, "K\x00", four+"\x85", "K\x01\x85"), pickledTensor(four, "K\x00", "K\x02K\x02\x86", "K\x01K\x02\x86"),
		pickledTensor(four, "K\x00", "K\x09\x85", "K\x00\x85"), manyTensors(3, four, "K\x00", four+"\x85", "K\x01\x85", func(int) string { return "0" }),
		"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00]\x94(h\x00e.", "\x80\x02}q\x00(X\x01\x00\x00\x00ah\x00u}b.",
		"\x80\x02ccollections\nOrderedDict\n)Rq\x01X\x03\x00\x00\x00netj\x01\x00\x00\x00s.",
		"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_parameter\n(N\x88}tRs.", "\x80\x02(J\xff\xff\xff\xffM\x01\x02\x8a\x01\xffG\x3f\xf0\x00\x00\x00\x00\x00\x00t.",
	} {
		f.Add([]byte(pickle))
	}
	f.Fuzz(func(t *testing.T, pickle []byte) { readable(t, archive(t, string(pickle), 16)) })
}

// FuzzSafetensors: the same for any header before data of any length, quantised tensors among them, and what is taken has
// a header that encoding/json reads and tensors that cover the data once.
func FuzzSafetensors(f *testing.F) {
	f.Add(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, uint16(8))
	f.Add(`{"__metadata__":{"k":"v"},"a":{"dtype":"I8","shape":[2,2],"data_offsets":[8,12]},"a.scale":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, uint16(12))
	f.Add(`{"b":{"dtype":"I8","shape":[2,0],"data_offsets":[8,8]},"b.scale":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, uint16(8))
	f.Add(`{"a":{"dtype":"F16","shape":[],"data_offsets":[0,2]},"b":{"dtype":"BOOL","shape":[0,3],"data_offsets":[2,2]}}   `, uint16(2))
	f.Add(`{"a\u0000":{"shape":[1],"data_offsets":[0,8],"dtype":"F64"}}`, uint16(8))
	f.Fuzz(func(t *testing.T, header string, n uint16) {
		data := safetensors(header, int(n))
		for i := range int(n) {
			data[len(data)-1-i] = byte(i * 37)
		}
		readable(t, data)
		sd, err := parse(data)
		if err != nil || sd.Format != "safetensors" {
			return
		}
		var entries map[string]json.RawMessage
		if err := json.Unmarshal([]byte(header), &entries); err != nil && !strings.Contains(err.Error(), "after array element") && !strings.Contains(err.Error(), "leading zero") {
			t.Errorf("a header that is no JSON was taken: %v", err)
		}
		covered := 0
		for _, tensor := range sd.Tensors {
			covered += tensor.Len() * tensor.DType.Size()
		}
		if covered > int(n) {
			t.Errorf("%d bytes of tensors in %d of data", covered, n)
		}
	})
}

// FuzzLayout: a file that says the same in another way reads the same: entries and their keys in another order, spaces
// wherever JSON has them, names written as escapes, padding behind the header.
func FuzzLayout(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint8(seed), seed%2 == 0)
	}
	plain := map[checkpoint.DType]*checkpoint.StateDict{}
	files := map[checkpoint.DType][]byte{}
	for _, dtype := range []checkpoint.DType{checkpoint.F32, checkpoint.F16, checkpoint.I8} {
		var b bytes.Buffer
		if err := checkpoint.WriteSafetensors(&b, sample(), dtype); err != nil {
			f.Fatal(err)
		}
		sd, err := parse(b.Bytes())
		if err != nil {
			f.Fatal(err)
		}
		files[dtype], plain[dtype] = b.Bytes(), sd
	}
	f.Fuzz(func(t *testing.T, seed uint64, padding uint8, escape bool) {
		r := rand.New(rand.NewPCG(seed, 5))
		dtype := []checkpoint.DType{checkpoint.F32, checkpoint.F16, checkpoint.I8}[r.IntN(3)]
		file := files[dtype]
		n := 8 + int(le.Uint64(file))
		header := shuffled(t, r, file[8:n], escape) + strings.Repeat(" ", int(padding))
		sd, err := parse(append(append(le.AppendUint64(nil, uint64(len(header))), header...), file[n:]...))
		if err != nil {
			t.Fatalf("%v in %s", err, header)
		}
		if !maps.Equal(sd.Metadata, plain[dtype].Metadata) {
			t.Errorf("metadata %v, want %v", sd.Metadata, plain[dtype].Metadata)
		}
		same(t, sd, plain[dtype])
	})
}

// shuffled writes an object of JSON anew, the members of all objects in random order and with random space between.
func shuffled(t *testing.T, r *rand.Rand, text []byte, escape bool) string {
	space := func() string { return strings.Repeat([]string{" ", "\n", "\t", "\r"}[r.IntN(4)], r.IntN(3)) }
	quote := func(s string) string {
		if !escape {
			b, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		var b strings.Builder
		for _, c := range s {
			fmt.Fprintf(&b, `\u%04x`, c)
		}
		return `"` + b.String() + `"`
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		var s string
		if json.Unmarshal(text, &s) == nil {
			return quote(s)
		}
		return strings.ReplaceAll(string(text), ",", space()+","+space()) // an array of numbers
	}
	keys := slices.Sorted(maps.Keys(members))
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var parts []string
	for _, k := range keys {
		parts = append(parts, space()+quote(k)+space()+":"+space()+shuffled(t, r, members[k], escape)+space())
	}
	return "{" + strings.Join(parts, ",") + "}"
}
