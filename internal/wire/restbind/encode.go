package restbind

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/wire"
)

// EncodeHeaders sets the headers that carry members of out, a structure of the
// shape, and returns the status: the member that holds it, if there is one and
// it is set, or else status.
func EncodeHeaders(h http.Header, svc *wire.Service, shape *wire.Shape, out reflect.Value, status int) (int, error) {
	for i := range shape.Members {
		m := &shape.Members[i]
		rv := out.Field(i)
		s := svc.Shape(m.Shape)
		if m.In == wire.InBody || isZero(s, rv) {
			continue
		}
		switch m.In {
		case wire.InHeader:
			text, err := text(svc, s, m.TimestampFormat, rv)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", m.Name, err)
			}
			h.Set(m.WireName(), text)
		case wire.InHeaders:
			for _, k := range rv.MapKeys() {
				h.Set(m.WireName()+k.String(), rv.MapIndex(k).String())
			}
		case wire.InStatus:
			status = int(reflect.Indirect(rv).Int())
		}
	}
	return status, nil
}

func isZero(s *wire.Shape, rv reflect.Value) bool {
	switch rv.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return rv.IsNil()
	}
	return s.Kind == wire.Enum && rv.String() == ""
}

// text writes a scalar, or a list of scalars, as a header does.
func text(svc *wire.Service, s *wire.Shape, timeFormat string, rv reflect.Value) (string, error) {
	rv = reflect.Indirect(rv)
	switch s.Kind {
	case wire.String, wire.Enum:
		return rv.String(), nil
	case wire.Boolean:
		return strconv.FormatBool(rv.Bool()), nil
	case wire.Integer, wire.Long:
		return strconv.FormatInt(rv.Int(), 10), nil
	case wire.Float, wire.Double:
		return strconv.FormatFloat(rv.Float(), 'g', -1, 64), nil
	case wire.Blob:
		return base64.StdEncoding.EncodeToString(rv.Bytes()), nil
	case wire.Timestamp:
		return wire.FormatTime(rv.Interface().(time.Time), firstOf(timeFormat, s.TimestampFormat, wire.RFC822)), nil
	case wire.List:
		parts := make([]string, rv.Len())
		for i := range parts {
			var err error
			if parts[i], err = text(svc, svc.Shape(s.Element), timeFormat, rv.Index(i)); err != nil {
				return "", err
			}
		}
		return strings.Join(parts, ","), nil
	}
	return "", fmt.Errorf("shape %s cannot be carried as text", s.Name)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
