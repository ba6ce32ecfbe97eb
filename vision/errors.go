package vision

// Code says what is wrong with a picture, for callers that answer each kind in their own words.
type Code string

const (
	NotAnImage  Code = "not-an-image"      // another kind of file
	Unsupported Code = "unsupported-image" // a picture in a format, or of a kind of one, that this package does not decode
	Damaged     Code = "image-damaged"     // cut short or contradicts itself
	TooLarge    Code = "image-too-large"   // beyond MaxBytes or MaxPixels
)

// Error is a refusal.
type Error struct {
	Code Code
	Msg  string
	Err  error // the cause, if any
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }
