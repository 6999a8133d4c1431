package jsonshape

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"cloudless/internal/wire"
	"cloudless/internal/wire/jsonscan"
)

// Append appends the JSON of a value of the shape to dst. Absent members are
// left out, and so are those that are not carried in the body.
func Append(dst []byte, s *wire.Service, shape wire.Ref, rv reflect.Value) ([]byte, error) {
	return appendValue(dst, s, s.Shape(shape), rv, "")
}

func appendValue(dst []byte, s *wire.Service, shape *wire.Shape, rv reflect.Value, timeFormat string) ([]byte, error) {
	if rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return append(dst, "null"...), nil
		}
		rv = rv.Elem()
	}
	switch shape.Kind {
	case wire.Structure:
		return appendStructure(dst, s, shape, rv)
	case wire.List:
		return appendList(dst, s, shape, rv)
	case wire.Map:
		return appendMap(dst, s, shape, rv)
	default:
		return appendScalar(dst, shape, rv, timeFormat)
	}
}

func appendStructure(dst []byte, s *wire.Service, shape *wire.Shape, rv reflect.Value) ([]byte, error) {
	dst = append(dst, '{')
	empty := true
	for i := range shape.Members {
		m := &shape.Members[i]
		field := rv.Field(i)
		member := s.Shape(m.Shape)
		if m.In != wire.InBody || absent(member, field) {
			continue
		}
		if !empty {
			dst = append(dst, ',')
		}
		empty = false
		dst = append(jsonscan.AppendString(dst, m.WireName()), ':')
		var err error
		if dst, err = appendValue(dst, s, member, field, m.TimestampFormat); err != nil {
			return dst, fmt.Errorf("%s.%s: %w", shape.Name, m.Name, err)
		}
	}
	return append(dst, '}'), nil
}

// absent tells members that were not set. A required scalar always was.
func absent(s *wire.Shape, rv reflect.Value) bool {
	switch rv.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return rv.IsNil()
	}
	return s.Kind == wire.Enum && rv.String() == ""
}

func appendList(dst []byte, s *wire.Service, shape *wire.Shape, rv reflect.Value) ([]byte, error) {
	element := s.Shape(shape.Element)
	dst = append(dst, '[')
	var err error
	for i := range rv.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValue(dst, s, element, rv.Index(i), ""); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// appendMap writes the keys in order, so that equal answers are equal bytes.
func appendMap(dst []byte, s *wire.Service, shape *wire.Shape, rv reflect.Value) ([]byte, error) {
	element := s.Shape(shape.Element)
	keys := make([]string, 0, rv.Len())
	for _, k := range rv.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	dst = append(dst, '{')
	var err error
	for i, k := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonscan.AppendString(dst, k)
		dst = append(dst, ':')
		if dst, err = appendValue(dst, s, element, rv.MapIndex(reflect.ValueOf(k)), ""); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendScalar(dst []byte, shape *wire.Shape, rv reflect.Value, timeFormat string) ([]byte, error) {
	switch shape.Kind {
	case wire.String, wire.Enum:
		return jsonscan.AppendString(dst, rv.String()), nil
	case wire.Blob:
		return jsonscan.AppendBlob(dst, rv.Bytes()), nil
	case wire.Boolean:
		return strconv.AppendBool(dst, rv.Bool()), nil
	case wire.Integer, wire.Long:
		return strconv.AppendInt(dst, rv.Int(), 10), nil
	case wire.Float, wire.Double:
		return jsonscan.AppendDouble(dst, rv.Float()), nil
	case wire.Timestamp:
		return appendTime(dst, rv.Interface().(time.Time), timeFormat, shape.TimestampFormat)
	}
	return dst, fmt.Errorf("shape %s cannot be written as JSON", shape.Name)
}

// appendTime writes t in the first format that is given.
func appendTime(dst []byte, t time.Time, formats ...string) ([]byte, error) {
	format := cmp.Or(append(formats, wire.UnixTimestamp)...)
	if format == wire.UnixTimestamp {
		return append(dst, wire.FormatTime(t, format)...), nil
	}
	return jsonscan.AppendString(dst, wire.FormatTime(t, format)), nil
}
