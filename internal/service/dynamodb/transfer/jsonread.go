package transfer

import (
	"bytes"
	"encoding/base64"

	"github.com/go-json-experiment/json/jsontext"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
)

// jsonSource reads records of DynamoDB's JSON: {"Item":{…}}, one a line or not.
type jsonSource struct {
	stream
	decoder jsontext.Decoder
	values  int // of the record, so far
}

func (s *jsonSource) next() (map[string]ddb.AttributeValue, error) {
	rec, err := s.record()
	if err != nil {
		return nil, err
	}
	s.values = 0
	s.decoder.Reset(bytes.NewBuffer(rec), jsontext.AllowDuplicateNames(true)) // the last of a name counts
	var item map[string]ddb.AttributeValue
	err = s.object(func(name string) error {
		if name != "Item" {
			return s.decoder.SkipValue()
		}
		item, err = s.fields(0)
		return err
	})
	if err != nil {
		return nil, jsonFault(err)
	}
	if item == nil {
		return nil, errNoItem
	}
	return item, nil
}

// jsonFault makes an error of the decoder the fault that it is.
func jsonFault(err error) error {
	if f, ok := err.(*fault); ok {
		return f
	}
	return errSyntax
}

// object reads an object, and calls member for each of its members when the
// value is next.
func (s *jsonSource) object(member func(name string) error) error {
	if err := s.open('{'); err != nil {
		return err
	}
	for s.decoder.PeekKind() != '}' {
		name, err := s.decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := s.decoder.ReadToken()
	return err
}

// array reads an array, and calls element when each of its elements is next.
func (s *jsonSource) array(element func() error) error {
	if err := s.open('['); err != nil {
		return err
	}
	for s.decoder.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := s.decoder.ReadToken()
	return err
}

// open reads the token that begins an object or an array.
func (s *jsonSource) open(kind jsontext.Kind) error {
	token, err := s.decoder.ReadToken()
	if err == nil && token.Kind() != kind {
		err = errSyntax
	}
	return err
}

// fields reads the attributes of an item or a map. depth counts the lists and
// maps around them.
func (s *jsonSource) fields(depth int) (map[string]ddb.AttributeValue, error) {
	m := map[string]ddb.AttributeValue{}
	return m, s.object(func(name string) error {
		v, err := s.value(depth)
		m[name] = v
		return err
	})
}

// value reads a value. depth counts the lists and maps around it.
func (s *jsonSource) value(depth int) (v ddb.AttributeValue, err error) {
	if s.values++; s.values > maxValues {
		return v, errTooLarge
	}
	if depth >= attr.MaxDepth {
		return tooDeep(), s.decoder.SkipValue()
	}
	err = s.object(func(kind string) (err error) {
		switch kind {
		case "S":
			v.S, err = s.text()
		case "N":
			v.N, err = s.text()
		case "B":
			v.B, err = s.binary()
		case "BOOL":
			v.BOOL, err = s.boolean()
		case "NULL":
			v.NULL, err = s.boolean()
		case "SS":
			v.SS, err = s.texts()
		case "NS":
			v.NS, err = s.texts()
		case "BS":
			v.BS = [][]byte{}
			err = s.array(func() error {
				b, err := s.binary()
				v.BS = append(v.BS, b)
				return err
			})
		case "M":
			v.M, err = s.fields(depth + 1)
		case "L":
			v.L = []ddb.AttributeValue{}
			err = s.array(func() error {
				element, err := s.value(depth + 1)
				v.L = append(v.L, element)
				return err
			})
		default:
			err = errMapping
		}
		return err
	})
	return v, err
}

// tooDeep stands for a value that lies deeper than DynamoDB takes one, and that
// package attr refuses for that, whatever it is.
func tooDeep() ddb.AttributeValue { return ddb.AttributeValue{NULL: new(true)} }

// text reads a string.
func (s *jsonSource) text() (*string, error) {
	token, err := s.decoder.ReadToken()
	switch {
	case err != nil:
		return nil, err
	case token.Kind() != '"':
		return nil, errMapping
	}
	return new(token.String()), nil
}

func (s *jsonSource) texts() ([]string, error) {
	texts := []string{}
	err := s.array(func() error {
		text, err := s.text()
		if err == nil {
			texts = append(texts, *text)
		}
		return err
	})
	return texts, err
}

// binary reads a string of base64.
func (s *jsonSource) binary() ([]byte, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	return decodeBase64(*text)
}

// decodeBase64 returns bytes that are not nil: nil means absent.
func decodeBase64(text string) ([]byte, error) {
	b, err := base64.StdEncoding.AppendDecode([]byte{}, []byte(text))
	if err != nil {
		return nil, errMapping
	}
	return b, nil
}

func (s *jsonSource) boolean() (*bool, error) {
	token, err := s.decoder.ReadToken()
	switch {
	case err != nil:
		return nil, err
	case token.Kind() != 't' && token.Kind() != 'f':
		return nil, errMapping
	}
	return new(token.Bool()), nil
}
