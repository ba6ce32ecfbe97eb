package train

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
	"sync"

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

// OpenDataset reads all pictures of a folder or zip file. It keeps up to budget bytes of pixels, reduced so that
// the short side is at most limit pixels. Progress, if not nil, is told how many of how many files
// are read.
func OpenDataset(ctx context.Context, name string, limit int, budget int64, progress func(done, of int)) (*Dataset, error) {
	d := &Dataset{closer: io.NopCloser(nil), budget: budget, limit: limit}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		d.files = os.DirFS(name)
	default:
		z, err := zip.OpenReader(name)
		if err != nil {
			return nil, fmt.Errorf("%s is neither a folder nor a zip file: %w", name, err)
		}
		d.files, d.closer = z, z
	}
	if err := d.list(); err != nil {
		d.closer.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.tsv, _ = fs.ReadFile(d.files, "classes.tsv") // a nicety
	d.read(ctx, progress)
	if err := ctx.Err(); err != nil {
		d.closer.Close()
		return nil, err
	}
	if len(d.Train) < 2 {
		d.closer.Close()
		return nil, fmt.Errorf("%s: %d of the training pictures can be read; at least two are needed", name, len(d.Train))
	}
	return d, nil
}

// Close closes the files.
func (d *Dataset) Close() error { return d.closer.Close() }

// list finds the files. Both roots must have the same classes, none without a picture.
func (d *Dataset) list() error {
	roots := map[string]map[string][]string{}
	for _, root := range []string{"train", "val"} {
		folders, err := fs.ReadDir(d.files, root)
		if err != nil {
			return fmt.Errorf("there is no folder %s; the pictures should lie in train/CLASS/ and val/CLASS/: %w", root, err)
		}
		classes := map[string][]string{}
		for _, folder := range folders {
			if !folder.IsDir() || strings.HasPrefix(folder.Name(), ".") {
				continue
			}
			files, err := fs.ReadDir(d.files, path.Join(root, folder.Name()))
			if err != nil {
				return err
			}
			for _, f := range files {
				if !f.IsDir() && !strings.HasPrefix(f.Name(), ".") {
					classes[folder.Name()] = append(classes[folder.Name()], path.Join(root, folder.Name(), f.Name()))
				}
			}
			if len(classes[folder.Name()]) == 0 {
				return fmt.Errorf("class %s has no picture in %s", folder.Name(), root)
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

// read decodes every picture once: the readable ones are kept as far as the budget goes, the others dropped.
func (d *Dataset) read(ctx context.Context, progress func(done, of int)) {
	total, done := len(d.Train)+len(d.Val), 0
	team := ops.NewTeam(0)
	for _, set := range []*[]Picture{&d.Train, &d.Val} {
		pictures := *set
		bad := make([]error, len(pictures))
		team.Run(len(pictures), func(i int) {
			if ctx.Err() != nil {
				return
			}
			img, err := d.decode(pictures[i].File)
			d.mu.Lock()
			defer d.mu.Unlock()
			bad[i] = err
			if err == nil && d.budget >= int64(len(img.Pix)) {
				d.budget -= int64(len(img.Pix))
				pictures[i].image = img
			}
			if done++; progress != nil && (done%256 == 0 || done == total) {
				progress(done, total)
			}
		})
		kept := pictures[:0]
		for i, p := range pictures {
			if bad[i] != nil {
				d.Skipped = append(d.Skipped, fmt.Sprintf("%s: %v", p.File, bad[i]))
				continue
			}
			kept = append(kept, p)
		}
		*set = kept
	}
}

// image returns the pixels of a picture.
func (d *Dataset) image(p *Picture) (*vision.Image, error) {
	if p.image != nil {
		return p.image, nil
	}
	return d.decode(p.File)
}

func (d *Dataset) decode(file string) (*vision.Image, error) {
	data, err := fs.ReadFile(d.files, file)
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

// NativeSide returns the side of the training pictures if all are squares of one size, else 0.
func (d *Dataset) NativeSide() int {
	side := 0
	for _, p := range d.Train {
		img := p.image
		if img == nil || img.W != img.H || side != 0 && img.W != side {
			return 0
		}
		side = img.W
	}
	return side
}

// Labels returns the table of classes that package classify reads: index, identifier and name by line.
func (d *Dataset) Labels() []byte {
	if lines := strings.Count(string(d.tsv), "\n"); lines >= len(d.Classes) {
		return d.tsv
	}
	var b strings.Builder
	for i, c := range d.Classes {
		fmt.Fprintf(&b, "%d\t%s\t%s\n", i, c, c)
	}
	return []byte(b.String())
}
