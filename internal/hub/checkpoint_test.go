package hub

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
	"mobilemamba/model"
)

// write makes a file of full size and returns its path.
func write(t *testing.T, variant string, layout Layout) string {
	t.Helper()
	c, ok := model.Variant(variant)
	if !ok {
		t.Fatalf("no variant %s", variant)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "mobilemamba.pth"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := WriteCheckpoint(f, "mobilemamba.pth", c, layout); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// TestOfficialLayout reads files back and compares names, order, shapes and every bit with the state dicts that the
// official code has.
func TestOfficialLayout(t *testing.T) {
	var official map[string]struct {
		Entries [][]any // key, shape, dtype, CRC-32
	}
	golden.JSON(t, "state_dicts.json", &official)
	for _, tc := range []struct {
		variant string
		layout  Layout
	}{{"T2", Bare}, {"T2", Trainer}, {"T4", Bare}, {"S6", Bare}, {"B1", Bare}} {
		t.Run(fmt.Sprint(tc.variant, tc.layout), func(t *testing.T) {
			if testing.Short() && tc.variant != "T2" {
				t.Skipf("-short: the file of %s is not written", tc.variant)
			}
			sd, closer, err := checkpoint.Open(write(t, tc.variant, tc.layout), checkpoint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closer.Close()
			want := official[tc.variant].Entries
			if len(sd.Tensors) != len(want) {
				t.Fatalf("%d tensors, want %d", len(sd.Tensors), len(want))
			}
			for i, got := range sd.Tensors {
				name, crc := want[i][0], want[i][3]
				if got.Name != name || fmt.Sprint(got.Shape) != fmt.Sprint(want[i][1]) || got.DType.String() != want[i][2] {
					t.Fatalf("tensor %d is %s %v of %v, want %v", i, got.Name, got.Shape, got.DType, want[i])
				}
				if got.DType != checkpoint.F32 {
					continue // The counters of the BatchNorms, which depend on the training.
				}
				data, err := got.Float32s()
				if err != nil {
					t.Fatal(err)
				}
				if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(encode(data))); sum != crc {
					t.Fatalf("%s has the check sum %s, want %s", name, sum, crc)
				}
			}
		})
	}
}

// TestTrainerLayout: the moving average is another state dict, and the clutter around both is passed over.
func TestTrainerLayout(t *testing.T) {
	file := write(t, "T2", Trainer)
	for _, tc := range []struct {
		salt string
		ema  bool
	}{{"", false}, {"net_E:", true}} {
		sd, closer, err := checkpoint.Open(file, checkpoint.Options{EMA: tc.ema})
		if err != nil {
			t.Fatal(err)
		}
		defer closer.Close()
		const name = "head.l.weight"
		got, err := sd.Get(name).Float32s()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encode(got), encode(model.SyntheticTensor(tc.salt, name, []int{1000, 368}))) {
			t.Errorf("ema %v: other weights than those with the salt %q", tc.ema, tc.salt)
		}
	}
	bare, err := os.Stat(write(t, "T2", Bare))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if ratio := float64(whole.Size()) / float64(bare.Size()); ratio < 3.9 || ratio > 4.1 {
		t.Errorf("a trainer's file is %.2f times a bare one; two state dicts and two moments are about four", ratio)
	}
}

// TestZip: PyTorch aligns data to 64 bytes, and the standard library finds the archive sound.
func TestZip(t *testing.T) {
	z, err := zip.OpenReader(write(t, "T2", Bare))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if at, err := f.DataOffset(); err != nil || at%64 != 0 || f.Method != zip.Store {
			t.Errorf("%s lies at %d, %v", f.Name, at, err)
		}
	}
	if z.File[0].Name != "mobilemamba/data.pkl" {
		t.Errorf("the first entry is %s", z.File[0].Name)
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var pickle bytes.Buffer
	if _, err := pickle.ReadFrom(r); err != nil { // The check sum is compared at the end.
		t.Error(err)
	}
}
