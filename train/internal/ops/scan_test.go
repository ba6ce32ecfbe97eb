package ops

import (
	"math"
	"testing"
)

// scanOf makes direction k of a golden file's scan: u and delta [B, 2·D, L] and B, C [B, 2, 1, L] are in the order of
// the scan already.
func (f *opFile) scanOf(k int, u, delta, b, c Map, aLogs, d, bias []float32) *Scan {
	n := len(d) / 2
	bc := NewMap(u.B, u.H, u.W, 2, nil)
	for i := range bc.Rows() {
		bc.Row(i)[0], bc.Row(i)[1] = b.Row(i)[k], c.Row(i)[k]
	}
	s := &Scan{
		U: u.Channels(k*n, k*n+n), Delta: delta.Channels(k*n, k*n+n), BC: bc,
		A: Alloc(n), D: d[k*n:], Bias: bias[k*n:], H: NewMap(u.B, u.H, u.W, n, nil),
	}
	for i := range s.A {
		s.A[i] = float32(-math.Exp(float64(aLogs[k*n+i])))
	}
	return s
}

// padded copies a golden tensor to memory with slack.
func (f *opFile) padded(name string) []float32 { return Padded(f.Floats(name)) }

// readSteps returns the named tensor [B, 2, 1, L] as [B, L, 1, 2].
func (f *opFile) readSteps(name string) Map {
	s, src := f.Shape(name), f.Floats(name)
	l := s[3]
	out := NewMap(s[0], l, 1, 2, nil)
	for i, v := range src {
		out.Data[(i/(2*l)*l+i%l)*2+i/l%2] = v
	}
	return out
}

func TestGoldenScan(t *testing.T) {
	eachFile(t, []string{"scan_d3_l1", "scan_d4_l15", "scan_d6_l64", "scan_edge_delta"}, func(f *opFile, name string) {
		u, delta, dy := f.read("u"), f.read("delta"), f.read("dy")
		b, c := f.readSteps("B"), f.readSteps("C")
		n := u.C / 2
		y, du, ddelta := f.like("u"), f.like("u"), f.like("u")
		db, dc := NewMap(u.B, u.H, 1, 2, nil), NewMap(u.B, u.H, 1, 2, nil)
		dA, dD, dBias := make([]float32, 2*n), make([]float32, 2*n), make([]float32, 2*n)
		for k := range 2 {
			s := f.scanOf(k, u, delta, b, c, f.Floats("A_logs"), f.padded("D"), f.padded("delta_bias"))
			half := func(m Map) Map { return m.Channels(k*n, k*n+n) }
			s.Forward(f.team, half(y), false)
			g := &ScanGrads{
				U: half(du), Delta: half(ddelta), BC: NewMap(u.B, u.H, u.W, 2, nil),
				ALogs: dA[k*n:][:n], D: dD[k*n:][:n], Bias: dBias[k*n:][:n],
			}
			s.Grad(f.team, g, half(dy))
			for i := range g.BC.Rows() {
				db.Row(i)[k], dc.Row(i)[k] = g.BC.Row(i)[0], g.BC.Row(i)[1]
			}
		}
		f.near(y, "y64")
		f.near(du, "grad:u64")
		f.near(ddelta, "grad:delta64")
		f.near(db, "grad:B64")
		f.near(dc, "grad:C64")
		f.nearValues(dA, "grad:A_logs64")
		f.nearValues(dD, "grad:D64")
		f.nearValues(dBias, "grad:delta_bias64")
	})
}

