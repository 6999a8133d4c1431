// Package restbind carries members of inputs and outputs outside of the body:
// in the path, the query, the headers and the status, as AWS's REST protocols
// do. Codecs restjson and restxml share it.
package restbind

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// Decode sets the members of in, a structure of the request's input shape,
// that path, query and headers carry, and notes the required ones that are
// absent.
func Decode(r *wire.Request, in reflect.Value, given *wire.Presence) error {
	shape := r.Service.Shape(r.Operation.Input)
	query := r.URL.Query()
	for i := range shape.Members {
		m := &shape.Members[i]
		found, err := decodeMember(r, m, query, in.Field(i))
		if err != nil {
			return awserr.Serialization(fmt.Sprintf("%s: %v", m.Name, err))
		}
		if !found && m.Required && m.In != wire.InBody {
			given.Absent(wire.Path{}.Member(m.Name))
		}
	}
	return nil
}

func decodeMember(r *wire.Request, m *wire.Member, query url.Values, rv reflect.Value) (found bool, err error) {
	s := r.Service.Shape(m.Shape)
	switch m.In {
	case wire.InURI:
		text, ok := r.Labels[m.WireName()]
		return ok, setIf(ok, r.Service, s, m, rv, []string{text})
	case wire.InQuery:
		if s.Kind == wire.Map {
			return true, setQueryMap(r.Service, s, rv, query, r.Service.Shape(r.Operation.Input))
		}
		texts, ok := query[m.WireName()]
		return ok, setIf(ok, r.Service, s, m, rv, texts)
	case wire.InHeader:
		texts := r.Header.Values(m.WireName())
		if s.Kind == wire.List {
			texts = splitList(texts)
		}
		return len(texts) > 0, setIf(len(texts) > 0, r.Service, s, m, rv, texts)
	case wire.InHeaders:
		setHeaders(r.Header, m.WireName(), rv)
		return true, nil
	}
	return false, nil
}

// setQueryMap gives a map all query parameters that no other member names.
func setQueryMap(svc *wire.Service, s *wire.Shape, rv reflect.Value, query url.Values, input *wire.Shape) error {
	named := map[string]bool{}
	for i := range input.Members {
		named[input.Members[i].WireName()] = true
	}
	element := svc.Shape(s.Element)
	for k, texts := range query {
		if named[k] {
			continue
		}
		if rv.IsNil() {
			rv.Set(reflect.MakeMap(rv.Type()))
		}
		e := reflect.New(rv.Type().Elem()).Elem()
		if err := set(svc, element, "", e, texts); err != nil {
			return err
		}
		rv.SetMapIndex(reflect.ValueOf(k), e)
	}
	return nil
}

func splitList(values []string) []string {
	var parts []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			parts = append(parts, strings.TrimSpace(part))
		}
	}
	return parts
}

func setHeaders(h http.Header, prefix string, rv reflect.Value) {
	for name, values := range h {
		if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
			continue
		}
		if rv.IsNil() {
			rv.Set(reflect.MakeMap(rv.Type()))
		}
		rv.SetMapIndex(reflect.ValueOf(strings.ToLower(name[len(prefix):])), reflect.ValueOf(strings.Join(values, ",")))
	}
}

func setIf(ok bool, svc *wire.Service, s *wire.Shape, m *wire.Member, rv reflect.Value, texts []string) error {
	if !ok {
		return nil
	}
	return set(svc, s, m.TimestampFormat, rv, texts)
}

// set reads a scalar, or a list of scalars, from text.
func set(svc *wire.Service, s *wire.Shape, timeFormat string, rv reflect.Value, texts []string) error {
	if s.Kind == wire.List {
		element := svc.Shape(s.Element)
		rv.Set(reflect.MakeSlice(rv.Type(), len(texts), len(texts)))
		for i, text := range texts {
			if err := set(svc, element, timeFormat, rv.Index(i), []string{text}); err != nil {
				return err
			}
		}
		return nil
	}
	if rv.Kind() == reflect.Pointer {
		rv.Set(reflect.New(rv.Type().Elem()))
		rv = rv.Elem()
	}
	return setScalar(s, rv, texts[0])
}

func setScalar(s *wire.Shape, rv reflect.Value, text string) error {
	switch s.Kind {
	case wire.String, wire.Enum:
		rv.SetString(text)
	case wire.Boolean:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("not a boolean: %.40q", text)
		}
		rv.SetBool(b)
	case wire.Integer, wire.Long:
		bits := 64
		if s.Kind == wire.Integer {
			bits = 32
		}
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			return fmt.Errorf("not an integer: %.40q", text)
		}
		rv.SetInt(n)
	case wire.Float, wire.Double:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("not a number: %.40q", text)
		}
		rv.SetFloat(f)
	case wire.Timestamp:
		t, err := wire.ParseTime(text)
		if err != nil {
			return err
		}
		rv.Set(reflect.ValueOf(t))
	case wire.Blob:
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
