package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// temporaryError is one that the next attempt may not meet.
type temporaryError struct {
	err   error
	after time.Duration // not earlier than this
}

func (e *temporaryError) Error() string { return e.err.Error() }
func (e *temporaryError) Unwrap() error { return e.err }

// redirectError is a redirect that is not followed.
type redirectError string

func (e redirectError) Error() string { return string(e) }

// attempt makes one request for what is missing and appends what comes. It returns what the server announced about
// the whole file, if it did.
func (r *Request) attempt(ctx context.Context, part *part) (announced *Digest, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(r.Idle, func() { cancel(fmt.Errorf("no answer for %v", r.Idle)) })
	defer watch.Stop()

	client := *r.Client
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if d := announcement(next.Response.Header); d != nil {
			announced = d
		}
		if len(via) >= 10 {
			return redirectError("it redirects ten times in a row")
		}
		if via[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
			return redirectError("it redirects to " + next.URL.Host + " without encryption")
		}
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // Ranges of compressed bytes would be of no use.
	part.ask(request.Header)
	response, err := client.Do(request)
	var refused redirectError
	switch cause := context.Cause(ctx); {
	case errors.As(err, &refused):
		return nil, fmt.Errorf("%s: %w", r.URL, refused)
	case err != nil && cause != nil:
		return nil, &temporaryError{err: fmt.Errorf("%s: %w", r.URL, cause)}
	case err != nil:
		return nil, &temporaryError{err: err}
	}
	defer response.Body.Close()
	if d := announcement(response.Header); d != nil {
		announced = d
	}
	done, err := r.accept(part, response)
	if done || err != nil {
		return announced, err
	}
	if part.total > r.MaxBytes {
		return nil, fmt.Errorf("%s: the server offers %d bytes; more than %d are not taken", r.URL, part.total, r.MaxBytes)
	}
	if r.Want != nil && announced != nil && *r.Want != *announced {
		return nil, &ChangedError{URL: r.URL, Want: *r.Want, Got: *announced} // Known before it is fetched.
	}
	return announced, r.copy(ctx, part, response.Body, watch)
}

// accept decides from the head of an answer where its body belongs; done says that nothing is missing any more.
func (r *Request) accept(part *part, response *http.Response) (done bool, err error) {
	switch code := response.StatusCode; {
	case code == http.StatusOK:
		return false, part.begin(response.Header, response.ContentLength)
	case code == http.StatusPartialContent:
		if part.continues(response.Header) {
			return false, nil
		}
		return false, &temporaryError{err: errors.Join(fmt.Errorf("%s: the server sent another part than the one asked for", r.URL), part.restart())}
	case code == http.StatusRequestedRangeNotSatisfiable && part.size > 0:
		if part.size == part.total {
			return true, nil
		}
		return false, &temporaryError{err: errors.Join(fmt.Errorf("%s: the file is shorter than what is here of it", r.URL), part.restart())}
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		after := min(time.Duration(seconds)*time.Second, 2*time.Minute)
		return false, &temporaryError{err: &StatusError{r.URL, code}, after: after}
	default:
		return false, &StatusError{r.URL, code}
	}
}

// copy appends a body to the part, as long as bytes keep coming.
func (r *Request) copy(ctx context.Context, part *part, body io.Reader, watch *time.Timer) error {
	buffer := make([]byte, 128<<10)
	for {
		r.Progress(part.size, part.total)
		n, err := body.Read(buffer)
		watch.Reset(r.Idle)
		if part.size+int64(n) > r.MaxBytes {
			return fmt.Errorf("%s: the file is longer than %d bytes", r.URL, r.MaxBytes)
		}
		if err := part.append(buffer[:n]); err != nil {
			return err
		}
		switch {
		case err == io.EOF && (part.total < 0 || part.size == part.total):
			r.Progress(part.size, part.total)
			return nil
		case err == io.EOF:
			return &temporaryError{err: fmt.Errorf("%s: ended after %d of %d bytes", r.URL, part.size, part.total)}
		case err != nil:
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return &temporaryError{err: fmt.Errorf("%s: broke off after %d bytes: %w", r.URL, part.size, err)}
		}
	}
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// announcement reads what Hugging Face says about a large file before it redirects to its storage: the size, and
// the SHA-256 as the ETag.
func announcement(h http.Header) *Digest {
	size, err := strconv.ParseInt(h.Get("X-Linked-Size"), 10, 64)
	sum := strings.Trim(h.Get("X-Linked-Etag"), `"`)
	if err != nil || !sha256Hex.MatchString(sum) {
		return nil
	}
	return &Digest{size, sum}
}

// backoff doubles from a second to a minute, less a random part, so that many do not come back at once.
func backoff(failed int) time.Duration {
	pause := min(time.Second<<(failed-1), time.Minute)
	return pause/2 + rand.N(pause/2)
}