// The merge y0 + reverse(y1) is what two directions do that add to one output: with B = 0 a scan only multiplies
// its input by D.
func TestGoldenCrossMerge(t *testing.T) {
	eachFile(t, []string{"cross_merge_batch3"}, func(f *opFile, name string) {
		s, src := f.Shape("ys"), f.Floats("ys") // [B, 2, D, L]
		batch, d, l := s[0], s[2], s[3]
		y := NewMap(batch, l, 1, d, nil)
		dys := make([]float32, len(src))
		dy := f.read("dy")
		for k := range 2 {
			u := NewMap(batch, l, 1, d, nil)
			at := func(b, c, step int) int { return ((b*2+k)*d+c)*l + step }
			each := func(f func(b, c, pixel, step int)) {
				for i := range batch * d * l {
					b, c, pixel := i/(d*l), i/l%d, i%l
					step := pixel
					if k == 1 {
						step = l - 1 - pixel // direction 1 is listed in its own order
					}
					f(b, c, pixel, step)
				}
			}
			each(func(b, c, pixel, step int) { u.Data[(b*l+pixel)*d+c] = src[at(b, c, step)] })
			one, zero := Alloc(d), Alloc(d)
			for i := range one {
				one[i] = 1
			}
			scan := Scan{
				Reverse: k == 1, U: u, Delta: NewMap(batch, l, 1, d, nil), BC: NewMap(batch, l, 1, 2, nil),
				A: zero, D: one, Bias: zero, H: NewMap(batch, l, 1, d, nil),
			}
			scan.Forward(f.team, y, k == 1)
			du := NewMap(batch, l, 1, d, nil)
			scan.Grad(f.team, &ScanGrads{
				U: du, Delta: NewMap(batch, l, 1, d, nil), BC: NewMap(batch, l, 1, 2, nil),
				ALogs: Alloc(d), D: Alloc(d), Bias: Alloc(d),
			}, dy)
			each(func(b, c, pixel, step int) { dys[at(b, c, step)] = du.Data[(b*l+pixel)*d+c] })
		}
		f.near(y, "y64")
		f.nearValues(dys, "grad:ys64")
	})
}

func TestGoldenBidirectional(t *testing.T) {
	eachFile(t, []string{"bidi_core_5x3", "bidi_core_4x6", "bidi_core_1x1"}, func(f *opFile, name string) {
		x, dy := f.read("x"), f.read("dy")
		s := f.Shape("x_proj_weight")
		rank, d := s[1]-2, s[2]
		xProj, dtWeight := f.Floats("x_proj_weight"), f.Floats("dt_projs_weight")
		like := func(c int) Map { return NewMap(x.B, x.H, x.W, c, nil) }
		var panels Panels
		proj := like(2 * (rank + 2))
		panels.PackForward(f.team, xProj, proj.C, d)
		Mul(f.team, proj, x, &panels, false)
		y, dx, dproj := like(d), like(d), like(proj.C)
		dA, dD, dBias, dW := make([]float32, 2*d), make([]float32, 2*d), make([]float32, 2*d), make([]float32, 2*d*rank)
		for k := range 2 {
			from := k * (rank + 2)
			low, bc := proj.Channels(from, from+rank), proj.Channels(from+rank, from+rank+2)
			var dt, back Panels
			dt.PackForward(f.team, dtWeight[k*d*rank:], d, rank)
			delta, ddelta := like(d), like(d)
			Mul(f.team, delta, low, &dt, false)
			scan := f.scanOf(0, x, delta, NewMap(x.B, x.H, x.W, 2, nil), NewMap(x.B, x.H, x.W, 2, nil),
				append(f.padded("A_logs")[k*d:][:d:d], make([]float32, d)...), f.padded("Ds"), f.padded("dt_projs_bias"))
			scan.U, scan.Delta, scan.BC, scan.H, scan.Reverse = x, delta, bc, like(d), k == 1
			scan.A = scan.A[:0:0]
			for _, v := range f.Floats("A_logs")[k*d:][:d] {
				scan.A = append(scan.A, float32(-math.Exp(float64(v))))
			}
			scan.A = Padded(scan.A)
			scan.D, scan.Bias = f.padded("Ds")[k*d:], f.padded("dt_projs_bias")[k*d:]
			scan.Forward(f.team, y, k == 1)
			scan.Grad(f.team, &ScanGrads{
				U: dx, Delta: ddelta, BC: dproj.Channels(from+rank, from+rank+2),
				ALogs: dA[k*d:][:d], D: dD[k*d:][:d], Bias: dBias[k*d:][:d],
			}, dy)
			GradWeight(f.team, dW[k*d*rank:][:d*rank], ddelta, low)
			back.PackBackward(f.team, dtWeight[k*d*rank:], d, rank)
			Mul(f.team, dproj.Channels(from, from+rank), ddelta, &back, false)
		}
		var back Panels
		back.PackBackward(f.team, xProj, proj.C, d)
		Mul(f.team, dx, dproj, &back, true)
		dxProj := make([]float32, len(xProj))
		GradWeight(f.team, dxProj, dproj, x)
		f.near(y, "y64")
		f.near(dx, "grad:x64")
		f.nearValues(dxProj, "grad:x_proj_weight64")
		f.nearValues(dW, "grad:dt_projs_weight64")
		f.nearValues(dBias, "grad:dt_projs_bias64")
		f.nearValues(dA, "grad:A_logs64")
		f.nearValues(dD, "grad:Ds64")
	})
}
