package checkpoint_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/bounds"
)

// cost is what reading a checkpoint's directory may cost, as the package promises: 32 bytes for each of the file's, and
// what an opcode of a pickle can ask for, a container and its places, at 256 bytes each and 48 MB in all. And a second
// for each megabyte.
func cost(data []byte) bounds.Limit {
	n := int64(len(data))
	return bounds.Limit{Bytes: 1<<20 + min(256*n, 48<<20) + 32*n, Time: time.Second + time.Duration(n)*time.Second>>20}
}

// refusal reports what a refusal must be: an error that a caller can tell and a person can read.
func refusal(t *testing.T, err error) {
	t.Helper()
	var e *checkpoint.Error
	if !errors.As(err, &e) || e.Code == "" || len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\x1b\a\b\r") {
		t.Errorf("%.2000q is no refusal for people", err)
	}
}

// manyTensors is a pickle of n tensors of the given opcodes; number i lies in storage key(i).
func manyTensors(n int, numel, offset, shape, strides string, key func(i int) string) string {
	var b strings.Builder
	b.WriteString("\x80\x02ctorch._utils\n_rebuild_tensor_v2\nr\x01\x00\x00\x00ctorch\nFloatStorage\nr\x02\x00\x00\x00}")
	for i := range n {
		b.WriteString(text(fmt.Sprintf("w%d", i)) + "j\x01\x00\x00\x00((" + text("storage") + "j\x02\x00\x00\x00" + text(key(i)) + text("cpu") + numel + "tQ")
		b.WriteString(offset + shape + strides + "\x89NtRs")
	}
	return b.String() + "."
}

// storages is a pickle that names n storages and nothing else, each in the fewest bytes that do.
func storages(n int) string {
	var b strings.Builder
	b.WriteString("U\x07storageq\x00ctorch\nFloatStorage\nq\x01")
	for i := range n {
		b.WriteString("(h\x00h\x01U\x03" + string([]byte{byte(i), byte(i >> 8), byte(i >> 16)}) + "NK\x00tQ")
	}
	return b.String() + "."
}

// overlapping makes the central directory's n entries data/0, data/1, … all stand for the bytes of the first.
func overlapping(t *testing.T, pickle string, size, n int) []byte {
	t.Helper()
	data := archive(t, pickle, append([]int{size}, make([]int, n-1)...)...)
	at := bytes.Index(data, []byte("PK\x01\x02"))
	var first []byte
	for rest := data[at:]; bytes.HasPrefix(rest, []byte("PK\x01\x02")); {
		le := binary.LittleEndian
		name := int(le.Uint16(rest[28:]))
		if strings.HasPrefix(string(rest[46:46+name]), "a/data/") {
			if first == nil {
				first = bytes.Clone(rest[:46])
			}
			copy(rest[16:28], first[16:28]) // checksum and sizes
			copy(rest[42:46], first[42:46]) // place
		}
		rest = rest[46+name+int(le.Uint16(rest[30:]))+int(le.Uint16(rest[32:])):]
	}
	return data
}

