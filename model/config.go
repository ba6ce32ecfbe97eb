package model

import (
	"fmt"
	"math"
)

// Config is what tells one MobileMamba from another. Arrays are indexed by stage.
type Config struct {
	Name       string // "T2", ... or "" for a configuration outside the paper's table
	Resolution int    // side of the square input it was trained for, in pixels; 0 if unknown

	EmbedDim [3]int // channels of the stage's map
	Depth    [3]int // MobileMamba blocks
	Kernels  [3]int // side of the local and the wavelet branch's depthwise kernels
	Global   [3]int // channels of the wavelet-enhanced Mamba branch
	Local    [3]int // channels of the multi-kernel depthwise branch; the rest is the identity branch
	DInner   [3]int // channels inside SS2D: ssm_ratio · Global
	DTRank   [3]int // rank of SS2D's Δ projection

	Classes      int
	Distillation bool // a second head, head_dist, averaged with the first
}

// Variants are the six models of the paper (table 2; official configs mobilemamba_t2 … b4). B1, B2 and B4
// share their tensors and differ in resolution.
var Variants = []Config{
	variant("T2", 192, [3]int{144, 272, 368}, [3]int{1, 2, 2}),
	variant("T4", 192, [3]int{176, 368, 448}, [3]int{1, 2, 2}),
	variant("S6", 224, [3]int{192, 384, 448}, [3]int{1, 2, 2}),
	variant("B1", 256, [3]int{200, 376, 448}, [3]int{2, 3, 2}),
	variant("B2", 384, [3]int{200, 376, 448}, [3]int{2, 3, 2}),
	variant("B4", 512, [3]int{200, 376, 448}, [3]int{2, 3, 2}),
}

// variant completes a row of the table with what all six have in common.
func variant(name string, resolution int, embedDim, depth [3]int) Config {
	return New(name, resolution, embedDim, depth, [3]int{7, 5, 3}, 1000)
}

// New returns the configuration with the official branch ratios (global 0.8, 0.7, 0.6; local 0.2, 0.2, 0.3)
// and ssm_ratio 2.
func New(name string, resolution int, embedDim, depth, kernels [3]int, classes int) Config {
	globalRatio := [3]float64{0.8, 0.7, 0.6}
	localRatio := [3]float64{0.2, 0.2, 0.3}
	const ssmRatio = 2
	c := Config{
		Name: name, Resolution: resolution,
		EmbedDim: embedDim, Depth: depth, Kernels: kernels, Classes: classes,
	}
	for i, dim := range embedDim {
		c.Global[i], c.Local[i] = SplitChannels(dim, globalRatio[i], localRatio[i])
		c.DInner[i] = ssmRatio * c.Global[i]
		c.DTRank[i] = (c.Global[i] + 15) / 16
	}
	return c
}

// XT is smaller than the paper's models: the configuration of the one that the page ships. The resolution may be any,
// and the classes are those of the data.
func XT(resolution, classes int) Config {
	return New("XT", resolution, [3]int{96, 160, 224}, [3]int{1, 2, 2}, [3]int{7, 5, 3}, classes)
}

// Variant returns the named row of Variants.
func Variant(name string) (Config, bool) {
	for _, c := range Variants {
		if c.Name == name {
			return c, true
		}
	}
	return Config{}, false
}

// As returns c with the name and resolution of variant v, or an error if the two have different tensors. The
// classes and the distillation head may differ.
func (c Config) As(v Config) (Config, error) {
	v.Classes, v.Distillation = c.Classes, c.Distillation
	if !v.sameTensors(c) {
		return c, fmt.Errorf("the checkpoint is not a MobileMamba-%s: embed_dim %v, depth %v, kernels %v, want %v, %v, %v",
			v.Name, c.EmbedDim, c.Depth, c.Kernels, v.EmbedDim, v.Depth, v.Kernels)
	}
	return v, nil
}

// sameTensors reports whether two configurations have the same tensors, up to name and resolution.
func (c Config) sameTensors(d Config) bool {
	c.Name, c.Resolution = d.Name, d.Resolution
	return c == d
}

// SplitChannels divides dim channels between the branches of an MRFFI block: global is the multiple of 16
// nearest to int(globalRatio·dim), ties up; local is int(localRatio·dim), or what is left if that is less;
// the identity branch keeps the rest.
func SplitChannels(dim int, globalRatio, localRatio float64) (global, local int) {
	global = nearest16(int(globalRatio * float64(dim)))
	global = min(global, dim)
	local = min(int(localRatio*float64(dim)), dim-global)
	return global, local
}

// nearest16 rounds to a multiple of 16, ties up.
func nearest16(n int) int { return int(math.Floor(float64(n)/16+0.5)) * 16 }

// seChannels is timm's make_divisible for a squeeze-and-excite over n channels with ratio 1/4.
func seChannels(n int) int { return max(8, (n/4+4)/8*8) }

// stemWidths are the channels of patch_embed's four convolutions.
func (c Config) stemWidths() [4]int {
	e := c.EmbedDim[0]
	return [4]int{e / 8, e / 4, e / 2, e}
}
