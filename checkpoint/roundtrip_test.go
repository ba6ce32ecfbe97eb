package checkpoint_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
)

// write returns the tensors as a safetensors file.
func write(t *testing.T, sd *checkpoint.StateDict, dtype checkpoint.DType) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := checkpoint.WriteSafetensors(&b, sd, dtype); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parse(data []byte) (*checkpoint.StateDict, error) {
	return checkpoint.Read(bytes.NewReader(data), int64(len(data)), checkpoint.Options{})
}

// sample is a state dict with a tensor of every kind that conversion treats differently.
func sample() *checkpoint.StateDict {
	r := rand.New(rand.NewPCG(1, 2))
	sd := &checkpoint.StateDict{Metadata: map[string]string{"variant": "T2", "note": "line\n\"quoted\" <é>"}}
	add := func(name string, shape ...int) {
		n := 1
		for _, d := range shape {
			n *= d
		}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(r.NormFloat64()) * float32(math.Pow(10, float64(i%5-2)))
		}
		sd.Add(checkpoint.NewTensor(name, shape, data))
	}
	add("conv.weight", 32, 16, 3, 3)
	add("conv.bias", 32)
	add("head.weight", 10, 200)
	add("ssm.x_proj_weight", 2, 9, 100)
	add("ssm.A_logs", 2000, 1)
	add("scale.weight", 1, 2000, 1, 1)
	add("empty", 0, 3)
	add("scalar")
	sd.Add(checkpoint.NewTensor("zero.weight", []int{40, 40}, make([]float32, 1600)))
	return sd
}

func TestRoundTrip(t *testing.T) {
	sd := sample()
	for _, dtype := range []checkpoint.DType{checkpoint.F32, checkpoint.F16, checkpoint.I8} {
		t.Run(dtype.String(), func(t *testing.T) {
			data := write(t, sd, dtype)
			if !bytes.Equal(data, write(t, sd, dtype)) {
				t.Error("the same tensors give different bytes")
			}
			got, err := parse(data)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Tensors) != len(sd.Tensors) || got.Metadata["note"] != sd.Metadata["note"] {
				t.Fatalf("%d tensors, metadata %q", len(got.Tensors), got.Metadata)
			}
			for _, want := range sd.Tensors {
				checkTensor(t, got.Get(want.Name), want, dtype)
			}
			again, err := parse(write(t, got, checkpoint.F32))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range got.Tensors {
				checkTensor(t, again.Get(want.Name), want, checkpoint.F32)
			}
		})
	}
}

// checkTensor compares with the error that the type allows.
func checkTensor(t *testing.T, got, want *checkpoint.Tensor, dtype checkpoint.DType) {
	t.Helper()
	a, err := got.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	b, err := want.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	if got.DType == checkpoint.F32 {
		dtype = checkpoint.F32
	} else if got.Name != "conv.weight" && got.Name != "head.weight" && got.Name != "ssm.x_proj_weight" && got.Name != "zero.weight" {
		t.Errorf("%s was narrowed", got.Name)
	}
	rows := map[string]int{"conv.weight": 32, "head.weight": 10, "ssm.x_proj_weight": 18}[got.Name]
	for i := range b {
		var limit float64
		switch dtype {
		case checkpoint.F16:
			limit = math.Abs(float64(b[i]))/2048 + 1.0/(1<<25)
		case checkpoint.I8:
			if rows > 0 {
				limit = largest(b[i/(len(b)/rows)*(len(b)/rows):][:len(b)/rows])/127/2*(1+1e-5) + 1e-12
			}
		}
		if d := math.Abs(float64(a[i]) - float64(b[i])); d > limit {
			t.Fatalf("%s[%d] is %v, was %v: off by %v, limit %v", want.Name, i, a[i], b[i], d, limit)
		}
	}
}

