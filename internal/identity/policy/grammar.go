package policy

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errJSON  = errors.New("not JSON")           // or a name twice in one object
	errShape = errors.New("not of this shape")  // an element unknown, or of another type
	errSpace = errors.New("begins with spaces") // before the first brace
)

// document is a policy document as it was written.
type document struct {
	version    *string // nil: not there
	statements []element
	stated     bool // there is a Statement
}

// element is one statement as it was written. What was not there is nil; what
// was there and empty is not.
type element struct {
	sid, effect                              *string
	action, notAction, resource, notResource *[]string
	principal, notPrincipal                  *principalElement
	conditions                               []conditionElement
}

// principalElement is the value of Principal or NotPrincipal.
type principalElement struct {
	text   string // if it is a string, such as "*"
	object bool   // it is an object
	kinds  []principalKind
}

// principalKind is one member of a Principal, such as "AWS" with its names.
type principalKind struct {
	name   string
	values []string
}

// conditionElement is one key of one operator with its values.
type conditionElement struct {
	operator, key string
	values        []string
}

// readDocument reads JSON into elements. It refuses whatever has no meaning in
// a policy: a misspelt "Condition" must not widen a permission.
func readDocument(text string) (*document, error) {
	if len(text) > maxDocumentBytes {
		return nil, errShape
	}
	if !jsontext.Value(text).IsValid() {
		return nil, errJSON
	}
	if !strings.HasPrefix(text, "{") {
		if trimmed := strings.TrimLeft(text, " \t\r\n"); strings.HasPrefix(trimmed, "{") {
			return nil, errSpace
		}
		return nil, errShape
	}
	r := reader{jsontext.NewDecoder(strings.NewReader(text))}
	doc := &document{}
	err := r.object(func(name string) (err error) {
		switch name {
		case "Version":
			doc.version, err = r.text()
		case "Id":
			_, err = r.text()
		case "Statement":
			doc.stated = true
			err = r.oneOrMore(func() error {
				e, err := r.statement()
				doc.statements = append(doc.statements, e)
				return err
			})
		default:
			err = errShape
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// reader reads values of JSON that is known to be valid.
type reader struct{ d *jsontext.Decoder }

func (r reader) statement() (element, error) {
	var e element
	err := r.object(func(name string) (err error) {
		switch name {
		case "Sid":
			e.sid, err = r.text()
		case "Effect":
			e.effect, err = r.text()
		case "Action":
			e.action, err = r.texts()
		case "NotAction":
			e.notAction, err = r.texts()
		case "Resource":
			e.resource, err = r.texts()
		case "NotResource":
			e.notResource, err = r.texts()
		case "Principal":
			e.principal, err = r.principal()
		case "NotPrincipal":
			e.notPrincipal, err = r.principal()
		case "Condition":
			e.conditions, err = r.conditions()
		default:
			err = errShape
		}
		return err
	})
	return e, err
}

func (r reader) principal() (*principalElement, error) {
	if r.d.PeekKind() == '"' {
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		return &principalElement{text: *text}, nil
	}
	p := &principalElement{object: true}
	err := r.object(func(name string) error {
		values, err := r.texts()
		if err != nil {
			return err
		}
		p.kinds = append(p.kinds, principalKind{name, *values})
		return nil
	})
	return p, err
}

// conditions reads {operator: {key: value or values}}.
func (r reader) conditions() ([]conditionElement, error) {
	var out []conditionElement
	err := r.object(func(operator string) error {
		return r.object(func(key string) error {
			c := conditionElement{operator: operator, key: key, values: []string{}}
			err := r.oneOrMore(func() error {
				tok, err := r.d.ReadToken()
				if err != nil {
					return err
				}
				switch tok.Kind() {
				case '"', '0', 't', 'f':
					c.values = append(c.values, tok.String())
					return nil
				}
				return errShape
			})
			out = append(out, c)
			return err
		})
	})
	return out, err
}

// object reads an object; member reads the value of each name.
func (r reader) object(member func(name string) error) error {
	tok, err := r.d.ReadToken()
	if err != nil || tok.Kind() != '{' {
		return errShape
	}
	for r.d.PeekKind() != '}' {
		tok, err := r.d.ReadToken()
		if err != nil {
			return err
		}
		if err := member(tok.String()); err != nil {
			return err
		}
	}
	_, err = r.d.ReadToken()
	return err
}

// oneOrMore reads an array, or one value that stands for an array of one.
func (r reader) oneOrMore(value func() error) error {
	if r.d.PeekKind() != '[' {
		return value()
	}
	if _, err := r.d.ReadToken(); err != nil {
		return err
	}
	for r.d.PeekKind() != ']' {
		if err := value(); err != nil {
			return err
		}
	}
	_, err := r.d.ReadToken()
	return err
}

func (r reader) text() (*string, error) {
	tok, err := r.d.ReadToken()
	if err != nil || tok.Kind() != '"' {
		return nil, errShape
	}
	return new(tok.String()), nil
}

func (r reader) texts() (*[]string, error) {
	out := []string{}
	err := r.oneOrMore(func() error {
		s, err := r.text()
		if err == nil {
			out = append(out, *s)
		}
		return err
	})
	return &out, err
}
