package transfer

import (
	"encoding/base64"
	"iter"

	"cloudless/internal/service/dynamodb/attr"
)

// appendJSONFields appends attributes in DynamoDB's JSON, in ascending order of
// their names.
func appendJSONFields(dst []byte, fields iter.Seq2[[]byte, attr.Value]) []byte {
	dst = append(dst, '{')
	mark := len(dst)
	for name, v := range fields {
		dst = appendJSONString(comma(dst, mark), name)
		dst = append(dst, ':')
		dst = appendJSONValue(dst, v)
	}
	return append(dst, '}')
}

// comma separates an element from the one before it, if it is not the first
// behind mark.
func comma(dst []byte, mark int) []byte {
	if len(dst) > mark {
		return append(dst, ',')
	}
	return dst
}

func appendJSONValue(dst []byte, v attr.Value) []byte {
	kind := v.Kind()
	dst = append(dst, '{', '"')
	dst = append(dst, kind.String()...)
	dst = append(dst, '"', ':')
	switch {
	case kind == attr.Null:
		dst = append(dst, "true"...)
	case kind == attr.Bool:
		dst = appendBool(dst, v)
	case kind.IsSet():
		dst = append(dst, '[')
		mark := len(dst)
		for member := range v.Members() {
			dst = appendJSONScalar(comma(dst, mark), kind.Member(), member)
		}
		dst = append(dst, ']')
	case kind == attr.List:
		dst = append(dst, '[')
		mark := len(dst)
		for element := range v.Elements() {
			dst = appendJSONValue(comma(dst, mark), element)
		}
		dst = append(dst, ']')
	case kind == attr.Map:
		dst = appendJSONFields(dst, v.Fields())
	default:
		dst = appendJSONScalar(dst, kind, v.Payload())
	}
	return append(dst, '}')
}

func appendBool(dst []byte, v attr.Value) []byte {
	if v.IsTrue() {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// appendJSONScalar appends a string, number or binary, all of which are strings
// in DynamoDB's JSON.
func appendJSONScalar(dst []byte, kind attr.Kind, payload []byte) []byte {
	switch kind {
	case attr.Number:
		dst = append(dst, '"')
		dst = attr.AppendFormat(dst, payload)
		return append(dst, '"')
	case attr.Binary:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, payload)
		return append(dst, '"')
	}
	return appendJSONString(dst, payload)
}

// appendJSONString appends a string. Only what JSON demands is escaped.
func appendJSONString(dst, s []byte) []byte {
	const hex = "0123456789ABCDEF"
	dst = append(dst, '"')
	start := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
