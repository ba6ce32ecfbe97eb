package train

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"mobilemamba/internal/pictures"
	"mobilemamba/train/internal/ops"
	"mobilemamba/vision"
)

// Dataset is a collection of pictures by class: train/CLASS/picture and val/CLASS/picture in a folder or a zip file.
type Dataset struct {
	Classes []string // identifiers, sorted; a label is an index into them
	Train   []Picture
	Val     []Picture
	Skipped []string // files that could not be read, and why

	listed int // training files, the unreadable ones included
	native int // side of the training pictures; negative if they differ
	files  fs.FS
	closer io.Closer
	tsv    []byte // classes.tsv, if there is one
	budget int64  // bytes of pixels left to keep
	limit  int    // the short side is halved until it is no longer than this
	mu     sync.Mutex
}

// Picture is one labelled picture. Its pixels stay in memory as far as the budget goes; the others are decoded when
// they are needed.
type Picture struct {
	File  string
	Label int

	place int // among all files of its root, sorted: the row of stored logits
	image *vision.Image
}

// OpenDataset reads all pictures of a folder or zip file, or of the only folder in it. It keeps up to budget bytes of
// pixels, reduced so that the short side is at most limit pixels. Progress, if not nil, is told how many of how many
// files are read. Pictures that cannot be read are skipped and named; a class without any, two roots of different
// classes, or no such folder is an error.
func OpenDataset(ctx context.Context, name string, limit int, budget int64, progress func(done, of int)) (*Dataset, error) {
	files, closer, err := pictures.Open(name)
	if err != nil {
		return nil, err
	}
	if files, err = pictures.Around(files, "train"); err != nil {
		closer.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d := &Dataset{files: files, closer: closer, budget: budget, limit: limit}
	if err := d.list(); err != nil {
		d.closer.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.tsv, _ = fs.ReadFile(d.files, "classes.tsv") // a nicety
	if err := d.read(ctx, progress); err != nil {
		d.closer.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// Close closes the files.
func (d *Dataset) Close() error { return d.closer.Close() }

// list finds the files. Both roots must have the same classes, none without a picture.
func (d *Dataset) list() error {
	roots := map[string]map[string][]string{}
	for _, root := range []string{"train", "val"} {
		folders, _, err := pictures.List(d.files, root)
		if err != nil {
			return fmt.Errorf("there is no folder %s; the pictures should lie in train/CLASS/ and val/CLASS/: %w", root, err)
		}
		classes := map[string][]string{}
		for _, class := range folders {
			_, files, err := pictures.List(d.files, path.Join(root, class))
			if err != nil {
				return err
			}
			for _, f := range files {
				classes[class] = append(classes[class], path.Join(root, class, f))
			}
			if len(files) == 0 {
				return fmt.Errorf("class %s has no picture in %s", class, root)
			}
		}
		roots[root] = classes
	}
	for name := range roots["train"] {
		if roots["val"][name] == nil {
			return fmt.Errorf("class %s is in train, but not in val", name)
		}
		d.Classes = append(d.Classes, name)
	}
	for name := range roots["val"] {
		if roots["train"][name] == nil {
			return fmt.Errorf("class %s is in val, but not in train", name)
		}
	}
	if len(d.Classes) < 2 {
		return fmt.Errorf("there are %d classes; at least two are needed", len(d.Classes))
	}
	sort.Strings(d.Classes)
	for label, name := range d.Classes {
		for _, f := range roots["train"][name] {
			d.Train = append(d.Train, Picture{File: f, Label: label, place: len(d.Train)})
		}
		for _, f := range roots["val"][name] {
			d.Val = append(d.Val, Picture{File: f, Label: label, place: len(d.Val)})
		}
	}
	d.listed = len(d.Train)
	return nil
}

// read decodes every picture once: the readable ones are kept as far as the budget goes, the others dropped. A class of
// which none is left is an error.
func (d *Dataset) read(ctx context.Context, progress func(done, of int)) error {
	total, done := len(d.Train)+len(d.Val), 0
	team := ops.NewTeam(0)
	for _, set := range []*[]Picture{&d.Train, &d.Val} {
		all := *set
		bad := make([]error, len(all))
		team.Run(len(all), func(i int) {
			if ctx.Err() != nil {
				return
			}
			img, err := d.decode(all[i].File)
			d.mu.Lock()
			defer d.mu.Unlock()
			bad[i] = err
			if err == nil && d.budget >= int64(len(img.Pix)) {
				d.budget -= int64(len(img.Pix))
				all[i].image = img
			}
			if err == nil && set == &d.Train {
				d.measure(img)
			}
			if done++; progress != nil && (done%256 == 0 || done == total) {
				progress(done, total)
			}
		})
		if err := ctx.Err(); err != nil {
			return err
		}
		kept := all[:0]
		readable, first := make([]bool, len(d.Classes)), make([]string, len(d.Classes))
		for i, p := range all {
			if bad[i] != nil {
				line := fmt.Sprintf("%s: %v", p.File, bad[i])
				d.Skipped = append(d.Skipped, line)
				first[p.Label] = cmp.Or(first[p.Label], line)
				continue
			}
			readable[p.Label] = true
			kept = append(kept, p)
		}
		if i := slices.Index(readable, false); i >= 0 {
			return fmt.Errorf("no picture of class %s can be read: %s", d.Classes[i], first[i])
		}
		*set = kept
	}
	return nil
}

// fingerprint tells training pictures from others: how many there are, and a hash of their names and order.
func (d *Dataset) fingerprint() string {
	h := sha256.New()
	for _, p := range d.Train {
		fmt.Fprintln(h, p.File)
	}
	return fmt.Sprintf("%d of list %.6x", len(d.Train), h.Sum(nil))
}

// image returns the pixels of a picture.
func (d *Dataset) image(p *Picture) (*vision.Image, error) {
	if p.image != nil {
		return p.image, nil
	}
	return d.decode(p.File)
}

func (d *Dataset) decode(file string) (*vision.Image, error) {
	data, err := pictures.ReadFile(d.files, file)
	if err != nil {
		return nil, err
	}
	img, err := vision.Decode(data, vision.DecodeOptions{})
	if err != nil {
		return nil, err
	}
	for min(img.W, img.H) > d.limit && d.limit > 0 {
		img = halve(img)
	}
	return img, nil
}

// halve returns the picture at half its size, each pixel the mean of four.
func halve(img *vision.Image) *vision.Image {
	out := &vision.Image{W: img.W / 2, H: img.H / 2}
	out.Pix = make([]byte, 3*out.W*out.H)
	for y := range out.H {
		top, bottom := img.Pix[2*y*3*img.W:][:3*img.W], img.Pix[(2*y+1)*3*img.W:][:3*img.W]
		for x := range out.W {
			for c := range 3 {
				i := 6*x + c
				sum := int(top[i]) + int(top[i+3]) + int(bottom[i]) + int(bottom[i+3])
				out.Pix[3*(y*out.W+x)+c] = byte((sum + 2) / 4)
			}
		}
	}
	return out
}

// measure notes the size of a training picture.
func (d *Dataset) measure(img *vision.Image) {
	switch {
	case img.W != img.H || d.native != 0 && d.native != img.W:
		d.native = -1
	case d.native == 0:
		d.native = img.W
	}
}

// NativeSide returns the side of the training pictures if all are squares of one size, else 0.
func (d *Dataset) NativeSide() int { return max(0, d.native) }

// Labels returns the table of classes that package classify reads: index, identifier and name by line. The names are
// those that the data's own classes.tsv has beside the identifiers, else the identifiers.
func (d *Dataset) Labels() []byte {
	names := map[string]string{}
	for line := range strings.Lines(string(d.tsv)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if n := len(fields); n >= 2 && fields[n-1] != "" {
			names[fields[n-2]] = fields[n-1]
		}
	}
	var b strings.Builder
	for i, c := range d.Classes {
		fmt.Fprintf(&b, "%d\t%s\t%s\n", i, c, cmp.Or(names[c], c))
	}
	return []byte(b.String())
}
