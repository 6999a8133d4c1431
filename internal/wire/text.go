package wire

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// SetText sets a scalar, or what a pointer to one points to, from the text
// that a path, a header, a form or an XML element carries.
func SetText(s *Shape, rv reflect.Value, text string) error {
	if rv.Kind() == reflect.Pointer {
		rv.Set(reflect.New(rv.Type().Elem()))
		rv = rv.Elem()
	}
	switch s.Kind {
	case String, Enum:
		rv.SetString(text)
	case Boolean:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("not a boolean: %.40q", text)
		}
		rv.SetBool(b)
	case Integer, Long:
		bits := 64
		if s.Kind == Integer {
			bits = 32
		}
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			return fmt.Errorf("not an integer: %.40q", text)
		}
		rv.SetInt(n)
	case Float, Double:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("not a number: %.40q", text)
		}
		rv.SetFloat(f)
	case Timestamp:
		t, err := ParseTime(text)
		if err != nil {
			return err
		}
		rv.Set(reflect.ValueOf(t))
	case Blob:
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("not base64: %.40q", text)
		}
		rv.SetBytes(data)
	default:
		return fmt.Errorf("shape %s cannot be carried as text", s.Name)
	}
	return nil
}

// Text writes a scalar, or what a pointer to one points to, as text. A
// timestamp has the first of the formats that is not "".
func Text(s *Shape, rv reflect.Value, timeFormats ...string) (string, error) {
	rv = reflect.Indirect(rv)
	switch s.Kind {
	case String, Enum:
		return rv.String(), nil
	case Boolean:
		return strconv.FormatBool(rv.Bool()), nil
	case Integer, Long:
		return strconv.FormatInt(rv.Int(), 10), nil
	case Float, Double:
		return floatText(rv.Float()), nil
	case Blob:
		return base64.StdEncoding.EncodeToString(rv.Bytes()), nil
	case Timestamp:
		return FormatTime(rv.Interface().(time.Time), cmp.Or(timeFormats...)), nil
	}
	return "", fmt.Errorf("shape %s cannot be carried as text", s.Name)
}

func floatText(f float64) string {
	if math.IsInf(f, 0) {
		return map[bool]string{true: "-Infinity", false: "Infinity"}[f < 0]
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
