package ops

// The three matrix products of a linear layer y = x·Wᵀ, W [n, k], over M rows:
//
//	y  = x·Wᵀ   Mul with PackForward(W)
//	dx = dy·W   Mul with PackBackward(W)
//	dW = dyᵀ·x  GradWeight
//
// All three come down to one tile: 12 rows by 32 columns of the result, summed over a depth. Maps are read in place:
// a step of depth is a column of x or dy for the first two and a row of both for the third. Weights are packed so that
// a step of depth is 32 contiguous values.
const (
	tileRows = 12
	tileCols = 32
)

// Panels is a matrix [Depth, Cols] packed for the tile: panels of 32 columns (zeros behind the last), each Depth
// rows of 32 contiguous values.
type Panels struct {
	Depth, Cols int
	data        []float32
}

// PackForward packs the transpose of w [n, k], for Mul to multiply with on the way forward. It reuses p's memory.
func (p *Panels) PackForward(t *Team, w []float32, n, k int) {
	p.reset(k, n)
	t.eachChunk((n+tileCols-1)/tileCols, tileCols*k, func(from, to int) {
		for j := from * tileCols; j < min(n, to*tileCols); j++ {
			panel := p.data[j/tileCols*k*tileCols+j%tileCols:]
			for i, v := range w[j*k:][:k] {
				panel[i*tileCols] = v
			}
		}
	})
}

// PackBackward packs w [n, k] itself.
func (p *Panels) PackBackward(t *Team, w []float32, n, k int) {
	p.reset(n, k)
	t.eachChunk((k+tileCols-1)/tileCols, tileCols*n, func(from, to int) {
		for j := from * tileCols; j < min(k, to*tileCols); j += tileCols {
			for i := range n {
				copy(p.data[j*n+i*tileCols:][:tileCols], w[i*k+j:(i+1)*k])
			}
		}
	})
}

// reset makes room for a matrix [depth, cols]; columns behind the last are zero.
func (p *Panels) reset(depth, cols int) {
	width := (cols + tileCols - 1) / tileCols * tileCols
	if p.Depth == depth && p.Cols == cols {
		return // the padding is still zero
	}
	p.Depth, p.Cols = depth, cols
	p.data = Grow(p.data, depth*width)
	clear(p.data)
}

// Mul computes y = x·p, or y += x·p.
func Mul(t *Team, y, x Map, p *Panels, accumulate bool) {
	const perTask = 8 * tileRows
	rows := x.Rows()
	t.run((rows+perTask-1)/perTask, func(i int, s *scratch) {
		from := i * perTask
		mulRows(s, y, x, p, from, min(rows, from+perTask), accumulate)
	})
}

// mulRows is Mul on some rows. A panel stays in the first-level cache while all rows pass by.
func mulRows(s *scratch, y, x Map, p *Panels, from, to int, accumulate bool) {
	whole := from + (to-from)/tileRows*tileRows
	tail := to - whole
	if tail > 0 {
		// The last rows are copied to where the tile may read and write whole.
		s.a = Grow(s.a, tileRows*p.Depth)
		s.c = Grow(s.c, tileRows*tileCols)
		for i := range tail {
			copy(s.a[i*p.Depth:][:p.Depth], x.Row(whole+i))
		}
	}
	for j := 0; j < p.Cols; j += tileCols {
		panel := p.data[j*p.Depth:]
		cols := min(tileCols, p.Cols-j)
		for i := from; i < whole; i += tileRows {
			tile(p.Depth, x.Data[i*x.LD:], x.LD, 1, panel, tileCols, y.Data[i*y.LD+j:], y.LD, cols, accumulate)
		}
		if tail > 0 {
			tile(p.Depth, s.a, p.Depth, 1, panel, tileCols, s.c, tileCols, cols, false)
			storeTail(y.Data[whole*y.LD+j:], y.LD, s.c, tail, cols, accumulate)
		}
	}
}

// storeTail copies or adds rows×cols values of a tile to the result.
func storeTail(y []float32, ldy int, tile []float32, rows, cols int, accumulate bool) {
	for i := range rows {
		dst, src := y[i*ldy:][:cols], tile[i*tileCols:][:cols]
		if !accumulate {
			copy(dst, src)
			continue
		}
		for c, v := range src {
			dst[c] += v
		}
	}
}

