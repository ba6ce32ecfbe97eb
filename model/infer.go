package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mobilemamba/checkpoint"
)

// Infer reads the configuration off a checkpoint's tensor names and shapes, and tells whether its BN is already
// folded. Name and Resolution are set where the configuration is one of the paper's, or the file's metadata tell them;
// B1, B2 and B4 have the same tensors and count as B1 where no metadata say otherwise.
//
// The error lists what is missing where too little is there to tell; a checkpoint that disagrees with the
// configuration elsewhere is checkpoint.Check's to judge.
func Infer(sd *checkpoint.StateDict) (c Config, folded bool, err error) {
	folded = sd.Get("patch_embed.0.weight") != nil
	suffix := ".c.weight"
	if folded {
		suffix = ".weight"
	}
	r := shapeReader{sd: sd}
	c.EmbedDim = [3]int{
		r.dim("patch_embed.6"+suffix, 0, 4),
		r.dim("blocks2.1.conv3"+suffix, 0, 4),
		r.dim("blocks3.1.conv3"+suffix, 0, 4),
	}
	head := "head.l.weight"
	if folded {
		head = "head.weight"
	}
	c.Classes = r.dim(head, 0, 2)
	for stage := range 3 {
		for c.Depth[stage] <= maxDepth && sd.Get(c.blockName(stage, c.Depth[stage])+".dw0.m"+suffix) != nil {
			c.Depth[stage]++
		}
		attn := c.blockName(stage, 0) + ".mixer.m.attn"
		ssm := attn + ".global_op.global_atten"
		local := attn + ".local_op.dwconv3x3.weight"
		if folded {
			local = attn + ".local_op.0.weight"
		}
		c.Global[stage] = r.dim(attn+".global_op.wt_filter", 0, 4) / 4
		c.Local[stage] = r.dim(local, 0, 4)
		c.Kernels[stage] = r.dim(local, 2, 4)
		c.DInner[stage] = r.dim(ssm+".x_proj_weight", 2, 3)
		c.DTRank[stage] = r.dim(ssm+".dt_projs_weight", 2, 3)
	}
	for _, t := range sd.Tensors {
		if strings.HasPrefix(t.Name, "head_dist.") {
			c.Distillation = true
		}
	}
	if err := r.err(c, folded); err != nil {
		return Config{}, false, err
	}
	if err := c.validate(); err != nil {
		return Config{}, false, err
	}
	for _, v := range Variants {
		if named, err := c.As(v); err == nil {
			c = named
			break
		}
	}
	return described(c, sd.Metadata), folded, nil
}

// described takes from a file's metadata what tensors do not tell: which of the variants that share them it is, and the
// side of its input. Metadata that contradict the tensors count for nothing.
func described(c Config, metadata map[string]string) Config {
	if v, ok := Variant(metadata["variant"]); ok {
		if named, err := c.As(v); err == nil {
			c = named
		}
	}
	if side, err := strconv.Atoi(metadata["resolution"]); err == nil && side > 0 {
		c.Resolution = side
	}
	return c
}

// maxWidth bounds every dimension that a checkpoint may claim: far beyond any model that runs here, small
// enough that products of two stay far from overflow.
const maxWidth = 1 << 16

// maxDepth bounds the blocks of a stage, of which a few bytes of one tensor's name each would do to claim one.
const maxDepth = 64

// validate reports dimensions that no MobileMamba has.
func (c Config) validate() error {
	check := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return &checkpoint.Error{Code: checkpoint.Mismatch, Msg: fmt.Sprintf("not a MobileMamba this program knows: "+format, args...)}
	}
	for i := range 3 {
		for _, err := range []error{
			check(c.EmbedDim[i] >= 8 && c.EmbedDim[i] <= maxWidth, "stage %d is %d channels wide", i+1, c.EmbedDim[i]),
			check(c.Depth[i] <= maxDepth, "stage %d has more than %d blocks", i+1, maxDepth),
			check(c.Kernels[i]%2 == 1 && c.Kernels[i] < 64, "stage %d has a local kernel of side %d; it must be odd", i+1, c.Kernels[i]),
			check(c.Global[i] >= 1 && c.Local[i] >= 1, "stage %d has %d global and %d local channels", i+1, c.Global[i], c.Local[i]),
			check(c.Global[i]+c.Local[i] <= c.EmbedDim[i], "stage %d has %d global and %d local channels in a map of %d", i+1, c.Global[i], c.Local[i], c.EmbedDim[i]),
			check(c.DInner[i] >= 1 && c.DInner[i] <= maxWidth, "stage %d has a state space of %d channels", i+1, c.DInner[i]),
			check(c.DTRank[i] >= 1 && c.DTRank[i] <= maxWidth, "stage %d has a Δ projection of rank %d", i+1, c.DTRank[i]),
		} {
			if err != nil {
				return err
			}
		}
	}
	return check(c.Classes >= 1 && c.Classes <= maxWidth*16, "the head has %d classes", c.Classes)
}

// shapeReader reads dimensions of tensors and remembers what it did not find.
type shapeReader struct {
	sd      *checkpoint.StateDict
	missing []string
}

// dim returns dimension i of the named tensor, which has the given rank; 0 if there is none such.
func (r *shapeReader) dim(name string, i, rank int) int {
	t := r.sd.Get(name)
	if t == nil || len(t.Shape) != rank {
		if !slices.Contains(r.missing, name) {
			r.missing = append(r.missing, name)
		}
		return 0
	}
	return t.Shape[i]
}

// err reports that the configuration cannot be told. Tensor names depend on the depths alone, so it names
// every tensor that is missing and every one that no MobileMamba has, as far as the depths are known.
func (r *shapeReader) err(c Config, folded bool) error {
	if len(r.missing) == 0 {
		return nil
	}
	for i := range c.Depth {
		c.Depth[i] = max(c.Depth[i], 1)
	}
	e := &checkpoint.MismatchError{}
	known := map[string]bool{}
	for _, s := range c.Specs(folded) {
		known[s.Name] = true
		if !s.Optional && r.sd.Get(s.Name) == nil {
			e.Missing = append(e.Missing, s.Name)
		}
	}
	for _, t := range r.sd.Tensors {
		if !known[t.Name] {
			e.Unexpected = append(e.Unexpected, t.Name)
		}
	}
	return fmt.Errorf("not a whole MobileMamba checkpoint: its configuration cannot be told from %s: %w", strings.Join(r.missing, ", "), e)
}
