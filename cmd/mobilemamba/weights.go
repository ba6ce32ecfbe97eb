package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"mobilemamba/assets"
	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/internal/download"
)

// pause replaces the pauses between attempts to download, in tests.
var pause func(failed int) time.Duration

// weights fetches official checkpoints into a checkout.
type weights struct {
	e      *env
	base   *url.URL // of the authors' files
	cache  string   // folder of what was downloaded
	models string   // folder of the manifest
	ema    bool
	forget bool
	lock   lock
	out    *printer
}

func runWeights(ctx context.Context, e *env, args []string) error {
	flags := flag.NewFlagSet("weights", flag.ContinueOnError)
	variant := flags.String("variant", "T2", "`name` of the checkpoint: T2, T2† (or T2s), T4 … B4†, or all")
	file := flags.String("file", "", "checkpoint `file` that was downloaded by other means; nothing is fetched")
	from := flags.String("from", "", "`URL` of a mirror with the authors' files under the authors' paths")
	cache := flags.String("cache", filepath.Join("build", "weights"), "`folder` for what is downloaded")
	models := flags.String("models", filepath.Dir(filepath.FromSlash(assets.LocalManifest)), "`folder` of the page's models")
	ema := flags.Bool("ema", false, "take the moving average of the weights (net_E)")
	forget := flags.Bool("forget", false, "accept another file than the one that was remembered")
	rest, err := parse(e, flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("what is %q? The checkpoint is named by --variant", rest[0])
	}
	catalogue, err := assets.OfficialModels()
	if err != nil {
		return err
	}
	wanted := catalogue.Models
	if *variant != "all" {
		official, err := catalogue.Find(*variant)
		if err != nil {
			return usageError{err.Error()}
		}
		wanted = []assets.Official{*official}
	} else if *file != "" {
		return usagef("--file is one checkpoint; name it by --variant")
	}
	if *from == "" {
		*from = catalogue.Base
	}
	base, err := url.Parse(strings.TrimSuffix(*from, "/") + "/")
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return usagef("--from %s: a URL that begins with https:// is needed", *from)
	}
	w := &weights{e: e, base: base, cache: *cache, models: *models, ema: *ema, forget: *forget, out: newPrinter(e)}
	if _, err := os.Stat(filepath.Join(w.models, "index.json")); err != nil {
		return fmt.Errorf("%s holds no index.json; run this in the project's folder, or name that of the page's models by --models", w.models)
	}
	if w.lock, err = readLock(filepath.Join(w.models, "local", "lock.json")); err != nil {
		return err
	}
	for i := range wanted {
		if err := w.add(ctx, &wanted[i], *file); err != nil {
			return err
		}
	}
	return nil
}

// add fetches a checkpoint, or takes the file, checks and converts it, and registers the model. What failed a check
// is not remembered, and not kept if it has just been fetched.
func (w *weights) add(ctx context.Context, o *assets.Official, file string) error {
	remote := o.Weights[0]
	want := w.lock.get(remote)
	if w.forget {
		want = nil
	}
	var got download.Digest
	var err error
	own, fetched := file != "", false
	if !own {
		file = filepath.Join(w.cache, path.Base(remote.URL))
		got, fetched, err = w.fetch(ctx, remote.URL, file, want)
	} else if got, err = download.Sum(file); err == nil && want != nil && got != *want {
		err = &download.ChangedError{URL: file, Want: *want, Got: got}
	}
	var changed *download.ChangedError
	if errors.As(err, &changed) && !changed.Announced {
		err = fmt.Errorf("%w.\nIf the authors have published a new file, accept it by --forget", err)
	}
	if err != nil {
		return err
	}
	files, err := w.convert(o, file)
	if err != nil {
		switch {
		case own || !unfit(err):
		case fetched:
			os.Remove(file)
		default:
			err = fmt.Errorf("%w.\nThe file was here already; --forget fetches it again", err)
		}
		return err
	}
	entry := *o
	entry.Weights = files
	entry.Source = fmt.Sprintf("%s; %s, SHA-256 %s", o.Source, path.Base(remote.URL), got.SHA256)
	manifest := filepath.Join(w.models, filepath.Base(assets.LocalManifest))
	if err := register(manifest, entry); err != nil {
		return err
	}
	if err := w.lock.remember(remote.URL, got); err != nil {
		return err
	}
	fmt.Fprintf(w.e.stdout, "%s: registered in %s; \"make run\" and \"make site\" offer it, classify takes it as --model %s\n", o.Title, manifest, o.ID)
	return nil
}

// unfit tells what is wrong with a file from what the system or this call's flags are to blame for.
func unfit(err error) bool {
	var system syscall.Errno
	var refused *checkpoint.Error
	return !errors.As(err, &system) && !(errors.As(err, &refused) && refused.Code == checkpoint.NoEMA)
}

// fetch downloads a checkpoint, or finds it in the cache.
func (w *weights) fetch(ctx context.Context, name, file string, want *download.Digest) (got download.Digest, fetched bool, err error) {
	from := w.base.JoinPath(name).String()
	if w.forget {
		os.Remove(file)
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		fetched = true
		fmt.Fprintf(w.e.stderr, "fetching %s\n", from)
	}
	got, err = download.Get(ctx, download.Request{
		URL: from, File: file, Want: want, Pause: pause,
		Progress: func(done, total int64) { w.out.update(progressText(done, total), done == total) },
		Retry: func(err error, pause time.Duration) {
			fmt.Fprintf(w.e.stderr, "%v; again in %v\n", err, pause.Round(100*time.Millisecond))
		},
	})
	var changed *download.ChangedError
	if err == nil || errors.As(err, &changed) || ctx.Err() != nil {
		return got, fetched, err
	}
	return got, fetched, fmt.Errorf("%w.\nIf it cannot be reached from here, fetch it by other means and name it by --file, or a mirror by --from", err)
}

// progressText says how far a download is.
func progressText(done, total int64) string {
	if total < 0 {
		return fmt.Sprintf("%.1f MB", float64(done)/1e6)
	}
	return fmt.Sprintf("%.1f of %.1f MB, %d %%", float64(done)/1e6, float64(total)/1e6, 100*done/max(total, 1))
}

// localFile is the path of converted weights, relative to the manifest.
func localFile(o *assets.Official, dtype string) string {
	return path.Join("local", fmt.Sprintf("mobilemamba-%s-%s.safetensors", o.ID, dtype))
}

// describeWeights reads what a manifest says about a file.
func describeWeights(dir, name, dtype string) (classify.Weights, error) {
	d, err := download.Sum(filepath.Join(dir, filepath.FromSlash(name)))
	return classify.Weights{DType: dtype, URL: name, Bytes: d.Bytes, SHA256: d.SHA256}, err
}
