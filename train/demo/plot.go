package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	canvas "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// hues are the colours of the seeds.
var hues = []color.Color{
	color.NRGBA{0x1f, 0x5f, 0xa8, 255}, color.NRGBA{0xd9, 0x6b, 0x0c, 255}, color.NRGBA{0x2b, 0x8a, 0x57, 255},
}

// draw draws the two comparisons side by side: a line a seed and a bar at the means.
func draw(runs []Run, file string) error {
	panels := []*plot.Plot{plot.New(), plot.New()}
	for i, arm := range []string{armDistilled, armLong} {
		p := panels[i]
		p.Title.Text = []string{"distillation", "schedule"}[i]
		p.Title.Padding = vg.Points(6)
		p.Y.Label.Text = "validation top-1, %"
		grid := plotter.NewGrid()
		grid.Vertical.Width = 0
		p.Add(grid)
		if err := compare(p, runs, armShort, arm); err != nil {
			return err
		}
		p.NominalX(english.title(armShort), english.title(arm))
		p.X.Min, p.X.Max = -0.5, 1.5
	}
	// One scale for both, from zero: so a difference looks as large as it is.
	top := max(panels[0].Y.Max, panels[1].Y.Max) * 1.08
	for _, p := range panels {
		p.Y.Min, p.Y.Max = 0, top
	}
	panels[1].Legend = plot.NewLegend() // one is enough
	panels[0].Legend.XOffs, panels[0].Legend.YOffs = -vg.Points(6), vg.Points(6)

	img := vgimg.NewWith(vgimg.UseWH(8*vg.Inch, 3.4*vg.Inch), vgimg.UseDPI(144), vgimg.UseBackgroundColor(color.White))
	tiles := canvas.Tiles{Rows: 1, Cols: len(panels), PadX: vg.Millimeter * 8, PadTop: 8, PadBottom: 8, PadLeft: 8, PadRight: 12}
	for i, c := range plot.Align([][]*plot.Plot{panels}, tiles, canvas.New(img))[0] {
		panels[i].Draw(c)
	}
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(&b); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// compare draws two arms.
func compare(p *plot.Plot, runs []Run, left, right string) error {
	a, b := scores(runs, left), scores(runs, right)
	for x, mean := range []float64{mean(a).top1, mean(b).top1} {
		if math.IsNaN(mean) {
			continue
		}
		bar, err := plotter.NewLine(plotter.XYs{{X: float64(x) - 0.22, Y: mean}, {X: float64(x) + 0.22, Y: mean}})
		if err != nil {
			return err
		}
		bar.Width = vg.Points(2.5)
		outer := 0.25 * float64(2*x-1) // away from the lines of the seeds
		label, err := plotter.NewLabels(plotter.XYLabels{
			XYs: plotter.XYs{{X: float64(x) + outer, Y: mean}}, Labels: []string{fmt.Sprintf("%.1f", mean)},
		})
		if err != nil {
			return err
		}
		label.TextStyle[0].YAlign = canvas.YCenter
		if x == 0 {
			label.TextStyle[0].XAlign = canvas.XRight
		}
		p.Add(bar, label)
		if x == 0 {
			p.Legend.Add("mean", bar)
		}
	}
	for i := range a {
		if math.IsNaN(a[i].top1) || math.IsNaN(b[i].top1) {
			continue
		}
		line, points, err := plotter.NewLinePoints(plotter.XYs{{X: 0, Y: a[i].top1}, {X: 1, Y: b[i].top1}})
		if err != nil {
			return err
		}
		line.Color, points.Color = hues[i%len(hues)], hues[i%len(hues)]
		line.Width = vg.Points(1)
		points.Shape, points.Radius = canvas.CircleGlyph{}, vg.Points(3)
		p.Add(line, points)
		p.Legend.Add(fmt.Sprintf("seed %d", seeds[i]), line, points)
	}
	return nil
}
