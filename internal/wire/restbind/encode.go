package restbind

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"

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
				// Not by Set: clients take the rest of the name as it is spelled.
				h[m.WireName()+k.String()] = []string{rv.MapIndex(k).String()}
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
	if s.Kind != wire.List {
		return wire.Text(s, rv, timeFormat, s.TimestampFormat, wire.RFC822)
	}
	parts := make([]string, rv.Len())
	for i := range parts {
		var err error
		if parts[i], err = text(svc, svc.Shape(s.Element), timeFormat, rv.Index(i)); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, ","), nil
}
