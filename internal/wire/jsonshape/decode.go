// Package jsonshape reads and writes the values of a model's shapes as JSON,
// the way AWS's JSON protocols do. Codecs awsjson and restjson share it.
//
// Reading is one pass over the tokens, with bounded depth: null means absent,
// unknown members are skipped, and a value of the wrong type is refused in the
// words of AWS's own parser. decode.go does so for what has parts, scalar.go for what
// has none; encode.go writes them, and error.go a refusal.
package jsonshape

import (
	"bytes"
	"errors"
	"io"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// maxDepth bounds the nesting of values. DynamoDB's items are the deepest that
// any API takes: 32 levels, of two JSON objects or arrays each.
const maxDepth = 128

// Decoder reads one document into Go values of a service's shapes.
type Decoder struct {
	service *wire.Service
	given   *wire.Presence
	tokens  *jsontext.Decoder
	budget  wire.Budget
}

// NewDecoder reads body, which may be empty, and notes in given what the Go
// values cannot tell.
func NewDecoder(s *wire.Service, body []byte, given *wire.Presence) *Decoder {
	return &Decoder{service: s, given: given,
		tokens: jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))}
}

// Document reads a whole document as one value of the shape, into rv. An empty
// body is an empty object. Members that are not carried in the body are left
// alone.
func (d *Decoder) Document(shape wire.Ref, rv reflect.Value, path wire.Path) error {
	kind := d.tokens.PeekKind()
	if kind == 0 {
		if _, err := d.tokens.ReadToken(); errors.Is(err, io.EOF) {
			d.absentMembers(d.service.Shape(shape), path, nil)
			return nil
		}
		return malformed()
	}
	if err := d.value(d.service.Shape(shape), rv, path); err != nil {
		return err
	}
	if _, err := d.tokens.ReadToken(); !errors.Is(err, io.EOF) {
		return malformed()
	}
	return nil
}

// malformed is the refusal of a body that is not JSON. AWS says no more.
func malformed() error { return awserr.Serialization("") }

func (d *Decoder) value(s *wire.Shape, rv reflect.Value, path wire.Path) error {
	if len(path) > maxDepth {
		return awserr.Serialization("Document nesting exceeds the maximum depth")
	}
	if rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			rv.Set(reflect.New(rv.Type().Elem()))
		}
		rv = rv.Elem()
	}
	switch s.Kind {
	case wire.Structure:
		return d.structure(s, rv, path)
	case wire.List:
		return d.list(s, rv, path)
	case wire.Map:
		return d.mapping(s, rv, path)
	default:
		return d.scalar(s, rv, path)
	}
}

// open reads the opening token of an object or array.
func (d *Decoder) open(want jsontext.Kind) error {
	switch got := d.tokens.PeekKind(); {
	case got == want:
		_, err := d.tokens.ReadToken()
		return wellFormed(err)
	case got == '{':
		return awserr.Serialization("Start of structure or map found where not expected.")
	case got == '[':
		return awserr.Serialization("Start of list found where not expected")
	default:
		if err := wellFormed(d.tokens.SkipValue()); err != nil {
			return err
		}
		return awserr.Serialization("Unexpected field type")
	}
}

func wellFormed(err error) error {
	if err != nil {
		return malformed()
	}
	return nil
}

// null consumes a null, if that is the next token.
func (d *Decoder) null() bool {
	if d.tokens.PeekKind() != 'n' {
		return false
	}
	_, err := d.tokens.ReadToken()
	return err == nil
}

func (d *Decoder) structure(s *wire.Shape, rv reflect.Value, path wire.Path) error {
	if err := d.open('{'); err != nil {
		return err
	}
	if !d.budget.Spend(rv.Type()) {
		return awserr.Serialization("Document has too many structures")
	}
	seen := make([]bool, len(s.Members))
	for d.tokens.PeekKind() != '}' {
		name, err := d.tokens.ReadToken()
		if err != nil {
			return malformed()
		}
		i := bodyMember(s, name.String())
		if i < 0 {
			if err := wellFormed(d.tokens.SkipValue()); err != nil {
				return err
			}
			continue
		}
		if d.null() {
			continue
		}
		m := &s.Members[i]
		if err := d.value(d.service.Shape(m.Shape), rv.Field(i), path.Member(m.Name)); err != nil {
			return err
		}
		seen[i] = true
	}
	if _, err := d.tokens.ReadToken(); err != nil {
		return malformed()
	}
	d.absentMembers(s, path, seen)
	return nil
}

func bodyMember(s *wire.Shape, name string) int {
	for i := range s.Members {
		if m := &s.Members[i]; m.In == wire.InBody && m.WireName() == name {
			return i
		}
	}
	return -1
}

// absentMembers notes the required scalars that were not there.
func (d *Decoder) absentMembers(s *wire.Shape, path wire.Path, seen []bool) {
	for i := range s.Members {
		m := &s.Members[i]
		if m.Required && m.In == wire.InBody && (seen == nil || !seen[i]) {
			d.given.Absent(path.Member(m.Name))
		}
	}
}

func (d *Decoder) list(s *wire.Shape, rv reflect.Value, path wire.Path) error {
	if err := d.open('['); err != nil {
		return err
	}
	element := d.service.Shape(s.Element)
	rv.Set(reflect.MakeSlice(rv.Type(), 0, 0))
	for i := 0; d.tokens.PeekKind() != ']'; i++ {
		e := reflect.New(rv.Type().Elem()).Elem()
		if d.tokens.PeekKind() == 0 {
			return malformed()
		}
		if !d.null() {
			if err := d.value(element, e, path.Index(i)); err != nil {
				return err
			}
		}
		rv.Set(reflect.Append(rv, e))
	}
	_, err := d.tokens.ReadToken()
	return wellFormed(err)
}

func (d *Decoder) mapping(s *wire.Shape, rv reflect.Value, path wire.Path) error {
	if err := d.open('{'); err != nil {
		return err
	}
	element := d.service.Shape(s.Element)
	rv.Set(reflect.MakeMap(rv.Type()))
	for d.tokens.PeekKind() != '}' {
		token, err := d.tokens.ReadToken()
		if err != nil {
			return malformed()
		}
		key := token.String()
		e := reflect.New(rv.Type().Elem()).Elem()
		if d.null() {
			continue
		}
		if err := d.value(element, e, path.Key(key)); err != nil {
			return err
		}
		rv.SetMapIndex(reflect.ValueOf(key), e)
	}
	_, err := d.tokens.ReadToken()
	return wellFormed(err)
}
