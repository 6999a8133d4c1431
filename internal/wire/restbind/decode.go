// Package restbind carries members of inputs and outputs outside of the body:
// in the path, the query, the headers and the status, as AWS's REST protocols
// do. Codecs restjson and restxml share it.
package restbind

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// Malformed is the cause of Decode's refusals: a member whose text does not
// say what its shape wants.
type Malformed struct {
	Member *wire.Member
	Text   string
	Err    error
}

// Error names the member and says what is wrong with its text.
func (e *Malformed) Error() string { return e.Member.Name + ": " + e.Err.Error() }

// Decode sets the members of in, a structure of the request's input shape,
// that path, query and headers carry, and notes the required ones that are
// absent. Its errors are SerializationExceptions because of a [*Malformed].
func Decode(r *wire.Request, in reflect.Value, given *wire.Presence) error {
	shape := r.Service.Shape(r.Operation.Input)
	query := r.URL.Query()
	for i := range shape.Members {
		m := &shape.Members[i]
		texts, found, err := decodeMember(r, m, query, in.Field(i))
		if err != nil {
			cause := &Malformed{m, strings.Join(texts, ","), err}
			return awserr.Serialization(cause.Error()).Because(cause)
		}
		switch {
		case !found && m.Required && m.In != wire.InBody:
			given.Absent(wire.Path{}.Member(m.Name))
		case found && r.Service.Shape(m.Shape).Kind == wire.Enum && texts[0] == "":
			given.Blank(wire.Path{}.Member(m.Name))
		}
	}
	return nil
}

// decodeMember sets one member and returns the texts that it was given as.
func decodeMember(r *wire.Request, m *wire.Member, query url.Values, rv reflect.Value) (texts []string, found bool, err error) {
	s := r.Service.Shape(m.Shape)
	switch m.In {
	case wire.InURI:
		text, ok := r.Labels[m.WireName()]
		texts, found = []string{text}, ok
	case wire.InQuery:
		if s.Kind == wire.Map {
			return nil, true, setQueryMap(r, s, rv, query)
		}
		texts, found = query[m.WireName()]
	case wire.InHeader:
		texts = headerValues(r, m.WireName(), query)
		if s.Kind == wire.List {
			texts = splitList(texts)
		}
		found = len(texts) > 0
	case wire.InHeaders:
		setHeaders(r.Header, m.WireName(), rv)
		if hoists(r) {
			setHeaders(http.Header(query), m.WireName(), rv)
		}
		return nil, true, nil
	}
	if found {
		err = set(r.Service, s, rv, texts)
	}
	return texts, found, err
}

// setQueryMap gives a map all query parameters that neither another member nor
// the operation's own pattern names.
func setQueryMap(r *wire.Request, s *wire.Shape, rv reflect.Value, query url.Values) error {
	_, pattern, _ := strings.Cut(r.Operation.URI, "?")
	named, _ := url.ParseQuery(pattern) // a pattern of a model
	input := r.Service.Shape(r.Operation.Input)
	for i := range input.Members {
		if m := &input.Members[i]; m.In == wire.InQuery {
			named.Set(m.WireName(), "")
		}
	}
	for k, texts := range query {
		if named.Has(k) {
			continue
		}
		if rv.IsNil() {
			rv.Set(reflect.MakeMap(rv.Type()))
		}
		e := reflect.New(rv.Type().Elem()).Elem()
		if err := set(r.Service, r.Service.Shape(s.Element), e, texts); err != nil {
			return err
		}
		rv.SetMapIndex(reflect.ValueOf(k), e)
	}
	return nil
}

// headerValues returns the values of a header.
func headerValues(r *wire.Request, name string, query url.Values) []string {
	if texts := r.Header.Values(name); len(texts) > 0 || !hoists(r) || !hasPrefix(name, "x-amz-") {
		return texts
	}
	for k, texts := range query {
		if strings.EqualFold(k, name) {
			return texts
		}
	}
	return nil
}

// hoists tells services of whose presigned requests the query may hold headers
// of AWS: whoever signs a link for S3 decides there what the upload will be.
func hoists(r *wire.Request) bool { return r.Service.Protocol == wire.RestXML }

func hasPrefix(name, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
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
		if !hasPrefix(name, prefix) {
			continue
		}
		if rv.IsNil() {
			rv.Set(reflect.MakeMap(rv.Type()))
		}
		rv.SetMapIndex(reflect.ValueOf(strings.ToLower(name[len(prefix):])), reflect.ValueOf(strings.Join(values, ",")))
	}
}

// set reads a scalar, or a list of scalars, from text.
func set(svc *wire.Service, s *wire.Shape, rv reflect.Value, texts []string) error {
	if s.Kind == wire.List {
		element := svc.Shape(s.Element)
		rv.Set(reflect.MakeSlice(rv.Type(), len(texts), len(texts)))
		for i, text := range texts {
			if err := set(svc, element, rv.Index(i), []string{text}); err != nil {
				return err
			}
		}
		return nil
	}
	return wire.SetText(s, rv, texts[0])
}
