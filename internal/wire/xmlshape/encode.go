package xmlshape

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"cloudless/internal/wire"
)

// Header is the line before a document.
const Header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// Append appends the element that holds a value of the shape to dst. A
// namespace that is not "" is declared on it. Absent members are left out, and
// so are those that are not carried in the body.
func Append(dst []byte, s *wire.Service, shape wire.Ref, rv reflect.Value, name, namespace string) ([]byte, error) {
	e := encoder{s, dst}
	err := e.element(tag{name: name, namespace: namespace}, s.Shape(shape), rv, "")
	return e.out, err
}

// AppendText appends an element that holds text.
func AppendText(dst []byte, name, text string) []byte {
	e := encoder{out: dst}
	e.open(tag{name: name})
	e.out = append(e.out, '>')
	e.escape(text)
	e.close(name)
	return e.out
}

type encoder struct {
	service *wire.Service
	out     []byte
}

// timeFormat is that of times for which the model has none.
func (e *encoder) timeFormat() string {
	if e.service.Milliseconds {
		return wire.ISO8601Milliseconds
	}
	return wire.ISO8601
}

// tag is an element's name, and the namespace that it declares.
type tag struct{ name, namespace, prefix string }

// open appends a start tag without its closing bracket.
func (e *encoder) open(t tag) {
	e.out = append(append(e.out, '<'), t.name...)
	if t.namespace == "" {
		return
	}
	name := "xmlns"
	if t.prefix != "" {
		name += ":" + t.prefix
	}
	e.attribute(name, t.namespace)
}

func (e *encoder) attribute(name, value string) {
	e.out = append(append(append(e.out, ' '), name...), `="`...)
	e.escape(value)
	e.out = append(e.out, '"')
}

func (e *encoder) close(name string) {
	e.out = append(append(append(e.out, "</"...), name...), '>')
}

func (e *encoder) element(t tag, s *wire.Shape, rv reflect.Value, timeFormat string) error {
	rv = reflect.Indirect(rv)
	e.open(t)
	if s.Kind == wire.Structure && rv.IsValid() {
		if err := e.attributes(s, rv); err != nil {
			return err
		}
	}
	e.out = append(e.out, '>')
	if rv.IsValid() {
		if err := e.content(s, rv, timeFormat); err != nil {
			return err
		}
	}
	e.close(t.name)
	return nil
}

func (e *encoder) attributes(s *wire.Shape, rv reflect.Value) error {
	for i := range s.Members {
		m := &s.Members[i]
		shape := e.service.Shape(m.Shape)
		if !m.Attribute || m.In != wire.InBody || absent(shape, rv.Field(i)) {
			continue
		}
		text, err := wire.Text(shape, rv.Field(i), m.TimestampFormat, shape.TimestampFormat, e.timeFormat())
		if err != nil {
			return err
		}
		e.attribute(m.WireName(), text)
	}
	return nil
}

func (e *encoder) content(s *wire.Shape, rv reflect.Value, timeFormat string) error {
	switch s.Kind {
	case wire.Structure:
		return e.members(s, rv)
	case wire.List:
		return e.items(tag{name: s.ItemWireName()}, s, rv)
	case wire.Map:
		return e.entries(tag{name: "entry"}, s, rv)
	default:
		text, err := wire.Text(s, rv, timeFormat, s.TimestampFormat, e.timeFormat())
		e.escape(text)
		return err
	}
}

func (e *encoder) members(s *wire.Shape, rv reflect.Value) error {
	for i := range s.Members {
		m := &s.Members[i]
		shape := e.service.Shape(m.Shape)
		if m.Attribute || m.In != wire.InBody || absent(shape, rv.Field(i)) {
			continue
		}
		if err := e.member(m, shape, rv.Field(i)); err != nil {
			return fmt.Errorf("%s.%s: %w", s.Name, m.Name, err)
		}
	}
	return nil
}

func (e *encoder) member(m *wire.Member, s *wire.Shape, rv reflect.Value) error {
	t := tag{elementName(m, s), m.XMLNamespace, m.XMLPrefix}
	switch flattened := m.Flattened || s.Flattened; {
	case flattened && s.Kind == wire.List:
		return e.items(t, s, rv)
	case flattened && s.Kind == wire.Map:
		return e.entries(t, s, rv)
	}
	return e.element(t, s, rv, m.TimestampFormat)
}

// absent tells members that were not set. A required scalar always was.
func absent(s *wire.Shape, rv reflect.Value) bool {
	switch rv.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return rv.IsNil()
	}
	return s.Kind == wire.Enum && rv.String() == ""
}

func (e *encoder) items(t tag, s *wire.Shape, rv reflect.Value) error {
	for i := range rv.Len() {
		if err := e.element(t, e.service.Shape(s.Element), rv.Index(i), ""); err != nil {
			return err
		}
	}
	return nil
}

// entries writes the keys in order, so that equal answers are equal bytes.
func (e *encoder) entries(t tag, s *wire.Shape, rv reflect.Value) error {
	keys := rv.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		e.open(t)
		e.out = append(e.out, '>')
		e.out = AppendText(e.out, s.KeyWireName(), k.String())
		if err := e.element(tag{name: s.ValueWireName()}, e.service.Shape(s.Element), rv.MapIndex(k), ""); err != nil {
			return err
		}
		e.close(t.name)
	}
	return nil
}

// escape appends text for an element or an attribute. Line breaks are escaped
// so that no parser normalizes them, and what XML 1.0 cannot carry at all,
// most control characters, becomes the replacement character.
func (e *encoder) escape(text string) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '&':
			e.out = append(e.out, "&amp;"...)
		case r == '<':
			e.out = append(e.out, "&lt;"...)
		case r == '>':
			e.out = append(e.out, "&gt;"...)
		case r == '"':
			e.out = append(e.out, "&quot;"...)
		case r == '\t' || r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028':
			e.out = fmt.Appendf(e.out, "&#x%X;", r)
		case r < ' ' || r == '\uFFFE' || r == '\uFFFF':
			e.out = utf8.AppendRune(e.out, utf8.RuneError)
		default:
			e.out = utf8.AppendRune(e.out, r) // RuneError where text is not UTF-8
		}
		i += size
	}
}
