package classify

import (
	"errors"
	"fmt"

	"mobilemamba/vision"
)

// ErrNoPicture says that no picture was classified that could be asked about: none yet, or a benchmark came between.
var ErrNoPicture = errors.New("no picture was classified last")

// scene is what is remembered of a picture.
type scene struct{ width, height int }

// ClassError asks for a class that the model does not have.
type ClassError struct{ Index, Classes int }

func (e *ClassError) Error() string {
	return fmt.Sprintf("there is no class %d; they go from 0 to %d", e.Index, e.Classes-1)
}

// Explanation says where in a picture the score of a class comes from: the values of the map and the bias add up to
// the logit.
type Explanation struct {
	Index  int     `json:"index" js:"index"`
	ID     string  `json:"id" js:"id"`
	Label  string  `json:"label" js:"label"`
	Logit  float64 `json:"logit" js:"logit"`
	Bias   float64 `json:"bias" js:"bias"`
	Width  int     `json:"width" js:"width"` // of the map, in positions
	Height int     `json:"height" js:"height"`

	// View is the part of the picture that the network saw and that the map covers in equal cells.
	View View `json:"view" js:"view"`

	Map []float32 `json:"map" js:"map"` // [Height, Width]
}

// View is a rectangle in a picture, in its pixels, and the size of the picture.
type View struct {
	X             float64 `json:"x" js:"x"`
	Y             float64 `json:"y" js:"y"`
	Width         float64 `json:"width" js:"width"`
	Height        float64 `json:"height" js:"height"`
	PictureWidth  int     `json:"pictureWidth" js:"pictureWidth"`
	PictureHeight int     `json:"pictureHeight" js:"pictureHeight"`
}

// Explain splits the score of a class for the picture classified last over the positions of the network's final map.
// Errors are ErrNoPicture and *ClassError.
func (c *Classifier) Explain(class int) (*Explanation, error) {
	if c.seen == nil {
		return nil, ErrNoPicture
	}
	if n := c.net.Config.Classes; class < 0 || class >= n {
		return nil, &ClassError{class, n}
	}
	e, err := c.net.Explain(c.state, class)
	if err != nil {
		return nil, err
	}
	named := c.prediction(vision.Ranked{Index: class})
	r := c.pre.View(c.seen.width, c.seen.height)
	return &Explanation{
		Index: class, ID: named.ID, Label: named.Label,
		Logit: float64(e.Logit), Bias: float64(e.Bias), Width: e.Map.W, Height: e.Map.H,
		View: View{
			X: r.X, Y: r.Y, Width: r.W, Height: r.H, PictureWidth: c.seen.width, PictureHeight: c.seen.height,
		},
		Map: e.Map.Data,
	}, nil
}
