package classify_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mobilemamba/checkpoint"
	"mobilemamba/classify"
	"mobilemamba/internal/bounds"
	"mobilemamba/model"
)

// Weights that are no numbers, or overflow, are found when the model is warmed up and never become an answer.
func TestDamagedWeights(t *testing.T) {
	config := model.New("", 0, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 7)
	for _, v := range []float64{math.NaN(), math.Inf(1), 3e38} {
		sd := config.Synthetic("")
		w, err := sd.Get("head.l.weight").Float32s()
		if err != nil {
			t.Fatal(err)
		}
		for i := range w {
			w[i] = float32(v)
		}
		sd.Add(checkpoint.NewTensor("head.l.weight", []int{7, 80}, w))
		c, err := classify.New(sd, classify.Options{Resolution: 32})
		if err != nil {
			t.Fatal(err)
		}
		_, classified := c.Classify(testPicture(), 5)
		_, logits := c.Logits(testPicture())
		for call, err := range map[string]error{"Classify": classified, "Logits": logits, "WarmUp": c.WarmUp(0)} {
			var e *checkpoint.Error
			if !errors.As(err, &e) || e.Code != checkpoint.Corrupt || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("%s with weights of %v: %v", call, v, err)
			}
		}
	}
}

// A size that a checkpoint makes up is refused before memory is taken for it.
func TestHostileResolution(t *testing.T) {
	config := model.New("", 0, [3]int{400, 416, 432}, [3]int{1, 1, 1}, [3]int{3, 3, 3}, 7)
	sd := config.Synthetic("")
	for resolution, says := range map[string]string{"4096": "", "99999999": "", "3584": "memory", "-5": "fine", "64 ": "fine"} {
		sd.Metadata = map[string]string{"resolution": resolution}
		_, err := classify.New(sd, classify.Options{})
		if (err == nil) != (says == "fine") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("resolution %q: %v, want %q", resolution, err, says)
		}
	}
}

// FuzzLabels: a label file is read, or refused by a *LabelError of a line, within 64 bytes and a microsecond for each of
// its own. What is read says the same when it is written and read again, also with the line ends of Windows.
func FuzzLabels(f *testing.F) {
	for _, text := range []string{
		"", "\n", "0\tn\ta", "0\tn1\ta cat\r\n1\tn2\ta <b>dog</b>\n", "0\t\t\n1\t\t\n", "00\tn\ta\n", "0\tn\ta\n\n", "0\tn\ta\tb\n", "\ufeff0\tn\ta\n", "0\tn\t\xff\n", "+0\tn\ta\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var labels []classify.Label
		var err error
		limit := bounds.Limit{Bytes: 1<<20 + 64*int64(len(text)), Time: time.Second + time.Duration(len(text))*time.Microsecond}
		bounds.Check(t, "parsing", limit, func() { labels, err = classify.ParseLabels([]byte(text)) })
		if err != nil {
			var e *classify.LabelError
			if !errors.As(err, &e) || len(err.Error()) > 300 || len(labels) > 0 {
				t.Errorf("%d labels and %v", len(labels), err)
			}
			return
		}
		var unix, windows strings.Builder
		for i, l := range labels {
			fmt.Fprintf(&unix, "%d\t%s\t%s\n", i, l.ID, l.Name)
			fmt.Fprintf(&windows, "%d\t%s\t%s\r\n", i, l.ID, l.Name)
		}
		for _, again := range []string{unix.String(), windows.String()} {
			got, err := classify.ParseLabels([]byte(again))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(labels) {
				t.Errorf("%q is read as %v and written as what is read as %v, %v", text, labels, got, err)
			}
		}
	})
}