const (
	gradDepth = 96 // rows of dy and x that a task passes over at a time: both stay in the cache
	gradRows  = 4 * tileRows
	gradCols  = 3 * tileCols // gradRows×gradCols values of dW are a task
)

// GradWeight computes dw [dy.C, x.C] = dyᵀ·x.
func GradWeight(t *Team, dw []float32, dy, x Map) {
	m, n, k := x.Rows(), dy.C, x.C
	tilesN, tilesK := (n+gradRows-1)/gradRows, (k+gradCols-1)/gradCols
	tiles := tilesN * tilesK
	// A small dW over many rows has too few tiles to share out: then the rows are cut as well.
	segments := max(1, min(16/tiles, m/(8*gradDepth)))
	out := dw
	if segments > 1 {
		out = t.partials(segments * n * k)
	}
	per := (m + segments*gradDepth - 1) / (segments * gradDepth) * gradDepth
	t.run(segments*tiles, func(i int, s *scratch) {
		segment, n0, k0 := i/tiles, i%tiles/tilesK*gradRows, i%tilesK*gradCols
		from := min(m, segment*per)
		rows := func(v Map) Map { return v.rowRange(from, min(m, from+per)) }
		gradTile(s, out[segment*n*k+n0*k+k0:], k,
			rows(dy).Channels(n0, min(n, n0+gradRows)), rows(x).Channels(k0, min(k, k0+gradCols)), false)
	})
	if segments > 1 {
		sumPartials(dw, out, segments)
	}
}

// gradTile computes up to gradRows×gradCols values of dW, ldw apart, or adds to them. Both operands are read in place. Rows of tiles
// behind the last channel of dy read what lies there, and are dropped.
func gradTile(s *scratch, dw []float32, ldw int, dy, x Map, accumulate bool) {
	s.c = Grow(s.c, gradRows*gradCols)
	clear(s.c)
	if accumulate {
		for i := range dy.C {
			copy(s.c[i*gradCols:], dw[i*ldw:][:x.C])
		}
	}
	rows := dy.Rows()
	a := dy.Data[:min(cap(dy.Data), len(dy.Data)+slack)]
	for from := 0; from < rows; from += gradDepth {
		depth := min(gradDepth, rows-from)
		for k := 0; k < x.C; k += tileCols {
			for n := 0; n < dy.C; n += tileRows {
				tile(depth, a[from*dy.LD+n:], 1, dy.LD, x.Data[from*x.LD+k:], x.LD,
					s.c[n*gradCols+k:], gradCols, min(tileCols, x.C-k), true)
			}
		}
	}
	for i := range dy.C {
		copy(dw[i*ldw:][:x.C], s.c[i*gradCols:])
	}
}

// tileScalar computes a tile: c[r, j] (+)= sum over d of a[r*stepR + d*stepD] * b[d*ldb + j] for 12 rows r, ldc
// apart, and the first cols of 32 columns j.
func tileScalar(depth int, a []float32, stepR, stepD int, b []float32, ldb int, c []float32, ldc, cols int, accumulate bool) {
	for r := range tileRows {
		row := c[r*ldc:][:cols]
		if !accumulate {
			clear(row)
		}
		j := 0
		for ; j+8 <= cols; j += 8 {
			s := (*[8]float32)(row[j:])
			s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
			for d := range depth {
				v := a[r*stepR+d*stepD]
				w := (*[8]float32)(b[d*ldb+j:])
				s0 += v * w[0]
				s1 += v * w[1]
				s2 += v * w[2]
				s3 += v * w[3]
				s4 += v * w[4]
				s5 += v * w[5]
				s6 += v * w[6]
				s7 += v * w[7]
			}
			*s = [8]float32{s0, s1, s2, s3, s4, s5, s6, s7}
		}
		for ; j < cols; j++ {
			sum := row[j]
			for d := range depth {
				sum += a[r*stepR+d*stepD] * b[d*ldb+j]
			}
			row[j] = sum
		}
	}
}
