// Package xmlshape reads and writes the values of a model's shapes as XML, the
// way AWS's XML protocols do. Codecs restxml and awsquery share it.
//
//   - decode.go: a document into Go values, and collection.go: lists and maps;
//   - encode.go: a Go value as an element;
//   - detail.go: what an error carries beside its message.
//
// Reading is one pass over the tokens, with bounded depth. It is strict, as a
// service that validates against its schema is: what the model does not know
// is refused, so that nothing is taken and then left undone. Document types
// and entities are refused, namespaces are not compared.
package xmlshape

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// maxDepth bounds the nesting of elements. The deepest document that any API
// takes has about a dozen levels.
const maxDepth = 64

// Decoder reads one document into Go values of a service's shapes.
type Decoder struct {
	service *wire.Service
	given   *wire.Presence
	tokens  *xml.Decoder
	depth   int
	budget  wire.Budget
}

// NewDecoder reads body and notes in given what the Go values cannot tell:
// every required member that was absent, whatever its kind.
func NewDecoder(s *wire.Service, body []byte, given *wire.Presence) *Decoder {
	return &Decoder{service: s, given: given, tokens: xml.NewDecoder(bytes.NewReader(body))}
}

// Document reads a whole document, whose root has that name, as one value of
// the shape, into rv. Its errors are awserr's SerializationException, with a
// message for people.
func (d *Decoder) Document(root string, shape wire.Ref, rv reflect.Value, path wire.Path) error {
	start, err := d.root()
	if err != nil {
		return err
	}
	if start.Name.Local != root {
		return refuse("the root element is %.80q, not %q", start.Name.Local, root)
	}
	if err := d.value(d.service.Shape(shape), rv, start, path); err != nil {
		return err
	}
	if start, err = d.root(); err == nil {
		return refuse("the document has a second root element: %.80q", start.Name.Local)
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func refuse(format string, args ...any) *awserr.Error {
	return awserr.Serialization(fmt.Sprintf(format, args...))
}

// root reads up to the root element. Only a declaration, comments and space
// may stand before it.
func (d *Decoder) root() (xml.StartElement, error) {
	for {
		token, err := d.tokens.Token()
		if err != nil {
			return xml.StartElement{}, malformed(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return t, nil
		case xml.ProcInst, xml.Comment:
		case xml.CharData:
			if !isBlank(t) {
				return xml.StartElement{}, refuse("text outside of the root element")
			}
		default:
			return xml.StartElement{}, refuse("document types are not accepted")
		}
	}
}

// malformed is the refusal of what is not XML, in the words of the parser.
func malformed(err error) error {
	return refuse("the document is not well-formed: %v", err).Because(err)
}

func isBlank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// next reads up to the next child of the element that is open, or its end, for
// which ok is false.
func (d *Decoder) next(of xml.StartElement) (child xml.StartElement, ok bool, err error) {
	for {
		token, err := d.tokens.Token()
		if err != nil {
			return child, false, malformed(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return t, true, nil
		case xml.EndElement:
			return child, false, nil
		case xml.CharData:
			if !isBlank(t) {
				return child, false, refuse("text between the members of %.80q", of.Name.Local)
			}
		}
	}
}

// text reads what an element holds that has no children.
func (d *Decoder) text(of xml.StartElement) (string, error) {
	var b strings.Builder
	for {
		token, err := d.tokens.Token()
		if err != nil {
			return "", malformed(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return "", refuse("element %.80q within %.80q, which is text", t.Name.Local, of.Name.Local)
		case xml.EndElement:
			return b.String(), nil
		case xml.CharData:
			b.Write(t)
		}
	}
}

// value reads the element that start opened, up to its end.
func (d *Decoder) value(s *wire.Shape, rv reflect.Value, start xml.StartElement, path wire.Path) error {
	if d.depth++; d.depth > maxDepth {
		return refuse("elements are nested more than %d deep", maxDepth)
	}
	defer func() { d.depth-- }()
	switch s.Kind {
	case wire.Structure:
		if rv.Kind() == reflect.Pointer {
			rv.Set(reflect.New(rv.Type().Elem()))
			rv = rv.Elem()
		}
		return d.structure(s, rv, start, path)
	case wire.List:
		return d.list(s, rv, start, path)
	case wire.Map:
		return d.mapping(s, rv, start, path)
	default:
		text, err := d.text(start)
		if err != nil {
			return err
		}
		return d.scalar(s, rv, text, path)
	}
}

func (d *Decoder) scalar(s *wire.Shape, rv reflect.Value, text string, path wire.Path) error {
	switch s.Kind {
	case wire.String:
	case wire.Enum:
		if text == "" {
			d.given.Blank(path)
		}
	default:
		text = strings.TrimSpace(text)
	}
	if err := wire.SetText(s, rv, text); err != nil {
		return refuse("%s: %v", path, err)
	}
	return nil
}

func (d *Decoder) structure(s *wire.Shape, rv reflect.Value, start xml.StartElement, path wire.Path) error {
	if !d.budget.Spend(rv.Type()) {
		return refuse("the document has too many structures")
	}
	seen := make([]bool, len(s.Members))
	for _, a := range start.Attr {
		i := d.memberNamed(s, a.Name.Local, true)
		if i < 0 {
			continue // a namespace, or none of ours
		}
		m := &s.Members[i]
		if err := d.scalar(d.service.Shape(m.Shape), rv.Field(i), a.Value, path.Member(m.Name)); err != nil {
			return err
		}
		seen[i] = true
	}
	for {
		child, ok, err := d.next(start)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		i := d.memberNamed(s, child.Name.Local, false)
		if i < 0 {
			return refuse("%q has no member %.80q", start.Name.Local, child.Name.Local)
		}
		if err := d.member(&s.Members[i], rv.Field(i), child, path, seen[i]); err != nil {
			return err
		}
		seen[i] = true
	}
	for i := range s.Members {
		if m := &s.Members[i]; m.Required && m.In == wire.InBody && !seen[i] {
			d.given.Absent(path.Member(m.Name))
		}
	}
	return nil
}

func (d *Decoder) memberNamed(s *wire.Shape, name string, attribute bool) int {
	for i := range s.Members {
		m := &s.Members[i]
		if m.In == wire.InBody && m.Attribute == attribute && localName(elementName(m, d.service.Shape(m.Shape))) == name {
			return i
		}
	}
	return -1
}

// elementName returns what a member's element is called, or each of them.
func elementName(m *wire.Member, s *wire.Shape) string {
	if m.Flattened || s.Flattened {
		return m.FlattenedWireName(s)
	}
	return m.WireName()
}

func localName(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// member reads one element of a structure. Those of a flattened list or map
// stand side by side, each an entry.
func (d *Decoder) member(m *wire.Member, rv reflect.Value, start xml.StartElement, path wire.Path, again bool) error {
	s := d.service.Shape(m.Shape)
	at := path.Member(m.Name)
	switch flattened := m.Flattened || s.Flattened; {
	case flattened && s.Kind == wire.List:
		return d.item(s, rv, start, at)
	case flattened && s.Kind == wire.Map:
		return d.entry(s, rv, start, at)
	case again:
		return refuse("a second %.80q", start.Name.Local)
	}
	return d.value(s, rv, start, at)
}
