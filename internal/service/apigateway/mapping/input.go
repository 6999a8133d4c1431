package mapping

import (
	"errors"

	"cloudless/internal/service/apigateway/jsonpath"
	"cloudless/internal/service/apigateway/value"
)

// input is $input.
type input struct {
	call   *Call
	meter  *meter
	parsed bool
	doc    value.Value // of the body; null if that is empty
}

// Get reads $input.body: the payload as it came, or {} where there is none.
func (in *input) Get(property string) (value.Value, error) {
	if property != "body" {
		return nil, value.ErrNoMember
	}
	if in.call.Body == "" {
		return "{}", nil
	}
	return in.call.Body, nil
}

// Call answers json, path and params.
func (in *input) Call(method string, args []value.Value) (value.Value, error) {
	switch {
	case method == "params" && len(args) == 0:
		return in.allParams(), nil
	case len(args) != 1:
		return nil, value.ErrNoMember
	}
	arg, ok := args[0].(string)
	if !ok {
		return nil, value.ErrNoMember
	}
	switch method {
	case "params":
		return in.param(arg), nil
	case "path":
		v, err := in.find(arg)
		if errors.Is(err, jsonpath.ErrNotFound) {
			return nil, nil
		}
		return v, err
	case "json":
		return in.json(arg)
	}
	return nil, value.ErrNoMember
}

// String is what $input itself prints.
func (in *input) String() string { return "$input" }

// document returns the parsed body. A template that changes it changes what later
// calls find.
func (in *input) document() (value.Value, error) {
	if in.parsed || in.call.Body == "" {
		return in.doc, nil
	}
	doc, err := in.meter.parse(in.call.Body)
	if err != nil {
		return nil, err
	}
	in.doc, in.parsed = doc, true
	return doc, nil
}

// find evaluates a path on the body. On an empty body it finds nothing.
func (in *input) find(path string) (value.Value, error) {
	if err := in.meter.path(path); err != nil {
		return nil, err
	}
	p, err := jsonpath.Compile(path)
	if err != nil {
		return nil, err
	}
	doc, err := in.document()
	if err != nil {
		return nil, err
	}
	if in.call.Body == "" {
		return nil, jsonpath.ErrNotFound
	}
	return p.Find(doc, &in.meter.steps)
}

// json returns what the path finds as JSON text. What is not there is the empty
// string, so "" in quotes; the whole of an empty body is an empty object.
func (in *input) json(path string) (value.Value, error) {
	if in.call.Body == "" && path == "$" {
		return "{}", nil
	}
	v, err := in.find(path)
	if errors.Is(err, jsonpath.ErrNotFound) {
		return `""`, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := value.AppendJSON(nil, v, maxText)
	return string(b), err
}

// allParams returns $input.params(): maps by place.
func (in *input) allParams() value.Value {
	return value.MapOf(
		"path", orEmpty(in.call.Path),
		"querystring", orEmpty(in.call.Querystring),
		"header", orEmpty(in.call.Header))
}

// param looks a name up in the path, the query string and the header, in that order.
func (in *input) param(name string) value.Value {
	for _, m := range [...]*value.Map{in.call.Path, in.call.Querystring, in.call.Header} {
		if m == nil {
			continue
		}
		if v, ok := m.Get(name); ok && v != nil {
			return v
		}
	}
	return nil
}
