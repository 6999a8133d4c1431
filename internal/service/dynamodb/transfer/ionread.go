package transfer

import (
	"bytes"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
)

// ionSource reads records of Ion text: $ion_1_0 {Item:{…}}, one a line or not.
//
// Of Ion it knows what DynamoDB has a type for. Numbers are decimals, and integers
// pass for them; symbol tables, floats, timestamps, clobs and expressions have no
// meaning here.
type ionSource struct {
	stream
	scanner ionScanner
	values  int // of the record, so far
}

func (s *ionSource) next() (map[string]ddb.AttributeValue, error) {
	rec, err := s.record()
	if err != nil {
		return nil, err
	}
	s.values = 0
	s.scanner = ionScanner{text: rec, buf: s.scanner.buf}
	if err := s.expect('{'); err != nil {
		return nil, err
	}
	var item map[string]ddb.AttributeValue
	err = s.structure(func(name string) (err error) {
		if name != "Item" {
			_, err = s.value(0)
			return err
		}
		if s.scanner.token != '{' {
			return errMapping
		}
		item, err = s.fields(0)
		return err
	})
	if err == nil && item == nil {
		err = errNoItem
	}
	return item, err
}

// structure reads a struct whose opening brace is the current token, and calls
// member for each of its fields when the value is the current token. It leaves
// the last token of the struct current, as member does with its value.
func (s *ionSource) structure(member func(name string) error) error {
	return s.sequence('}', func() error {
		if s.scanner.token != ionSymbol && s.scanner.token != ionString {
			return errSyntax
		}
		name := s.scanner.value
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := s.scanner.next(); err != nil {
			return err
		}
		return member(name)
	})
}

// sequence reads elements with commas between them, and perhaps one behind the
// last, until the token that closes them. Its opening token is the current one.
func (s *ionSource) sequence(closing ionToken, element func() error) error {
	for {
		if err := s.scanner.next(); err != nil || s.scanner.token == closing {
			return err
		}
		if err := element(); err != nil {
			return err
		}
		if err := s.scanner.next(); err != nil || s.scanner.token == closing {
			return err
		}
		if s.scanner.token != ',' {
			return errSyntax
		}
	}
}

func (s *ionSource) expect(token ionToken) error {
	if err := s.scanner.next(); err != nil {
		return err
	}
	if s.scanner.token != token {
		return errSyntax
	}
	return nil
}

func (s *ionSource) fields(depth int) (map[string]ddb.AttributeValue, error) {
	m := map[string]ddb.AttributeValue{}
	err := s.structure(func(name string) error {
		v, err := s.value(depth)
		m[name] = v
		return err
	})
	return m, err
}

// value reads the value that begins with the current token. depth counts the
// lists and structs around it.
func (s *ionSource) value(depth int) (v ddb.AttributeValue, err error) {
	if s.values++; s.values > maxValues {
		return v, errTooLarge
	}
	switch s.scanner.token {
	case ionString:
		v.S = new(s.scanner.value)
	case ionNumber:
		v.N = new(s.scanner.value)
	case ionBlob:
		v.B, err = decodeBase64(s.scanner.value)
	case ionSymbol:
		return s.word()
	case '{', '[':
		if depth >= attr.MaxDepth {
			return tooDeep(), s.skip()
		}
		if s.scanner.token == '{' {
			v.M, err = s.fields(depth + 1)
			return v, err
		}
		v.L = []ddb.AttributeValue{}
		err = s.sequence(']', func() error {
			element, err := s.value(depth + 1)
			v.L = append(v.L, element)
			return err
		})
	default:
		err = errMapping
	}
	return v, err
}

// skip steps over a list or a struct whose opening token is the current one.
func (s *ionSource) skip() error {
	for depth := 1; depth > 0; {
		if err := s.scanner.next(); err != nil {
			return err
		}
		switch s.scanner.token {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	return nil
}

// word reads a value that begins with a symbol: a keyword, or the annotation
// of a set.
func (s *ionSource) word() (v ddb.AttributeValue, err error) {
	if bytes.HasPrefix(s.scanner.rest(), []byte("::")) {
		return s.set()
	}
	if s.scanner.quoted {
		return v, errMapping
	}
	switch word := s.scanner.value; word {
	case "true", "false":
		v.BOOL = new(word == "true")
	case "null":
		v.NULL = new(true)
	default:
		return v, errMapping
	}
	return v, nil
}

// set reads a list whose annotation, the current token, makes it a set.
func (s *ionSource) set() (v ddb.AttributeValue, err error) {
	kind := attr.Absent
	for k, annotation := range ionSets {
		if annotation == s.scanner.value {
			kind = k
		}
	}
	if kind == attr.Absent {
		return v, errMapping
	}
	for _, token := range []ionToken{':', ':', '['} {
		if err := s.expect(token); err != nil {
			return v, err
		}
	}
	v.SS, v.NS, v.BS = []string{}, []string{}, [][]byte{}
	err = s.sequence(']', func() error {
		if s.values++; s.values > maxValues {
			return errTooLarge
		}
		token, text := s.scanner.token, s.scanner.value
		switch {
		case kind == attr.StringSet && token == ionString:
			v.SS = append(v.SS, text)
		case kind == attr.NumberSet && token == ionNumber:
			v.NS = append(v.NS, text)
		case kind == attr.BinarySet && token == ionBlob:
			b, err := decodeBase64(text)
			v.BS = append(v.BS, b)
			return err
		default:
			return errMapping
		}
		return nil
	})
	switch kind {
	case attr.StringSet:
		return ddb.AttributeValue{SS: v.SS}, err
	case attr.NumberSet:
		return ddb.AttributeValue{NS: v.NS}, err
	}
	return ddb.AttributeValue{BS: v.BS}, err
}
