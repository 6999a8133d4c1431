package wiretest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// RoundTrips writes random values of every input of a service as a client
// does, and, where answers are written as requests are, of every output, and
// wants the codec to read the same values back.
//
// handlers is the type of the generated struct of handlers, whose functions
// tell which Go types an operation has.
func RoundTrips(t *testing.T, codec wire.Codec, s *wire.Service, handlers reflect.Type) {
	for i := range s.Operations {
		op := &s.Operations[i]
		field, ok := handlers.FieldByName(op.Name)
		if !ok {
			t.Errorf("%s has no field %s", handlers, op.Name)
			continue
		}
		in, out := field.Type.In(2).Elem(), field.Type.Out(0).Elem()
		for seed := range uint64(8) {
			roundTrip(t, codec, s, op, op.Input, in, seed)
			if s.Protocol != wire.AWSQuery && !op.Unwrapped && !hasEventStream(s, op.Output) {
				roundTrip(t, codec, s, op, op.Output, out, seed)
			}
		}
	}
}

func hasEventStream(s *wire.Service, ref wire.Ref) bool {
	return slices.ContainsFunc(s.Shape(ref).Members, func(m wire.Member) bool { return s.Shape(m.Shape).Kind == wire.EventStream })
}

// roundTrip takes one value of a structure through an operation that has it
// as both input and output.
func roundTrip(t *testing.T, codec wire.Codec, s *wire.Service, op *wire.Operation, ref wire.Ref, goType reflect.Type, seed uint64) {
	t.Helper()
	echo := *op
	echo.Input, echo.Output, echo.Status, echo.InvalidInput = ref, ref, http.StatusOK, ""
	one := *s
	one.Operations = []wire.Operation{echo}
	want := reflect.New(goType)
	g := random{rand.New(rand.NewPCG(seed, uint64(ref))), s}
	g.fill(s.Shape(ref), want.Elem(), 0)

	r, err := write(codec, &one, want)
	if err != nil {
		t.Fatalf("%s, seed %d: %v", op.Name, seed, err)
	}
	got := reflect.New(goType)
	err = codec.Decode(r, got.Interface())
	dropStreams(s.Shape(ref), s, got.Elem())
	if err != nil && awserr.Code(err) != awserr.CodeValidation { // random texts match no pattern
		t.Errorf("%s, seed %d: Decode = %v", op.Name, seed, err)
	} else if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Errorf("%s, seed %d: came back different\n got %s\nwant %s", op.Name, seed, show(got), show(want))
	}
}

// write makes the request that carries a value.
func write(codec wire.Codec, s *wire.Service, value reflect.Value) (*wire.Request, error) {
	op := &s.Operations[0]
	if s.Protocol == wire.AWSQuery {
		f := form{s, url.Values{"Action": {op.Name}, "Version": {s.APIVersion}}}
		err := f.structure(s.Shape(op.Input), value.Elem(), "")
		return &wire.Request{Request: httptest.NewRequest("POST", "/", strings.NewReader(f.values.Encode())), Service: s, Operation: op}, err
	}
	// A REST request is an answer with more in its path and query.
	answer := httptest.NewRecorder()
	target, err := targetOf(s, op, value.Elem())
	if err != nil {
		return nil, err
	}
	post := &wire.Request{Request: httptest.NewRequest("POST", "/", nil), Service: s, Operation: op}
	if err := codec.Encode(answer, post, value.Interface()); err != nil {
		return nil, err
	}
	r := httptest.NewRequest(op.Method, target, answer.Body)
	r.Header = http.Header{}
	for name, values := range answer.Header() {
		if !describesBody(name) {
			r.Header[http.CanonicalHeaderKey(name)] = values // as the server reads them
		}
	}
	req := &wire.Request{Request: r, Service: s, Operation: op}
	if s.Protocol == wire.RestJSON || s.Protocol == wire.RestXML {
		matched, labels := wire.NewRouter(s).Match(r)
		if matched == nil {
			return nil, fmt.Errorf("%s %s is not its own request", op.Method, target)
		}
		req.Labels = labels
	}
	return req, nil
}

