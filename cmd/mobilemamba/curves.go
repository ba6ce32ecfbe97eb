package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"image/color"
	"math"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// curve is one line of a plot: a column of the log over the epochs.
type curve struct {
	column, title string
	colour        color.Color
	dashed        bool
}

var (
	blue   = color.NRGBA{0x1f, 0x5f, 0xa8, 255}
	orange = color.NRGBA{0xd9, 0x6b, 0x0c, 255}
)

// panels are the two plots of a training run.
var panels = []struct {
	title  string
	curves []curve
}{
	{"loss", []curve{
		{"loss", "training", color.Gray{0x80}, false},
		{"val_loss", "validation", blue, false},
		{"ema_loss", "validation, moving average", orange, false},
	}},
	{"accuracy, %", []curve{
		{"val_top1", "top-1", blue, false},
		{"val_top5", "top-5", blue, true},
		{"ema_top1", "top-1, moving average", orange, false},
		{"ema_top5", "top-5, moving average", orange, true},
	}},
}

// drawCurves draws the log of a training run as a PNG.
func drawCurves(logFile, pngFile string) error {
	columns, err := readLog(logFile)
	if err != nil {
		return err
	}
	var plots []*plot.Plot
	for _, panel := range panels {
		p := plot.New()
		p.Title.Text = panel.title
		p.X.Label.Text = "epoch"
		p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{}, roundTicks{}
		p.Legend.Top = panel.title == "loss"
		p.Legend.Padding, p.Legend.XOffs = vg.Points(2), -vg.Points(4)
		p.Add(plotter.NewGrid())
		for _, c := range panel.curves {
			points := columns[c.column]
			if len(points) == 0 {
				continue
			}
			line, err := plotter.NewLine(points)
			if err != nil {
				return err
			}
			line.Color, line.Width = c.colour, vg.Points(1.5)
			if c.dashed {
				line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
			}
			p.Add(line)
			p.Legend.Add(c.title, line)
		}
		plots = append(plots, p)
	}
	const width, height = 9 * vg.Inch, 3.6 * vg.Inch
	img := vgimg.New(width, height)
	tiles := draw.Tiles{Rows: 1, Cols: len(plots), PadX: vg.Millimeter * 6, PadTop: 6, PadBottom: 6, PadLeft: 6, PadRight: 12}
	for i, canvas := range plot.Align([][]*plot.Plot{plots}, tiles, draw.New(img))[0] {
		plots[i].Draw(canvas)
	}
	f, err := os.Create(pngFile)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(w); err != nil {
		f.Close()
		return err
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// roundTicks marks an axis at multiples of 1, 2 or 5 times a power of ten, three to ten times.
type roundTicks struct{}

func (roundTicks) Ticks(low, high float64) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10(high-low)))
	for _, finer := range []float64{1, 0.5, 0.2} {
		if (high-low)/(finer*step) >= 3 {
			step *= finer
			break
		}
	}
	var ticks []plot.Tick
	for i := math.Ceil(low / step); i*step <= high; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'g', 4, 64)})
	}
	return ticks
}

// readLog returns every column of a training log over its epochs, as far as it is filled in.
func readLog(name string) (map[string]plotter.XYs, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	columns := map[string]plotter.XYs{}
	if len(rows) == 0 {
		return columns, nil
	}
	header := rows[0]
	for _, row := range rows[1:] {
		epoch, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for i, cell := range row {
			// A step without finite gradients leaves no point.
			if v, err := strconv.ParseFloat(cell, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
				columns[header[i]] = append(columns[header[i]], plotter.XY{X: epoch, Y: v})
			}
		}
	}
	return columns, nil
}
