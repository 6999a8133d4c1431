package schema

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of one JSON text.
const (
	maxDepth  = 500
	maxValues = 1_000_000
)

// kind is what JSON Schema calls the type of a value. The order is that of the
// names, in which AWS lists them.
type kind uint8

const (
	kindArray kind = iota
	kindBoolean
	kindInteger
	kindNull
	kindNumber
	kindObject
	kindString
	kinds
)

func (k kind) String() string {
	return [...]string{"array", "boolean", "integer", "null", "number", "object", "string"}[k]
}

// instance is a JSON value. Its address tells it from others that are equal.
type instance struct {
	kind  kind
	text  string         // a string, a number as it was written, "true" or "false"
	items []*instance    // of an array; the values of an object
	names []string       // of an object, in the order of items
	index map[string]int // where a name is, in objects of many members
}

// indexed is how many members an object has before it gets an index.
const indexed = 8

// member returns the member of an object with that name, or nil.
func (v *instance) member(name string) *instance {
	if i := v.find(name); i >= 0 {
		return v.items[i]
	}
	return nil
}

func (v *instance) find(name string) int {
	if v.index != nil {
		if i, found := v.index[name]; found {
			return i
		}
		return -1
	}
	return slices.Index(v.names, name)
}

// set gives an object a member. The last of a name counts.
func (v *instance) set(name string, value *instance) {
	if i := v.find(name); i >= 0 {
		v.items[i] = value
		return
	}
	v.names, v.items = append(v.names, name), append(v.items, value)
	switch {
	case v.index != nil:
		v.index[name] = len(v.names) - 1
	case len(v.names) > indexed:
		v.index = make(map[string]int, 2*indexed)
		for i, n := range v.names {
			v.index[n] = i
		}
	}
}

var (
	errTooDeep    = errors.New("JSON is nested too deeply")
	errTooLarge   = errors.New("JSON has too many values")
	errBadNumber  = errors.New("number is out of range")
	errMoreValues = errors.New("text behind the JSON value")
)

// parse reads one JSON value that is all of text.
func parse(text []byte) (*instance, error) {
	p := parser{d: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errMoreValues
	}
	return v, nil
}

type parser struct {
	d      *jsontext.Decoder
	values int
}

func (p *parser) value(depth int) (*instance, error) {
	if p.values++; p.values > maxValues {
		return nil, errTooLarge
	}
	if depth > maxDepth {
		return nil, errTooDeep
	}
	token, err := p.d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 'n':
		return &instance{kind: kindNull}, nil
	case 't', 'f':
		return &instance{kind: kindBoolean, text: token.String()}, nil
	case '"':
		return &instance{kind: kindString, text: token.String()}, nil
	case '0':
		return newNumber(token.String())
	case '[':
		return p.array(depth)
	default:
		return p.object(depth)
	}
}

func (p *parser) array(depth int) (*instance, error) {
	v := &instance{kind: kindArray}
	for p.d.PeekKind() != ']' {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v.items = append(v.items, item)
	}
	_, err := p.d.ReadToken()
	return v, err
}

func (p *parser) object(depth int) (*instance, error) {
	v := &instance{kind: kindObject}
	for p.d.PeekKind() != '}' {
		name, err := p.d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the token is gone with the next one
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v.set(key, value)
	}
	_, err := p.d.ReadToken()
	return v, err
}
