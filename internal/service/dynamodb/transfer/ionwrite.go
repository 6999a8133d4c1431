package transfer

import (
	"encoding/base64"
	"iter"
	"strconv"
	"strings"

	"cloudless/internal/service/dynamodb/attr"
)

// Ion is written as ion-java writes it, which AWS's exports show: compact, a number
// with its digits and their exponent, names bare where they may be.

// ionSets are the annotations that tell a set from a list.
var ionSets = map[attr.Kind]string{
	attr.StringSet: "$dynamodb_SS",
	attr.NumberSet: "$dynamodb_NS",
	attr.BinarySet: "$dynamodb_BS",
}

func appendIonFields(dst []byte, fields iter.Seq2[[]byte, attr.Value]) []byte {
	dst = append(dst, '{')
	mark := len(dst)
	for name, v := range fields {
		dst = appendIonSymbol(comma(dst, mark), string(name))
		dst = append(dst, ':')
		dst = appendIonValue(dst, v)
	}
	return append(dst, '}')
}

func appendIonValue(dst []byte, v attr.Value) []byte {
	kind := v.Kind()
	switch {
	case kind == attr.Null:
		return append(dst, "null"...)
	case kind == attr.Bool:
		return appendBool(dst, v)
	case kind == attr.Map:
		return appendIonFields(dst, v.Fields())
	case kind == attr.List:
		dst = append(dst, '[')
		mark := len(dst)
		for element := range v.Elements() {
			dst = appendIonValue(comma(dst, mark), element)
		}
		return append(dst, ']')
	case kind.IsSet():
		dst = append(dst, ionSets[kind]...)
		dst = append(dst, "::["...)
		mark := len(dst)
		for member := range v.Members() {
			dst = appendIonScalar(comma(dst, mark), kind.Member(), member)
		}
		return append(dst, ']')
	}
	return appendIonScalar(dst, kind, v.Payload())
}

func appendIonScalar(dst []byte, kind attr.Kind, payload []byte) []byte {
	switch kind {
	case attr.Number:
		return appendIonDecimal(dst, attr.FormatNumber(payload))
	case attr.Binary:
		dst = append(dst, "{{"...)
		dst = base64.StdEncoding.AppendEncode(dst, payload)
		return append(dst, "}}"...)
	}
	dst = append(dst, '"')
	dst = appendIonText(dst, string(payload), '"')
	return append(dst, '"')
}

// appendIonDecimal appends the decimal of a number in its normal form. Zeros
// at its end become an exponent, as they would otherwise claim to be known
// digits: 600 is 6d2. A small fraction is written out down to 0.000001.
func appendIonDecimal(dst []byte, text string) []byte {
	digits, negative := strings.CutPrefix(text, "-")
	if negative {
		dst = append(dst, '-')
	}
	whole, fraction, isFraction := strings.Cut(digits, ".")
	if !isFraction {
		significant := strings.TrimRight(whole, "0")
		if zeros := len(whole) - len(significant); zeros > 0 && significant != "" {
			dst = append(dst, significant...)
			dst = append(dst, 'd')
			return strconv.AppendInt(dst, int64(zeros), 10)
		}
		dst = append(dst, whole...)
		return append(dst, '.')
	}
	significant := strings.TrimLeft(fraction, "0")
	if whole != "0" || len(fraction)-len(significant) <= 5 {
		return append(dst, digits...)
	}
	dst = append(dst, significant...)
	dst = append(dst, 'd', '-')
	return strconv.AppendInt(dst, int64(len(fraction)), 10)
}

// appendIonSymbol appends the name of a field: bare where it is an identifier,
// between single quotes elsewhere.
func appendIonSymbol(dst []byte, name string) []byte {
	if isIonIdentifier(name) {
		return append(dst, name...)
	}
	dst = append(dst, '\'')
	dst = appendIonText(dst, name, '\'')
	return append(dst, '\'')
}

// isIonIdentifier reports whether a name may stand without quotes: it has the
// form of an identifier, and no meaning of its own as a keyword or as the number
// of a symbol has ($10).
func isIonIdentifier(name string) bool {
	switch name {
	case "", "null", "true", "false", "nan":
		return false
	}
	for i := range len(name) {
		if !isIdentifierByte(name[i], i > 0) {
			return false
		}
	}
	return name == "$" || name[0] != '$' || strings.Trim(name[1:], "0123456789") != ""
}

// isIdentifierByte reports whether c may stand in an identifier, and behind its
// first byte.
func isIdentifierByte(c byte, behind bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '$':
		return true
	}
	return behind && c >= '0' && c <= '9'
}

// appendIonText appends what stands between quotes. Controls are escaped, those
// of Latin-1 too; other characters stand for themselves.
func appendIonText(dst []byte, s string, quote rune) []byte {
	const hex = "0123456789abcdef"
	for _, c := range s {
		switch {
		case c == quote || c == '\\':
			dst = append(dst, '\\', byte(c))
		case c >= ' ' && c < 0x7f || c > 0x9f:
			dst = append(dst, string(c)...)
		default:
			if i := strings.IndexRune(ionControls, c); i >= 0 {
				dst = append(dst, '\\', ionLetters[i])
			} else {
				dst = append(dst, '\\', 'x', hex[c>>4], hex[c&15])
			}
		}
	}
	return dst
}

// The controls that Ion escapes by a letter, and the letters.
const (
	ionControls = "\x00\a\b\t\n\v\f\r"
	ionLetters  = "0abtnvfr"
)
