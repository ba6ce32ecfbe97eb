package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// budget holds the most bytes that the site may take; budget.json is the one of this repository.
type budget struct {
	Module     int `json:"module"`     // sent: the WebAssembly module of one set of kernels
	Code       int `json:"code"`       // sent before a model: that, the loader and what the page starts with
	FirstVisit int `json:"firstVisit"` // sent until the default model can answer, everything decorative included
	Site       int `json:"site"`       // on the host, compressed copies included
}

// size counts files and their bytes: as they are, and as they are sent by a host that compresses what is worth it.
type size struct{ files, raw, sent int }

// sizes is the size of a site by what its files are for.
type sizes struct {
	module     size // the largest, so that no browser gets more
	code       size // that, the loader and the page: what is loaded before anything is done
	later      size // code for what comes when the model is there: panels, tools, another language, the service worker
	others     size // the modules of the other kernels
	models     size
	local      size // the user's own models, which no budget of this repository's can know
	labels     size
	rest       size
	firstVisit size
	site       size // without the user's models; sent means here: with the compressed copies
}

func readBudget(file string) (budget, error) {
	var b budget
	data, err := os.ReadFile(file)
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return b, fmt.Errorf("%s: %w", file, err)
	}
	if b.Module <= 0 || b.Code <= 0 || b.FirstVisit <= 0 || b.Site <= 0 {
		return b, fmt.Errorf("%s: it should give bytes for module, code, firstVisit and site", file)
	}
	return b, nil
}

// measure adds up a compressed tree.
func (t tree) measure() (sizes, error) {
	var s sizes
	first := slices.Concat(t.stylesheets("index.html"), t.classicScripts("index.html"), []string{"index.html"})
	for _, entry := range []string{"app.js", "worker.js"} {
		modules, err := t.modules(entry)
		if err != nil {
			return s, err
		}
		first = append(first, modules...)
	}
	for _, name := range t.names() {
		if original, ok := strings.CutSuffix(name, ".gz"); ok && t[original] != nil {
			if !isLocal(original) {
				s.site.sent += len(t[name])
			}
			continue
		}
		f := t.size(name)
		if isLocal(name) {
			s.local.add(f)
			continue
		}
		s.site.files++
		s.site.raw += f.raw
		s.site.sent += f.raw
		switch ext := path.Ext(name); {
		case ext == ".wasm":
			if f.sent > s.module.sent {
				f, s.module = s.module, f
			}
			s.others.add(f)
		case slices.Contains(first, name):
			s.code.add(f)
		case ext == ".js" || ext == ".css" || ext == ".html":
			s.later.add(f)
		case ext == ".safetensors":
			s.models.add(f)
		case ext == ".tsv":
			s.labels.add(f)
		default:
			s.rest.add(f)
		}
	}
	s.code.add(s.module)
	weights, labels, err := t.defaultModel()
	if err != nil {
		return s, err
	}
	for _, part := range []size{s.code, s.rest, t.size(weights), t.size(labels)} {
		s.firstVisit.add(part)
	}
	return s, nil
}

// defaultModel returns the paths of the files that the manifest's first model needs.
func (t tree) defaultModel() (weights, labels string, err error) {
	const manifest = "assets/models/index.json"
	var m struct {
		Models []struct {
			Labels  string
			Weights []struct{ URL string }
		}
	}
	if err := json.Unmarshal(t[manifest], &m); err != nil {
		return "", "", fmt.Errorf("%s: %w", manifest, err)
	}
	if len(m.Models) == 0 || len(m.Models[0].Weights) == 0 {
		return "", "", fmt.Errorf("%s: it has no model with weights", manifest)
	}
	weights = path.Join(path.Dir(manifest), m.Models[0].Weights[0].URL)
	labels = path.Join(path.Dir(manifest), m.Models[0].Labels)
	for _, name := range []string{weights, labels} {
		if t[name] == nil {
			return "", "", fmt.Errorf("%s: the default model needs %s, which is not part of the site", manifest, name)
		}
	}
	return weights, labels, nil
}

// size measures one file.
func (t tree) size(name string) size {
	f := size{files: 1, raw: len(t[name]), sent: len(t[name])}
	if gz, ok := t[name+".gz"]; ok {
		f.sent = len(gz)
	}
	return f
}

func (s *size) add(other size) {
	s.files += other.files
	s.raw += other.raw
	s.sent += other.sent
}

// print writes the report.
func (s sizes) print(w io.Writer, limits budget) {
	fmt.Fprintf(w, "%-42s %5s %11s %11s %11s\n", "bytes", "files", "raw", "gzip", "budget")
	for _, row := range []struct {
		what  string
		size  size
		limit int
	}{
		{"module of one set of kernels", s.module, limits.Module},
		{"code: that, the loader and the page", s.code, limits.Code},
		{"code for what comes later, if at all", s.later, 0},
		{"modules of the other kernels", s.others, 0},
		{"models", s.models, 0},
		{"models of your own, beyond the budget", s.local, 0},
		{"labels", s.labels, 0},
		{"rest: pictures, sounds, lists, licence", s.rest, 0},
		{"first visit, default model included", s.firstVisit, limits.FirstVisit},
		{"whole site (gzip: copies beside the files)", s.site, limits.Site},
	} {
		if row.size.files == 0 {
			continue
		}
		limit := ""
		if row.limit > 0 {
			limit = fmt.Sprint(row.limit)
		}
		fmt.Fprintf(w, "%-42s %5d %11d %11d %11s\n", row.what, row.size.files, row.size.raw, row.size.sent, limit)
	}
}

// check says all that is over the budget.
func (b budget) check(s sizes) error {
	var over []error
	for _, c := range []struct {
		what      string
		is, limit int
	}{
		{"module", s.module.sent, b.Module},
		{"code", s.code.sent, b.Code},
		{"firstVisit", s.firstVisit.sent, b.FirstVisit},
		{"site", s.site.sent, b.Site},
	} {
		if c.is > c.limit {
			over = append(over, fmt.Errorf("%s takes %d bytes, %d more than budget.json allows", c.what, c.is, c.is-c.limit))
		}
	}
	return errors.Join(over...)
}
