//go:build js && wasm

package main

import (
	"errors"
	"fmt"

	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/vision"
)

// The codes of this module's own errors, beside those of vision and checkpoint.
const (
	codeNoModel    = "no-model"    // classify or bench before load
	codeNoPicture  = "no-picture"  // explain, inspect or find before classify, or with a benchmark between
	codeBadRequest = "bad-request" // an argument that the caller got wrong
	codeLabels     = "labels"      // a label file that does not fit
	codePanic      = "panic"       // a defect; the instance must not be used any more
	codeFailed     = "failed"      // anything else
)

var errNoModel = errors.New("no model is loaded")

// requestError is a mistake of the caller's.
type requestError struct {
	call string
	err  error
}

func (e requestError) Error() string { return e.call + ": " + e.err.Error() }
func (e requestError) Unwrap() error { return e.err }

func badRequest(call string, err error) error { return requestError{call, err} }

// panicError is a recovered panic.
type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprintf("internal error: %v", e.value) }

// hints say what to do about a code.
var hints = map[string]string{
	string(vision.NotAnImage):         "Choose a photo: JPEG, PNG, WebP, GIF, BMP or TIFF.",
	string(vision.Unsupported):        "Save it as JPEG or PNG and try again.",
	string(vision.Damaged):            "Download or export the picture again; if it opens elsewhere, save it as PNG.",
	string(vision.TooLarge):           "Scale the picture down and try again.",
	string(checkpoint.NotACheckpoint): "Choose a MobileMamba checkpoint: a .pth file of the official trainer or a .safetensors file.",
	string(checkpoint.Truncated):      "Download the file again; its size should match the source's.",
	string(checkpoint.Unsafe):         "Do not open this file elsewhere unless you trust where it came from.",
	string(checkpoint.Corrupt):        "Download the file again, or convert it anew.",
	string(checkpoint.NoEMA):          "Load it without the moving average.",
	string(checkpoint.Mismatch):       "Only MobileMamba networks can be loaded; the list names what differs.",
	codeNoModel:                       "Choose a model first.",
	codeNoPicture:                     "Classify a picture first.",
	codeBadRequest:                    "Reload the page; if this happens again, report it.",
	codeLabels:                        "Use a list with a name for each class of the model.",
	codePanic:                         "The engine restarts by itself; try again.",
	codeFailed:                        "Try again; if this happens again, report it.",
}

// describe turns an error into {code, message, hint}.
func describe(err error) map[string]any {
	code := codeOf(err)
	return map[string]any{"code": code, "message": err.Error(), "hint": hints[code]}
}

func codeOf(err error) string {
	var (
		picture  *vision.Error
		file     *checkpoint.Error
		mismatch *checkpoint.MismatchError
		labels   *classify.LabelError
		class    *classify.ClassError
		block    *classify.BlockError
		request  requestError
		crash    panicError
	)
	switch {
	case errors.As(err, &picture):
		return string(picture.Code)
	case errors.As(err, &mismatch):
		return string(checkpoint.Mismatch)
	case errors.As(err, &file):
		return string(file.Code)
	case errors.As(err, &labels):
		return codeLabels
	case errors.As(err, &class), errors.As(err, &block), errors.As(err, &request):
		return codeBadRequest
	case errors.As(err, &crash):
		return codePanic
	case errors.Is(err, errNoModel):
		return codeNoModel
	case errors.Is(err, classify.ErrNoPicture):
		return codeNoPicture
	}
	return codeFailed
}