func largest(x []float32) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// Every binary16 value survives being widened and narrowed again, through the file.
func TestEveryHalf(t *testing.T) {
	var want []float32
	for bits := range 1 << 16 {
		v := decode(uint16(bits), 5, 10)
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			want = append(want, float32(v))
		}
	}
	want = append(want, make([]float32, (32-len(want)%32)%32)...)
	sd := &checkpoint.StateDict{}
	sd.Add(checkpoint.NewTensor("w", []int{32, len(want) / 32}, want))
	got, err := parse(write(t, sd, checkpoint.F16))
	if err != nil {
		t.Fatal(err)
	}
	if got.Tensors[0].DType != checkpoint.F16 {
		t.Fatalf("written as %v", got.Tensors[0].DType)
	}
	data, err := got.Tensors[0].Float32s()
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range data {
		if math.Float32bits(v) != math.Float32bits(want[i]) {
			t.Fatalf("%v came back as %v", want[i], v)
		}
	}
}

// Narrowing rounds to the nearest, ties to even, and refuses what does not fit.
func TestNarrowing(t *testing.T) {
	base := make([]float32, 1600)
	for _, c := range []struct{ in, want float32 }{
		{2049, 2048}, {2051, 2052}, {65519, 65504}, {1 + 1.0/2048, 1}, {1 + 3.0/2048, 1 + 4.0/2048},
		{1.0 / (1 << 25), 0}, {1.5 / (1 << 24), 2.0 / (1 << 24)}, {-3e-8, -1.0 / (1 << 24)},
	} {
		base[7] = c.in
		sd := &checkpoint.StateDict{}
		sd.Add(checkpoint.NewTensor("w", []int{40, 40}, base))
		got, err := parse(write(t, sd, checkpoint.F16))
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := got.Get("w").Float32s(); data[7] != c.want {
			t.Errorf("%v was narrowed to %v, want %v", c.in, data[7], c.want)
		}
	}
	for _, v := range []float32{65520, -1e9, float32(math.Inf(1)), float32(math.NaN())} {
		base[7] = v
		sd := &checkpoint.StateDict{}
		sd.Add(checkpoint.NewTensor("some.weight", []int{40, 40}, base))
		for _, dtype := range []checkpoint.DType{checkpoint.F16, checkpoint.I8} {
			err := checkpoint.WriteSafetensors(&bytes.Buffer{}, sd, dtype)
			finite := !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
			if dtype == checkpoint.I8 && finite {
				continue
			}
			if err == nil || !strings.Contains(err.Error(), "some.weight") {
				t.Errorf("%v as %v: %v, want an error that names the tensor", v, dtype, err)
			}
		}
	}
}

func TestCheckNamesEverything(t *testing.T) {
	sd := &checkpoint.StateDict{}
	for _, name := range []string{"fits", "turned", "extra1", "extra2"} {
		sd.Add(checkpoint.NewTensor(name, []int{2}, make([]float32, 2)))
	}
	err := checkpoint.Check(sd, []checkpoint.Spec{
		{Name: "fits", Shape: []int{2}}, {Name: "turned", Shape: []int{1, 2}}, {Name: "lost1", Shape: []int{2}},
		{Name: "lost2", Shape: nil}, {Name: "optional", Optional: true},
	})
	var e *checkpoint.MismatchError
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if strings.Join(e.Missing, " ") != "lost1 lost2" || strings.Join(e.Unexpected, " ") != "extra1 extra2" || len(e.Misshapen) != 1 || e.Misshapen[0].Name != "turned" {
		t.Errorf("%+v", e)
	}
	for _, name := range []string{"lost1", "lost2", "extra1", "extra2", "turned: [2], want [1 2]"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the message lacks %q: %v", name, err)
		}
	}
	var all []checkpoint.Spec
	for _, tensor := range sd.Tensors {
		all = append(all, checkpoint.Spec{Name: tensor.Name, Shape: tensor.Shape})
	}
	if err := checkpoint.Check(sd, all); err != nil {
		t.Error(err)
	}
}
