package checkpoint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
)

// read reads a file of the reference data.
func read(t *testing.T, name string, opt checkpoint.Options) (*checkpoint.StateDict, error) {
	t.Helper()
	data := golden.Read(t, "checkpoints/"+name)
	return checkpoint.Read(bytes.NewReader(data), int64(len(data)), opt)
}

func mustRead(t *testing.T, name string) *checkpoint.StateDict {
	t.Helper()
	sd, err := read(t, name, checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sd
}

// code returns what kind of refusal an error is.
func code(err error) checkpoint.Code {
	var e *checkpoint.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// fileInfo is an entry of checkpoints.json.
type fileInfo struct {
	Bytes  int
	Expect json.RawMessage
}

// checkpointFiles reads the list of files.
func checkpointFiles(t *testing.T) map[string]fileInfo {
	var files map[string]fileInfo
	golden.JSON(t, "checkpoints/checkpoints.json", &files)
	return files
}

// refusals are the files that must be refused, and as what.
var refusals = map[string]checkpoint.Code{
	"malicious_raw.pkl": checkpoint.Unsafe, "malicious_zip.pth": checkpoint.Unsafe,
	"malicious_nested.pth": checkpoint.Unsafe, "malicious_legacy.pth": checkpoint.Unsafe,
	"truncated_zip.pth": checkpoint.Truncated, "truncated_legacy.pth": checkpoint.Truncated,
	"truncated_legacy_head.pth": checkpoint.Truncated, "short_storage.pth": checkpoint.Corrupt,
	"not_a_checkpoint.bin": checkpoint.NotACheckpoint, "empty.pth": checkpoint.NotACheckpoint,
}

// Every file of the reference loads or is refused, as its list says.
func TestEveryFile(t *testing.T) {
	for name := range checkpointFiles(t) {
		t.Run(name, func(t *testing.T) {
			sd, err := read(t, name, checkpoint.Options{})
			want, refused := refusals[name]
			if refused {
				if code(err) != want {
					t.Errorf("got %v, want a refusal as %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, tensor := range sd.Tensors {
				if data, err := tensor.Float32s(); err != nil || len(data) != tensor.Len() {
					t.Errorf("%s: %d of %d elements, %v", tensor.Name, len(data), tensor.Len(), err)
				}
			}
		})
	}
}

// The weights of whole checkpoints, bit for bit, in every container.
func TestWeightsBitForBit(t *testing.T) {
	var dicts map[string]struct {
		Entries [][]any
	}
	golden.JSON(t, "state_dicts.json", &dicts)
	for file, config := range map[string]string{
		"tiny_raw.pth": "tiny", "micro_legacy.pth": "micro", "micro_module_prefix.pth": "micro", "micro_trainer_ckpt.pth": "micro",
	} {
		t.Run(file, func(t *testing.T) {
			sd := mustRead(t, file)
			entries := dicts[config].Entries
			if len(sd.Tensors) != len(entries) {
				t.Fatalf("%d tensors, want %d", len(sd.Tensors), len(entries))
			}
			for i, e := range entries {
				tensor := sd.Tensors[i]
				if tensor.Name != e[0] || fmt.Sprint(tensor.Shape) != fmt.Sprint(e[1]) || tensor.DType.String() != e[2] {
					t.Fatalf("tensor %d is %s %v %v, want %v", i, tensor.Name, tensor.Shape, tensor.DType, e)
				}
				if tensor.DType != checkpoint.F32 {
					continue
				}
				data, err := tensor.Float32s()
				if err != nil {
					t.Fatal(err)
				}
				var raw []byte
				for _, v := range data {
					b := math.Float32bits(v)
					raw = append(raw, byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
				}
				if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(raw)); sum != e[3] {
					t.Errorf("%s has the checksum %s, want %s", tensor.Name, sum, e[3])
				}
			}
		})
	}
}

// values returns a tensor's elements, integers exactly.
func values(t *testing.T, tensor *checkpoint.Tensor) []float64 {
	t.Helper()
	v, err := tensor.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestViews(t *testing.T) {
	var want map[string]struct {
		Shape  []int
		Values []float64
	}
	if err := json.Unmarshal(checkpointFiles(t)["views.pth"].Expect, &want); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"views.pth", "views_legacy.pth"} {
		sd := mustRead(t, file)
		if len(sd.Tensors) != len(want) {
			t.Errorf("%s: %d tensors, want %d", file, len(sd.Tensors), len(want))
		}
		for name, w := range want {
			tensor := sd.Get(name)
			if tensor == nil {
				t.Errorf("%s: no tensor %s", file, name)
				continue
			}
			if got := values(t, tensor); fmt.Sprint(tensor.Shape, got) != fmt.Sprint(w.Shape, w.Values) {
				t.Errorf("%s: %s is %v %v, want %v %v", file, name, tensor.Shape, got, w.Shape, w.Values)
			}
		}
	}
}

func TestDTypes(t *testing.T) {
	for _, file := range []string{"dtypes.pth", "dtypes_proto4.pth", "dtypes_legacy.pth"} {
		var want map[string][]any
		if err := json.Unmarshal(checkpointFiles(t)[file].Expect, &want); err != nil {
			t.Fatal(err)
		}
		sd := mustRead(t, file)
		for name, w := range want {
			for i, got := range values(t, sd.Get(name)) {
				expected, isNumber := w[i].(float64)
				if w[i] == true {
					expected, isNumber = 1, true
				}
				if isNumber && got != expected {
					t.Errorf("%s: %s[%d] is %v, want %v", file, name, i, got, expected)
				}
			}
		}
		if ints := values(t, sd.Get("i64")); ints[3] != 1<<40 {
			t.Errorf("%s: i64 is %v", file, ints)
		}
	}
}

// Subnormals, infinities, NaN and -0 of the narrow types, against their definition.
func TestSpecials(t *testing.T) {
	sd := mustRead(t, "specials.pth")
	var want map[string][]uint16
	if err := json.Unmarshal(checkpointFiles(t)["specials.pth"].Expect, &want); err != nil {
		t.Fatal(err)
	}
	for _, tensor := range sd.Tensors {
		got := values(t, tensor)
		for i, bits := range want[tensor.Name+"_bits"] {
			expBits, fracBits := 5, 10
			if tensor.DType == checkpoint.BF16 {
				expBits, fracBits = 8, 7
			}
			v := decode(bits, expBits, fracBits)
			same := got[i] == v && math.Signbit(got[i]) == math.Signbit(v)
			if !same && !(math.IsNaN(got[i]) && math.IsNaN(v)) {
				t.Errorf("%s: bits %#04x are %v, want %v", tensor.Name, bits, got[i], v)
			}
		}
	}
	if len(sd.Tensors) == 0 {
		t.Error("no tensors")
	}
}

// decode is the definition of an IEEE 754 binary format.
func decode(bits uint16, expBits, fracBits int) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	bias := 1<<(expBits-1) - 1
	exp, frac := int(bits>>fracBits)&(1<<expBits-1), float64(bits&(1<<fracBits-1))/float64(int(1)<<fracBits)
	switch {
	case exp == 1<<expBits-1 && frac == 0:
		return math.Inf(int(sign))
	case exp == 1<<expBits-1:
		return math.NaN()
	case exp == 0:
		return math.Copysign(math.Ldexp(frac, 1-bias), sign)
	}
	return sign * math.Ldexp(1+frac, exp-bias)
}

func TestSafetensorsGolden(t *testing.T) {
	sd := mustRead(t, "small.safetensors")
	var want map[string][]float64
	if err := json.Unmarshal(checkpointFiles(t)["small.safetensors"].Expect, &want); err != nil {
		t.Fatal(err)
	}
	if len(sd.Tensors) != len(want) || len(sd.Metadata) == 0 {
		t.Errorf("%d tensors and metadata %v, want %d", len(sd.Tensors), sd.Metadata, len(want))
	}
	for name, w := range want {
		if got := values(t, sd.Get(name)); fmt.Sprint(got) != fmt.Sprint(w) {
			t.Errorf("%s is %v, want %v", name, got, w)
		}
	}
}

func TestEMA(t *testing.T) {
	ema, err := read(t, "micro_trainer_ckpt.pth", checkpoint.Options{EMA: true})
	if err != nil {
		t.Fatal(err)
	}
	net := mustRead(t, "micro_trainer_ckpt.pth")
	const name = "patch_embed.0.c.weight"
	a, b := values(t, ema.Get(name)), values(t, net.Get(name))
	if float32(a[0]) != 0.3815072 || a[0] == b[0] { // the README's worked example
		t.Errorf("net_E begins with %v, net with %v", a[0], b[0])
	}
	for _, file := range []string{"tiny_raw.pth", "small.safetensors"} {
		if _, err := read(t, file, checkpoint.Options{EMA: true}); code(err) != checkpoint.NoEMA {
			t.Errorf("%s: %v, want a refusal for want of a moving average", file, err)
		}
	}
}
