package attr

import (
	"strconv"
	"strings"
)

// Step is one step into a document: to a field of a map by its name, or to an
// element of a list by its index. A field's name is never empty.
type Step struct {
	Name  string // "" where the step is an index
	Index int
}

// IsIndex reports whether the step goes to an element of a list.
func (s Step) IsIndex() bool { return s.Name == "" }

// Path leads from an item to a value in it. Its first step is an attribute's
// name.
type Path []Step

// String returns the path as AWS's messages show it: [a, b, [0]].
func (p Path) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, s := range p {
		if i > 0 {
			b.WriteString(", ")
		}
		if s.IsIndex() {
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		} else {
			b.WriteString(s.Name)
		}
	}
	b.WriteByte(']')
	return b.String()
}
