package model

import (
	"testing"

	"mobilemamba/kernels"
)

// BenchmarkForward runs whole networks on every row of the kernels' table.
func BenchmarkForward(b *testing.B) {
	for _, name := range []string{"T2", "S6", "B1"} {
		config, _ := Variant(name)
		sd := config.Synthetic("")
		for _, set := range kernels.Variants() {
			b.Run(name+"/"+set.Name, func(b *testing.B) {
				m, err := Load(sd, &set)
				if err != nil {
					b.Fatal(err)
				}
				s, err := m.NewState(config.Resolution, config.Resolution)
				if err != nil {
					b.Fatal(err)
				}
				x := testInput(config.Resolution, config.Resolution)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := m.Forward(s, x); err != nil {
						b.Fatal(err)
					}
				}
				seconds := b.Elapsed().Seconds() / float64(b.N)
				b.ReportMetric(2*float64(s.MACs())/seconds/1e9, "GFLOP/s")
				b.ReportMetric(seconds*1e3, "ms/op")
			})
		}
	}
}