// Bombs: small files that ask for much. Each is refused by name, within cost.
func TestBombs(t *testing.T) {
	const one, two, mega = "K\x01", "K\x02", "J\x00\x00\x10\x00"
	zero := func(int) string { return "0" }
	own := func(i int) string { return fmt.Sprint(i) }
	header := func(n int, entry func(i int) string) []byte {
		var b strings.Builder
		for i := range n {
			b.WriteString("," + entry(i))
		}
		return safetensors("{"+strings.TrimPrefix(b.String(), ",")+"}", 0)
	}
	empty := func(name string) string {
		return `"` + name + `":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`
	}
	directory := func(claims uint32) []byte {
		data := archive(t, "\x80\x02}.")
		binary.LittleEndian.PutUint32(data[len(data)-10:], claims)
		return data
	}
	var wide bytes.Buffer
	w := zip.NewWriter(&wide)
	for i := range 200_000 {
		if _, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	deep := strings.Repeat("]", 100_000) + strings.Repeat("a", 99_999)

	for _, c := range []struct {
		name string
		data []byte
		want checkpoint.Code
		says string
	}{
		{"lists in lists", archive(t, "\x80\x02"+deep+"."), checkpoint.NotACheckpoint, "dictionary"},
		{"lists in lists in a legacy file", legacy("\x80\x02"+deep+".", 0), checkpoint.NotACheckpoint, "dictionary"},
		{"tuples in tuples", archive(t, "\x80\x02)"+strings.Repeat("\x85", 100_000)+"."), checkpoint.NotACheckpoint, "dictionary"},
		{"more lists than any checkpoint has", archive(t, "\x80\x02"+strings.Repeat("]", 300_000)+"."), checkpoint.Unsafe, ""},
		{"a list that holds itself millions of times", archive(t, "\x80\x02]q\x00"+strings.Repeat("h\x00a", 5<<20)+"."), checkpoint.Unsafe, "objects"},
		{"a dictionary of a million entries", archive(t, "\x80\x02}"+strings.Repeat("X\x01\x00\x00\x00aNs", 1<<20)+"."), checkpoint.Unsafe, "objects"},
		{"everything remembered", archive(t, "\x80\x02N"+strings.Repeat("r\x00\x00\x00\x01\x94", 2<<20)+"."), checkpoint.Unsafe, "remembers"},
		{"a list from eight million marks", archive(t, "\x80\x02]("+strings.Repeat("(", 8<<20)+"e."), checkpoint.Unsafe, "stacks"},
		{"a pickle without end", archive(t, "\x80\x02N"+strings.Repeat("q\x00", 9<<20)), checkpoint.Unsafe, "longer"},
		{"a string of 4 GB", archive(t, "\x80\x02X\xff\xff\xff\xff."), checkpoint.Unsafe, "string of 4294967295"},
		{"a string of 2^64 bytes", archive(t, "\x80\x04\x8d"+strings.Repeat("\xff", 8)+"."), checkpoint.Unsafe, "string"},
		{"bytes of 4 GB", archive(t, "\x80\x03B\xff\xff\xff\xff."), checkpoint.Unsafe, "string"},
		{"an integer of 4 GB", archive(t, "\x80\x02\x8b\xff\xff\xff\x7f."), checkpoint.Unsafe, "opcode 0x8b"},
		{"an integer of a megabyte in decimal", archive(t, "\x80\x02L"+strings.Repeat("9", 1<<20)+"L\n."), checkpoint.Unsafe, "opcode 0x4c"},
		{"an integer of 255 bytes", archive(t, "\x80\x02\x8a\xff"+strings.Repeat("\xff", 255)+"."), checkpoint.NotACheckpoint, "dictionary"},
		{"a name of 16 MB", archive(t, "\x80\x02}"+text(strings.Repeat("n", 15<<20))+pickledTensor(one, "K\x00", one+"\x85", one+"\x85")[9:]), checkpoint.Unsafe, "key of"},
		{"a storage's name of 1 MB", archive(t, manyTensors(1, one, "K\x00", one+"\x85", one+"\x85", func(int) string { return strings.Repeat("\x1b[2J", 1<<18) })), checkpoint.Unsafe, "key of"},
		{"a name of a megabyte used again and again", archive(t, "\x80\x02"+text(strings.Repeat("k", 1<<20))+"q\x00N}"+strings.Repeat("h\x00Ns", 100_000)+"."), checkpoint.Unsafe, "key of"},
		{"a tensor built again and again", archive(t, again(260_000), 4), checkpoint.Corrupt, "not PyTorch's"},
		{"a tensor of nine dimensions built again and again", archive(t, tensorAgain(9, 130_000), 4), checkpoint.NotACheckpoint, "dictionary"},
		{"a legacy file of four pickles, each as large as one may be", legacyOf(strings.Repeat("]", 1<<17) + strings.Repeat("\x94", 1<<18)), checkpoint.Unsafe, ""},

		{"a thousand tensors in one storage", archive(t, manyTensors(1000, mega, "K\x00", mega+"\x85", one+"\x85", zero), 4<<20), checkpoint.Unsafe, "more than 16 times"},
		{"a thousand storages in one place", overlapping(t, manyTensors(1000, mega, "K\x00", mega+"\x85", one+"\x85", own), 4<<20, 1000), checkpoint.Unsafe, "more than 16 times"},
		{"a thousand views across a storage", archive(t, manyTensors(1000, mega, "K\x00", two+"\x85", "J\xff\xff\x0f\x00\x85", zero), 4<<20), checkpoint.Unsafe, "more than 16 times"},
		{"ten thousand elements repeated", archive(t, manyTensors(10_000, one, "K\x00", "J\x00\x00\x01\x00\x85", "K\x00\x85", zero), 4), checkpoint.Unsafe, "more than 16 times"},
		{"more storages than any checkpoint has", archive(t, "\x80\x02"+storages(140_000)), checkpoint.Unsafe, "objects"},
		{"more storages than any checkpoint has in a legacy file", legacy("\x80\x02"+storages(140_000), 0), checkpoint.Unsafe, "objects"},
		{"a directory of 4 GB", directory(1<<32 - 2), checkpoint.Unsafe, "directory claims"},
		{"a directory before the file", directory(1 << 20), checkpoint.Corrupt, "outside"},
		{"200,000 entries", wide.Bytes(), checkpoint.NotACheckpoint, "no data.pkl"},

		{"more tensors than any checkpoint has", header(100_001, func(i int) string { return empty(fmt.Sprint(i)) }), checkpoint.Unsafe, "100000 tensors"},
		{"a shape of a million dimensions", safetensors(`{"a":{"dtype":"F32","shape":[1`+strings.Repeat(",1", 1<<20)+`],"data_offsets":[0,4]}}`, 4), checkpoint.Unsafe, "dimensions"},
		{"a million offsets", safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0`+strings.Repeat(",1", 1<<20)+`]}}`, 4), checkpoint.Corrupt, "data_offsets"},
		{"a number of a million digits", safetensors(`{"a":{"dtype":"F32","shape":[1`+strings.Repeat("0", 1<<20)+`],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "JSON"},
		{"a type of a megabyte", safetensors(`{"a":{"dtype":"`+strings.Repeat("F", 1<<20)+`","shape":[1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "type"},
		{"a name of a megabyte", safetensors(`{"`+strings.Repeat("a", 1<<20)+`":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "negative"},
		{"a name that clears the terminal", safetensors(`{"\u001b[2J\u0007":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "negative"},
		{"arrays in arrays", safetensors(`{"a":{"shape":`+strings.Repeat("[", 1<<20)+`}}`, 0), checkpoint.Corrupt, "JSON"},
		{"objects in objects", safetensors(strings.Repeat(`{"a":`, 1<<20), 0), checkpoint.Corrupt, "JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			bounds.Check(t, "reading", cost(c.data), func() { _, err = parse(c.data) })
			if code(err) != c.want || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%.500v (%s), want a refusal as %s that says %q", err, code(err), c.want, c.says)
			}
			refusal(t, err)
		})
	}
}

// text is the opcode of a string.
func text(s string) string {
	return string(binary.LittleEndian.AppendUint32([]byte{'X'}, uint32(len(s)))) + s
}

// again is a pickle that builds a tensor of 64 dimensions n times from arguments that it remembers.
func again(n int) string { return tensorAgain(64, n) }

// tensorAgain is the same for any number of dimensions.
func tensorAgain(rank, n int) string {
	ones := "(" + strings.Repeat("K\x01", rank) + "t"
	return "\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x01tQK\x00" +
		ones + ones + "\x89Ntq\x01" + strings.Repeat("h\x00h\x01R", n) + "."
}

// legacyOf is a checkpoint of before PyTorch 1.6 whose pickles are all the same, but for the first.
func legacyOf(pickle string) []byte {
	return []byte("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + strings.Repeat("\x80\x02"+pickle+".", 4))
}

// Tensors that share a storage ask for its place once, however long its name is.
func TestManyTensorsOfOneStorage(t *testing.T) {
	key := strings.Repeat("k", 1000)
	tensor := "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\n" + text(key) +
		"U\x03cpuK\x00tQK\x00K\x00\x85K\x01\x85\x89NtRq\x00}"
	var p strings.Builder
	p.WriteString("\x80\x02" + tensor)
	for i := range 50_000 {
		p.WriteString("U\x03" + string([]byte{byte(i), byte(i >> 8), 'w'}) + "h\x00s")
	}
	p.WriteString(".")
	data := archiveOf(t, map[string][]byte{"a/data.pkl": []byte(p.String()), "a/data/" + key: nil})
	bounds.Check(t, "reading", cost(data), func() {
		if sd, err := parse(data); err != nil || len(sd.Tensors) != 50_000 {
			t.Fatal(err)
		}
	})
}

// Weights that are tied, and a checkpoint that is all of it, are no bomb.
func TestSharedStorages(t *testing.T) {
	const mega = "J\x00\x00\x10\x00"
	for name, data := range map[string][]byte{
		"tied": archive(t, manyTensors(2, mega, "K\x00", mega+"\x85", "K\x01\x85", func(int) string { return "0" }), 4<<20),
		"own":  archive(t, manyTensors(3, mega, "K\x00", mega+"\x85", "K\x01\x85", func(i int) string { return fmt.Sprint(i) }), 4<<20, 4<<20, 4<<20),
	} {
		sd, err := parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, tensor := range sd.Tensors {
			if x, err := tensor.Float32s(); err != nil || len(x) != 1<<20 {
				t.Errorf("%s: %s has %d elements, %v", name, tensor.Name, len(x), err)
			}
		}
	}
}

// A text that names all of a hundred thousand tensors would be larger than the checkpoint.
func TestMismatchIsShort(t *testing.T) {
	sd := &checkpoint.StateDict{}
	var want []checkpoint.Spec
	for i := range 5000 {
		sd.Add(checkpoint.NewTensor(fmt.Sprintf("%d\x1b%s", i, strings.Repeat("n", 1000)), nil, []float32{1}))
		want = append(want, checkpoint.Spec{Name: fmt.Sprint("w", i)})
	}
	err := checkpoint.Check(sd, want)
	var e *checkpoint.MismatchError
	if !errors.As(err, &e) || len(e.Missing) != 5000 || len(e.Unexpected) != 5000 {
		t.Fatalf("%T, want all differences", err)
	}
	if text := err.Error(); len(text) > 64<<10 || strings.Contains(text, "\x1b") || !strings.Contains(text, "and 4900 more") {
		t.Errorf("%d bytes: %.300q", len(text), text)
	}
}
