package pattern

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// parser reads a pattern by tokens, so that the first thing that is wrong is
// what AWS finds first.
type parser struct{ d *jsontext.Decoder }

// Parse reads a pattern. An error is an [*Error].
func Parse(text string) (*Pattern, error) {
	p := parser{jsontext.NewDecoder(strings.NewReader(text))}
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	if t.kind != '{' {
		return nil, refuse("Filter is not an object")
	}
	root, err := p.object(0, false)
	if err != nil {
		return nil, err
	}
	if _, err := p.d.ReadToken(); err != io.EOF {
		return nil, refuse("Something follows the pattern")
	}
	return &Pattern{root}, nil
}

func refuse(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// token is a token that outlives the decoder's next step.
type token struct {
	kind jsontext.Kind
	text string // of strings and numbers
}

func (p parser) next() (token, error) {
	t, err := p.d.ReadToken()
	if err != nil {
		return token{}, syntax(err)
	}
	kind := t.Kind()
	if kind == '"' || kind == '0' {
		return token{kind, t.String()}, nil
	}
	return token{kind: kind}, nil
}

// syntax is what is said of a text that is not JSON.
func syntax(err error) error {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return refuse("A name cannot stand twice in one object")
	}
	return refuse("The pattern is not valid JSON: %v", err)
}

const or = "$or"

// operators are names that mean something in the array of a field. They are no
// names of fields within $or.
var operators = []string{
	"exactly", "prefix", "suffix", "equals-ignore-case", "numeric", "anything-but", "exists", "cidr", "wildcard",
}

// object reads an object behind its opening brace. inOr says that it is an
// alternative, or within one.
func (p parser) object(depth int, inOr bool) (*object, error) {
	if depth > maxDepth {
		return nil, refuse("The pattern is nested too deeply")
	}
	o := &object{}
	for {
		name, err := p.next()
		if err != nil {
			return nil, err
		}
		if name.kind == '}' {
			break
		}
		if name.text == or {
			alternatives, err := p.alternatives(depth)
			if err != nil {
				return nil, err
			}
			o.ors = append(o.ors, alternatives)
			continue
		}
		if inOr && slices.Contains(operators, name.text) {
			return nil, refuse("%s is Ruler reserved fieldName which cannot be used inside %s.", name.text, or)
		}
		f, err := p.field(name.text, depth, inOr)
		if err != nil {
			return nil, err
		}
		o.fields = append(o.fields, f)
	}
	if len(o.fields) == 0 && len(o.ors) == 0 {
		return nil, refuse("Empty objects are not allowed")
	}
	return o, nil
}

// field reads what follows a name. A point in the name is the same as one
// object within another.
func (p parser) field(name string, depth int, inOr bool) (field, error) {
	path := strings.Split(name, ".")
	f := field{name: path[len(path)-1]}
	if depth+len(path) > maxDepth {
		return f, refuse("The pattern is nested too deeply")
	}
	t, err := p.next()
	if err != nil {
		return f, err
	}
	switch t.kind {
	case '{':
		f.sub, err = p.object(depth+len(path), inOr)
	case '[':
		f.values, err = p.values()
	default:
		err = refuse("%q must be an object or an array", name)
	}
	for _, name := range slices.Backward(path[:len(path)-1]) {
		f = field{name: name, sub: &object{fields: []field{f}}}
	}
	return f, err
}

// alternatives reads what follows $or.
func (p parser) alternatives(depth int) ([]*object, error) {
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	if t.kind != '[' {
		return nil, refuse("It must be an Array followed with %s.", or)
	}
	var all []*object
	for {
		t, err := p.next()
		switch {
		case err != nil:
			return nil, err
		case t.kind == ']' && len(all) < 2:
			return nil, refuse("There must have at least 2 Objects in %s relationship.", or)
		case t.kind == ']':
			return all, nil
		case t.kind != '{':
			return nil, refuse("Only JSON object is allowed in array of %s relationship.", or)
		}
		o, err := p.object(depth+1, true)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
}

// values reads the array of a field behind its opening bracket.
func (p parser) values() ([]matcher, error) {
	var all []matcher
	for {
		t, err := p.next()
		if err != nil {
			return nil, err
		}
		var m matcher
		switch t.kind {
		case ']':
			if len(all) == 0 {
				return nil, refuse("Empty arrays are not allowed")
			}
			return all, nil
		case '{':
			m, err = p.expression()
		case '"':
			m = exactString(t.text)
		case '0':
			m = exactNumber(t.text)
		case 't', 'f', 'n':
			m = literal(&node{kind: t.kind})
		default:
			err = refuse("Match value must be String, number, true, false, or null")
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
}
