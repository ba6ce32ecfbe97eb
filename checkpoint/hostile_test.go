package checkpoint_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
)

// safetensors puts a header before data.
func safetensors(header string, data int) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, uint64(len(header)))
	b.WriteString(header)
	b.Write(make([]byte, data))
	return b.Bytes()
}

// archive makes a checkpoint of a pickle and storages "0", "1", ….
func archive(t *testing.T, pickle string, storages ...int) []byte {
	t.Helper()
	files := map[string][]byte{"a/data.pkl": []byte(pickle)}
	for i, n := range storages {
		files[fmt.Sprintf("a/data/%d", i)] = make([]byte, n)
	}
	return archiveOf(t, files)
}

// archiveOf makes a zip file as PyTorch does, nothing compressed, in the order of the names.
func archiveOf(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encrypted sets the flag in a zip file's directory that says so of its entries.
func encrypted(data []byte) []byte {
	for at := 0; ; at += 4 {
		next := bytes.Index(data[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return data
		}
		at += next
		data[at+8] |= 1
	}
}

// pickledTensor is a pickle {"w": tensor} with the given opcodes for offset, shape and strides.
func pickledTensor(numel, offset, shape, strides string) string {
	return "\x80\x02}X\x01\x00\x00\x00w" +
		"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + numel + "tQ" +
		offset + shape + strides + "\x89NtRs."
}

// legacy makes a checkpoint of before PyTorch 1.6: a pickle, the keys of its storages, and these, each of n numbers of
// four bytes.
func legacy(pickle string, n int, keys ...string) []byte {
	var b bytes.Buffer
	b.WriteString("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}." + pickle + "\x80\x02](")
	for _, key := range keys {
		b.WriteString("U" + string(rune(len(key))) + key)
	}
	b.WriteString("e.")
	for i := range keys {
		binary.Write(&b, binary.LittleEndian, int64(n))
		for range n {
			binary.Write(&b, binary.LittleEndian, float32(i))
		}
	}
	return b.Bytes()
}

// trainerPickle is what a trainer saves: the network under "net", and under "optimizer" what PyTorch keeps for each of
// its parameters, under the parameter's number.
func trainerPickle() string {
	tensor := func(key string) string {
		return "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01" + key + "U\x03cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89NtR"
	}
	return "\x80\x02}(U\x03net}U\x01w" + tensor("1") + "sU\x09optimizer}U\x05state}K\x00}U\x07exp_avg" + tensor("0") + "ssssu."
}

func TestHostileFiles(t *testing.T) {
	const one, two, four = "K\x01", "K\x02", "K\x04"
	const minus = "J\xff\xff\xff\xff"
	const huge = "J\xff\xff\xff\x7f"
	const giant = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"
	for _, c := range []struct {
		name string
		data []byte
		want checkpoint.Code
		says string
	}{
		{"text", []byte("hello, this is a text file"), checkpoint.NotACheckpoint, "text"},
		{"web page", []byte("\n<!DOCTYPE html><html><body>confirm</body></html>"), checkpoint.NotACheckpoint, "web page"},
		{"header longer than the file", append(binary.LittleEndian.AppendUint64(nil, 100), '{'), checkpoint.Truncated, ""},
		{"header of 2^63 bytes", append(binary.LittleEndian.AppendUint64(nil, 1<<63), '{'), checkpoint.Corrupt, "claims"},
		{"header cut", safetensors(`{"a":`, 8), checkpoint.Corrupt, "JSON"},
		{"header goes on", safetensors(`{} x`, 0), checkpoint.Corrupt, "goes on"},
		{"duplicate", safetensors(`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}`, 8), checkpoint.Corrupt, "twice"},
		{"overlap", safetensors(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), checkpoint.Corrupt, "overlaps"},
		{"same place", safetensors(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), checkpoint.Corrupt, "overlaps"},
		{"hole", safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), checkpoint.Corrupt, "hole"},
		{"tail", safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8), checkpoint.Corrupt, "follow"},
		{"cut data", safetensors(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4), checkpoint.Truncated, "cut short"},
		{"negative offset", safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 4), checkpoint.Corrupt, "data_offsets"},
		{"backward offsets", safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), checkpoint.Corrupt, "data_offsets"},
		{"negative shape", safetensors(`{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "negative"},
		{"overflowing shape", safetensors(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), checkpoint.Unsafe, "too large"},
		{"product overflow", safetensors(`{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}`, 0), checkpoint.Unsafe, "too large"},
		{"wrong span", safetensors(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8), checkpoint.Corrupt, "span"},
		{"rank", safetensors(`{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, 4), checkpoint.Unsafe, "dimensions"},
		{"unknown type", safetensors(`{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}`, 1), checkpoint.Corrupt, "type"},
		{"no shape", safetensors(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "no shape"},
		{"leading zero", safetensors(`{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "JSON"},
		{"zeros before a number", safetensors(`{"a":{"dtype":"F32","shape":[00000000000000000000199],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "JSON"},
		{"a number of signs", safetensors(`{"a":{"dtype":"F32","shape":[1-1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "JSON"},
		{"two types", safetensors(`{"a":{"dtype":"F64","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "JSON"},
		{"two shapes", safetensors(`{"a":{"dtype":"F32","shape":[2],"shape":[1],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "JSON"},
		{"two metadata", safetensors(`{"__metadata__":{"x":"1"},"__metadata__":{"x":"2"}}`, 0), checkpoint.Corrupt, "JSON"},
		{"quantised without scale", safetensors(`{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}`, 4), checkpoint.Corrupt, "a.scale are missing"},
		{"two checkpoints in one", archiveOf(t, map[string][]byte{"a/data.pkl": []byte("\x80\x02}."), "b/data.pkl": []byte("\x80\x02}.")}), checkpoint.Corrupt, "two checkpoints"},
		{"encrypted", encrypted(archive(t, pickledTensor(one, "K\x00", one+"\x85", one+"\x85"), 4)), checkpoint.Unsafe, "encrypted"},
		{"part of a storage", legacy("\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04(U\x01vK\x02K\x02ttQK\x00K\x02\x85K\x01\x85\x89NtRs.", 4, "0"), checkpoint.Corrupt, "part of another"},
		{"misshapen scale", safetensors(`{"a":{"dtype":"I8","shape":[2,2],"data_offsets":[12,16]},"a.scale":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}`, 16), checkpoint.Corrupt, "leading"},
		{"scale of a float", safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a.scale":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), checkpoint.Corrupt, "not quantised"},

		{"empty file", nil, checkpoint.NotACheckpoint, "empty"},
		{"no data.pkl", bytes.ReplaceAll(archive(t, "\x80\x02}."), []byte("data.pkl"), []byte("data.txt")), checkpoint.NotACheckpoint, "no data.pkl"},
		{"pickle of nothing", archive(t, ""), checkpoint.Truncated, ""},
		{"no dictionary", archive(t, "\x80\x02K\x01."), checkpoint.NotACheckpoint, "dictionary"},
		{"empty dictionary", archive(t, "\x80\x02}."), checkpoint.NotACheckpoint, "no tensors"},
		{"forbidden global", archive(t, "\x80\x02cbuiltins\neval\n."), checkpoint.Unsafe, "builtins.eval"},
		{"forbidden stack global", archive(t, "\x80\x04X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93."), checkpoint.Unsafe, "os.system"},
		{"long global", archive(t, "\x80\x02c"+strings.Repeat("a", 1000)+"\n."), checkpoint.Unsafe, "256"},
		{"forbidden opcode", archive(t, "\x80\x02}\x81."), checkpoint.Unsafe, "opcode"},
		{"calls a storage class", archive(t, "\x80\x02ctorch\nFloatStorage\n)R."), checkpoint.Unsafe, "calls"},
		{"string of 2^62 bytes", archive(t, "\x80\x04\x8d\x00\x00\x00\x00\x00\x00\x00\x40."), checkpoint.Unsafe, "string"},
		{"string past the end", archive(t, "\x80\x02X\x00\x01\x00\x00abc."), checkpoint.Truncated, ""},
		{"empty stack", archive(t, "\x80\x02R."), checkpoint.Corrupt, "stack"},
		{"no mark", archive(t, "\x80\x02}t."), checkpoint.Corrupt, "mark"},
		{"mark on top", archive(t, "\x80\x02(."), checkpoint.Corrupt, "stack"},
		{"unset memo", archive(t, "\x80\x02h\x07."), checkpoint.Corrupt, "memo"},
		{"too many objects", archive(t, "\x80\x02"+strings.Repeat("]", 1<<20)+"]."), checkpoint.Unsafe, ""},
		{"missing storage", archive(t, pickledTensor(four, "K\x00", four+"\x85", one+"\x85")), checkpoint.Corrupt, "no storage"},
		{"storage too short", archive(t, pickledTensor(four, "K\x00", four+"\x85", one+"\x85"), 15), checkpoint.Corrupt, "only 15 bytes"},
		{"negative numel", archive(t, pickledTensor(minus, "K\x00", four+"\x85", one+"\x85"), 16), checkpoint.Corrupt, ""},
		{"giant numel", archive(t, pickledTensor(giant, "K\x00", four+"\x85", one+"\x85"), 16), checkpoint.Corrupt, ""},
		{"negative offset of a view", archive(t, pickledTensor(four, minus, two+"\x85", one+"\x85"), 16), checkpoint.Corrupt, "outside"},
		{"offset past the end", archive(t, pickledTensor(four, "K\x03", two+"\x85", one+"\x85"), 16), checkpoint.Corrupt, "past the end"},
		{"offset at the end", archive(t, pickledTensor(four, four, one+"\x85", one+"\x85"), 16), checkpoint.Corrupt, "past the end"},
		{"view past the end", archive(t, pickledTensor(four, "K\x00", two+two+"\x86", "K\x03"+one+"\x86"), 16), checkpoint.Corrupt, "past the end"},
		{"negative view", archive(t, pickledTensor(four, "K\x00", minus+"\x85", one+"\x85"), 16), checkpoint.Corrupt, "negative"},
		{"negative stride", archive(t, pickledTensor(four, "K\x03", two+"\x85", minus+"\x85"), 16), checkpoint.Corrupt, "strides"},
		{"giant stride", archive(t, pickledTensor(four, "K\x00", two+"\x85", giant+"\x85"), 16), checkpoint.Corrupt, "strides"},
		{"expanded to gigabytes", archive(t, pickledTensor(four, "K\x00", huge+"\x85", "K\x00\x85"), 16), checkpoint.Unsafe, "repeats"},
		{"legacy storage of no tensor", legacy(trainerPickle(), 2, "0", "1", "2"), checkpoint.Corrupt, "none of its tensors"},
		{"legacy storage of another size", legacy(trainerPickle(), 3, "0", "1"), checkpoint.Corrupt, "3 elements"},
		{"legacy storage that is not there", legacy(trainerPickle(), 2, "0"), checkpoint.Corrupt, "no storage"},
		{"fewer strides than dimensions", archive(t, pickledTensor(four, "K\x00", two+two+"\x86", one+"\x85"), 16), checkpoint.Corrupt, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := parse(c.data); code(err) != c.want || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v (%s), want a refusal as %s that says %q", err, code(err), c.want, c.says)
			}
		})
	}
}

// What the hostile cases vary is itself a valid file.
func TestPickledTensor(t *testing.T) {
	sd, err := parse(archive(t, pickledTensor("K\x04", "K\x01", "K\x03\x85", "K\x01\x85"), 16))
	if err != nil || fmt.Sprint(sd.Get("w").Shape) != "[3]" {
		t.Errorf("%v, %v", sd, err)
	}
}

// What an optimizer keeps lies under numbers and is left out; its storages lie before the network's all the same.
func TestTrainerCheckpoint(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want []float32
	}{
		{"zip", archive(t, trainerPickle(), 8, 8), []float32{0, 0}},
		{"legacy", legacy(trainerPickle(), 2, "0", "1"), []float32{1, 1}},
	} {
		sd, err := parse(c.data)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, err := sd.Get("w").Float32s(); err != nil || len(sd.Tensors) != 1 || !slices.Equal(got, c.want) {
			t.Errorf("%s: w is %v of %d tensors, %v; want %v", c.name, got, len(sd.Tensors), err, c.want)
		}
	}
}

func TestCompressedEntriesAreRefused(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("a/data.pkl") // deflated
	if err != nil {
		t.Fatal(err)
	}
	f.Write(bytes.Repeat([]byte{'N'}, 10<<20))
	w.Close()
	if _, err := parse(b.Bytes()); code(err) != checkpoint.Unsafe {
		t.Errorf("%v, want a refusal as unsafe", err)
	}
}

// Lists that contain each other and tuples that double at every step are walked once.
func TestMemoBombs(t *testing.T) {
	doubling := "\x80\x02]q\x00" + strings.Repeat("h\x00h\x00\x86q\x00", 200) + "."
	circular := "\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."
	for _, pickle := range []string{doubling, circular} {
		if _, err := parse(archive(t, pickle)); code(err) != checkpoint.NotACheckpoint {
			t.Errorf("%v, want a refusal for want of tensors", err)
		}
	}
	if _, err := parse(legacy(doubling, 0)); code(err) != checkpoint.NotACheckpoint {
		t.Errorf("legacy: %v, want a refusal for want of tensors", err)
	}
}

// counting counts what is read.
type counting struct {
	r    io.ReaderAt
	read int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	c.read += int64(len(p))
	return c.r.ReadAt(p, off)
}

// Refusing a file, or listing its tensors, costs neither its length nor what it claims.
func TestRefusalIsCheap(t *testing.T) {
	large := golden.Read(t, "checkpoints/micro_legacy.pth")
	for name, data := range map[string][]byte{
		"listing":  large,
		"numbers":  bytes.Repeat([]byte{1, 2, 3, 250}, 4<<20),
		"giant":    archive(t, "\x80\x04\x8d\xff\xff\xff\x00\x00\x00\x00\x00."),
		"claims":   append(binary.LittleEndian.AppendUint64(nil, 99<<20), '{'),
		"nothings": archive(t, "\x80\x02"+strings.Repeat("N", 8<<20)+"."),
	} {
		c := &counting{r: bytes.NewReader(data)}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := checkpoint.Read(c, int64(len(data)), checkpoint.Options{})
		runtime.ReadMemStats(&after)
		if (err == nil) != (name == "listing") {
			t.Errorf("%s: %v", name, err)
		}
		if c.read > 2<<20 {
			t.Errorf("%s: read %d bytes", name, c.read)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 100<<20 {
			t.Errorf("%s: allocated %d bytes", name, used)
		}
	}
}
