package jsonshape

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

func (d *Decoder) scalar(s *wire.Shape, rv reflect.Value, path wire.Path) error {
	token, err := d.tokens.ReadToken()
	if err != nil {
		return malformed()
	}
	switch token.Kind() {
	case '{':
		return awserr.Serialization("Start of structure or map found where not expected.")
	case '[':
		return awserr.Serialization("Start of list found where not expected")
	}
	switch s.Kind {
	case wire.String, wire.Enum:
		if token.Kind() != '"' {
			return cannotConvert(token, "String")
		}
		text := token.String()
		if s.Kind == wire.Enum && text == "" {
			d.given.Blank(path)
		}
		rv.SetString(text)
	case wire.Blob:
		return setBlob(rv, token)
	case wire.Boolean:
		if k := token.Kind(); k != 't' && k != 'f' {
			return cannotConvert(token, "Boolean")
		}
		rv.SetBool(token.Bool())
	case wire.Integer, wire.Long:
		return setInteger(s, rv, token)
	case wire.Float, wire.Double:
		return setFloat(rv, token)
	case wire.Timestamp:
		return setTime(rv, token)
	default:
		return awserr.Serialization("Unexpected field type")
	}
	return nil
}

// cannotConvert is what AWS's parser says of a scalar of the wrong type.
func cannotConvert(token jsontext.Token, to string) error {
	from := map[jsontext.Kind]string{'"': "STRING_VALUE", '0': "NUMBER_VALUE", 't': "TRUE_VALUE", 'f': "FALSE_VALUE"}[token.Kind()]
	return awserr.Serialization(from + " cannot be converted to " + to)
}

func setBlob(rv reflect.Value, token jsontext.Token) error {
	if token.Kind() != '"' {
		return cannotConvert(token, "Blob")
	}
	data, err := base64.StdEncoding.DecodeString(token.String())
	if err != nil {
		return awserr.Serialization("Invalid base64 encoding")
	}
	rv.SetBytes(data)
	return nil
}

func setInteger(s *wire.Shape, rv reflect.Value, token jsontext.Token) error {
	name, bits := "Integer", 32
	if s.Kind == wire.Long {
		name, bits = "Long", 64
	}
	if token.Kind() != '0' {
		return cannotConvert(token, name)
	}
	n, err := strconv.ParseInt(token.String(), 10, bits)
	if err != nil {
		f, inexact := token.Float()
		if inexact != nil || math.IsInf(f, 0) || f != math.Trunc(f) || math.Abs(f) >= math.Ldexp(1, bits-1) {
			return cannotConvert(token, name)
		}
		n = int64(f)
	}
	rv.SetInt(n)
	return nil
}

func setFloat(rv reflect.Value, token jsontext.Token) error {
	switch text := token.String(); {
	case token.Kind() == '0':
		f, err := token.Float()
		if err != nil {
			return cannotConvert(token, "Double")
		}
		rv.SetFloat(f)
	case token.Kind() == '"' && (text == "NaN" || text == "Infinity" || text == "-Infinity"):
		f, _ := strconv.ParseFloat(text, 64)
		rv.SetFloat(f)
	default:
		return cannotConvert(token, "Double")
	}
	return nil
}

func setTime(rv reflect.Value, token jsontext.Token) error {
	if k := token.Kind(); k != '0' && k != '"' {
		return cannotConvert(token, "Timestamp")
	}
	t, err := wire.ParseTime(token.String())
	if err != nil {
		return cannotConvert(token, "Timestamp")
	}
	rv.Set(reflect.ValueOf(t))
	return nil
}
