package openapi

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// parseJSON reads a JSON document.
func parseJSON(doc []byte) (*node, error) {
	p := jsonParser{d: jsontext.NewDecoder(bytes.NewBuffer(doc), jsontext.AllowDuplicateNames(true))}
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text behind the document")
	}
	return n, nil
}

type jsonParser struct {
	d      *jsontext.Decoder
	values int
}

func (p *jsonParser) value(depth int) (*node, error) {
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
		return &node{kind: null}, nil
	case 't', 'f':
		return newBool(token.Kind() == 't'), nil
	case '"':
		return newText(token.String()), nil
	case '0':
		return &node{kind: number, text: token.String()}, nil
	case '[':
		return p.list(depth)
	}
	return p.object(depth)
}

func (p *jsonParser) list(depth int) (*node, error) {
	n := newList()
	for p.d.PeekKind() != ']' {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	_, err := p.d.ReadToken()
	return n, err
}

func (p *jsonParser) object(depth int) (*node, error) {
	n := newObject()
	for p.d.PeekKind() != '}' {
		name, err := p.d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the token is gone with the next one
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.set(key, v)
	}
	_, err := p.d.ReadToken()
	return n, err
}

// writeJSON writes a tree as AWS does, which is how Jackson indents.
func writeJSON(n *node) []byte { return appendJSON(nil, n, 0) }

func appendJSON(dst []byte, n *node, depth int) []byte {
	switch {
	case n == nil || n.kind == null:
		return append(dst, "null"...)
	case n.kind == text:
		return appendText(dst, n.text)
	case n.kind == list:
		return appendList(dst, n, depth)
	case n.kind == object:
		return appendObject(dst, n, depth)
	}
	return append(dst, n.text...)
}

// appendList writes lists on one line, apart from what is within them.
func appendList(dst []byte, n *node, depth int) []byte {
	dst = append(dst, '[')
	for i, item := range n.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(append(dst, ' '), item, depth)
	}
	if len(n.items) == 0 {
		return append(dst, " ]"...)
	}
	return append(dst, " ]"...)
}

func appendObject(dst []byte, n *node, depth int) []byte {
	if len(n.items) == 0 {
		return append(dst, "{ }"...)
	}
	dst = append(dst, '{')
	for i, key := range n.keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = indent(dst, depth+1)
		dst = append(appendText(dst, key), " : "...)
		dst = appendJSON(dst, n.items[i], depth+1)
	}
	return append(indent(dst, depth), '}')
}

func indent(dst []byte, depth int) []byte {
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, "  "...)
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	dst, err := jsontext.AppendQuote(dst, strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		panic("openapi: valid UTF-8 cannot be quoted: " + err.Error())
	}
	return dst
}

// compactJSON writes a tree on one line.
func compactJSON(n *node) string {
	v := jsontext.Value(writeJSON(n))
	if err := v.Compact(); err != nil {
		panic("openapi: own JSON cannot be read: " + err.Error())
	}
	return string(v)
}
