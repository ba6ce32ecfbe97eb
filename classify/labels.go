package classify

import (
	"fmt"
	"strconv"
	"strings"
)

// Label names one class.
type Label struct {
	ID   string // of the dataset: a WordNet id
	Name string // for people
}

// LabelError is a label file that cannot be read or does not fit the model.
type LabelError struct{ msg string }

func (e *LabelError) Error() string { return "label file: " + e.msg }

func labelErrorf(format string, args ...any) error { return &LabelError{fmt.Sprintf(format, args...)} }

// ParseLabels reads a label file: a line "index<TAB>id<TAB>name" a class, in the order of the indices.
func ParseLabels(data []byte) ([]Label, error) {
	var labels []Label
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		fields := strings.Split(strings.TrimRight(line, "\r"), "\t")
		if len(fields) != 3 {
			return nil, labelErrorf("line %d has %d fields; it should read index, id and name with tabs between", i+1, len(fields))
		}
		if n, err := strconv.Atoi(fields[0]); err != nil || n != i {
			return nil, labelErrorf("line %d has the index %.20q; it should be %d", i+1, fields[0], i)
		}
		labels = append(labels, Label{ID: fields[1], Name: fields[2]})
	}
	return labels, nil
}
