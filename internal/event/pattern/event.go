package pattern

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep patterns and events may be nested. DynamoDB's items
// reach 32 levels, each of which is two in an event.
const maxDepth = 200

var errDepth = errors.New("nested too deeply")

// Event is an event, taken apart.
type Event struct{ root *node }

// node is a value of an event. A point in a name is the same as one object
// within another, as AWS documents it; so a name may have a value and more
// below it, and leaf is that value.
type node struct {
	kind   jsontext.Kind // '{', '[', '"', '0', 't', 'f', 'n'
	text   string        // of a string, its content; of a number, as it was written
	micros int64         // of a number that can be compared, in millionths
	number bool          // micros counts
	fields map[string]*node
	leaf   *node
	items  []*node
}

// ParseEvent takes an event apart: one JSON object.
func ParseEvent(text []byte) (*Event, error) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	if d.PeekKind() != '{' {
		return nil, errors.New("the event is not an object")
	}
	root, err := readNode(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errors.New("something follows the event")
	}
	return &Event{root}, nil
}

func readNode(d *jsontext.Decoder, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{kind: t.Kind()}
	switch n.kind {
	case '{':
		return n, n.readFields(d, depth)
	case '[':
		for d.PeekKind() != ']' {
			item, err := readNode(d, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err := d.ReadToken()
		return n, err
	case '"':
		n.text = t.String()
	case '0':
		n.text = t.String()
		n.micros, n.number = toMicros(n.text)
	}
	return n, nil
}

func (n *node) readFields(d *jsontext.Decoder, depth int) error {
	n.fields = map[string]*node{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		path := strings.Split(name.String(), ".")
		child, err := readNode(d, depth+len(path))
		if err != nil {
			return err
		}
		n.put(path, child)
	}
	_, err := d.ReadToken()
	return err
}

// put sets what is at the end of a path below an object.
func (n *node) put(path []string, child *node) {
	at := n
	for _, name := range path[:len(path)-1] {
		next := at.fields[name]
		switch {
		case next == nil:
			next = &node{kind: '{', fields: map[string]*node{}}
		case next.kind != '{':
			next = &node{kind: '{', fields: map[string]*node{}, leaf: next}
		}
		at.fields[name] = next
		at = next
	}
	last := path[len(path)-1]
	there := at.fields[last]
	if there == nil || len(path) == 1 && there.kind != '{' {
		at.fields[last] = child
		return
	}
	at.fields[last] = merge(there, child)
}

// merge joins two values of one name.
func merge(a, b *node) *node {
	switch {
	case a.kind != '{' && b.kind != '{':
		return b // the last one counts
	case a.kind != '{':
		a, b = b, a
	}
	if b.kind != '{' {
		a.leaf = b
		return a
	}
	for name, child := range b.fields {
		if there := a.fields[name]; there != nil {
			child = merge(there, child)
		}
		a.fields[name] = child
	}
	if b.leaf != nil {
		a.leaf = b.leaf
	}
	return a
}

// maxNumber bounds the numbers that can be compared, as AWS documents.
const maxNumber = 5e9

// toMicros returns a number in millionths, the precision of comparisons.
func toMicros(text string) (micros int64, ok bool) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(v) > maxNumber {
		return 0, false
	}
	return int64(math.Round(v * 1e6)), true
}