// describesBody tells headers that say something of the body they come with.
func describesBody(header string) bool {
	return slices.Contains([]string{"Content-Length", "Content-Type", "Content-Range", "Content-Md5"}, http.CanonicalHeaderKey(header))
}

// targetOf fills the pattern of an operation, and adds the query.
func targetOf(s *wire.Service, op *wire.Operation, rv reflect.Value) (string, error) {
	path, pattern, _ := strings.Cut(op.URI, "?")
	query, err := url.ParseQuery(pattern)
	if err != nil {
		return "", err
	}
	shape := s.Shape(op.Input)
	hasLabels := false
	for i := range shape.Members {
		m := &shape.Members[i]
		v := reflect.Indirect(rv.Field(i))
		if !v.IsValid() || isNil(v) {
			continue
		}
		switch m.In {
		case wire.InURI:
			text, err := wire.Text(s.Shape(m.Shape), v)
			if err != nil {
				return "", err
			}
			text = url.PathEscape(text)
			path = strings.NewReplacer("{"+m.WireName()+"}", text, "{"+m.WireName()+"+}", strings.ReplaceAll(text, "%2F", "/")).Replace(path)
			hasLabels = true
		case wire.InQuery:
			if err := addQuery(query, s, m, v); err != nil {
				return "", err
			}
		}
	}
	if !hasLabels {
		path = strings.NewReplacer("{", "", "+}", "", "}", "").Replace(path) // an output: its labels are the input's
	}
	return path + "?" + query.Encode(), nil
}

func addQuery(query url.Values, s *wire.Service, m *wire.Member, v reflect.Value) error {
	shape := s.Shape(m.Shape)
	switch shape.Kind {
	case wire.List:
		for i := range v.Len() {
			text, err := wire.Text(s.Shape(shape.Element), v.Index(i))
			if err != nil {
				return err
			}
			query.Add(m.WireName(), text)
		}
	case wire.Map:
		for _, k := range v.MapKeys() {
			query.Set(k.String(), v.MapIndex(k).String())
		}
	case wire.Enum:
		if v.String() != "" {
			query.Set(m.WireName(), v.String())
		}
	default:
		text, err := wire.Text(shape, v, m.TimestampFormat)
		query.Set(m.WireName(), text)
		return err
	}
	return nil
}

// dropStreams forgets the body that was handed over: its bytes are no value.
func dropStreams(shape *wire.Shape, s *wire.Service, rv reflect.Value) {
	for i := range shape.Members {
		if s.Shape(shape.Members[i].Shape).Kind == wire.Stream {
			rv.Field(i).SetZero()
		}
	}
}

// show writes a value with what its pointers point to.
func show(rv reflect.Value) string {
	rv = reflect.Indirect(rv)
	if !rv.IsValid() || isNil(rv) {
		return "nil"
	}
	var b strings.Builder
	switch rv.Kind() {
	case reflect.Struct:
		if rv.NumMethod() > 0 { // a time
			break
		}
		for i := range rv.NumField() {
			if !rv.Field(i).IsZero() {
				fmt.Fprintf(&b, "%s: %s, ", rv.Type().Field(i).Name, show(rv.Field(i)))
			}
		}
		return "{" + b.String() + "}"
	case reflect.Slice:
		for i := range rv.Len() {
			b.WriteString(show(rv.Index(i)) + ", ")
		}
		return "[" + b.String() + "]"
	case reflect.Map:
		for _, k := range rv.MapKeys() {
			fmt.Fprintf(&b, "%q: %s, ", k.String(), show(rv.MapIndex(k)))
		}
		return "map[" + b.String() + "]"
	}
	return fmt.Sprintf("%#v", rv.Interface())
}
