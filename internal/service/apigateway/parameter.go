package apigateway

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/service/apigateway/jsonpath"
	"cloudless/internal/service/apigateway/value"
)

// source is where a mapped parameter takes its value from, such as
// "method.request.header.X-Name", "context.stage" or "'text'".
type source struct {
	kind string // one of the constants below
	name string // of the parameter, header, variable or path; the text itself
}

// The kinds of sources.
const (
	fromText        = "text"
	fromPath        = "path"
	fromQuery       = "querystring"
	fromHeader      = "header"
	fromManyQuery   = "multivaluequerystring"
	fromManyHeader  = "multivalueheader"
	fromBody        = "body"
	fromContext     = "context"
	fromVariables   = "stageVariables"
	requestPrefix   = "method.request."
	responsePrefix  = "integration.response."
	placesOfRequest = "path querystring header multivaluequerystring multivalueheader body"
	placesOfAnswer  = "header multivalueheader body"
)

// parseSource reads an expression. prefix and places say what may be taken of
// the request, or of the backend's answer.
func parseSource(expression, prefix, places string) (source, bool) {
	if text, ok := strings.CutPrefix(expression, "'"); ok {
		text, ok = strings.CutSuffix(text, "'")
		return source{fromText, text}, ok
	}
	if name, ok := strings.CutPrefix(expression, "context."); ok {
		return source{fromContext, name}, name != ""
	}
	if name, ok := strings.CutPrefix(expression, "stageVariables."); ok {
		return source{fromVariables, name}, name != ""
	}
	rest, ok := strings.CutPrefix(expression, prefix)
	if !ok {
		return source{}, false
	}
	place, name, _ := strings.Cut(rest, ".")
	known := slices.Contains(strings.Fields(places), place)
	return source{place, name}, known && (name != "" || place == fromBody)
}

// checkRequestParameters refuses mappings of a request that AWS refuses. What
// they take of the request has to be declared by the method.
func checkRequestParameters(m *agw.Method, i *agw.Integration) error {
	for target, expression := range i.RequestParameters {
		rest, ok := strings.CutPrefix(target, "integration.request.")
		place, name, _ := strings.Cut(rest, ".")
		if !ok || name == "" || !slices.Contains([]string{fromPath, fromQuery, fromHeader}, place) {
			return invalidMapping(target)
		}
		src, ok := parseSource(expression, requestPrefix, placesOfRequest)
		if !ok || !declared(m, src) || !readable(src) {
			return invalidMapping(expression)
		}
		if i.Type == "AWS_PROXY" && strings.EqualFold(name, invocationType) && src != (source{fromText, "RequestResponse"}) {
			return awserr.Unsupported("the mapping of " + target + " of an integration of type AWS_PROXY")
		}
	}
	return nil
}

// declared reports whether the method says that its request has the parameter.
func declared(m *agw.Method, src source) bool {
	switch src.kind {
	case fromPath, fromQuery, fromHeader, fromManyQuery, fromManyHeader:
		_, found := m.RequestParameters[requestPrefix+strings.TrimPrefix(src.kind, "multivalue")+"."+src.name]
		return found
	}
	return true
}

// checkMappedParameters refuses mappings of an answer that AWS refuses. They
// may set the headers that the method declares for the status.
func checkMappedParameters(m *agw.Method, r *agw.IntegrationResponse) error {
	for target, expression := range r.ResponseParameters {
		if _, found := m.MethodResponses[*r.StatusCode].ResponseParameters[target]; !found {
			return invalidMapping(target)
		}
		src, ok := parseSource(expression, responsePrefix, placesOfAnswer)
		if !ok || !readable(src) {
			return invalidMapping(expression)
		}
	}
	return nil
}

// readable reports whether what a source names within a body can be looked
// for.
func readable(src source) bool {
	if src.kind != fromBody || src.name == "" {
		return true
	}
	_, err := jsonpath.Compile(src.name)
	return err == nil
}

func invalidMapping(expression string) error {
	return agw.BadRequestException("Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: " + expression + "]")
}

// mappedRequest is what the mappings of a request make.
type mappedRequest struct {
	path   map[string]string // escaped
	query  url.Values
	header http.Header
}

// mapRequestParameters maps what the request has. A source that has no value
// sets nothing. What a template overrides goes before what was mapped.
func (x *exchange) mapRequestParameters() *mappedRequest {
	out := &mappedRequest{path: map[string]string{}, query: url.Values{}, header: http.Header{}}
	for target, expression := range x.method.MethodIntegration.RequestParameters {
		src, _ := parseSource(expression, requestPrefix, placesOfRequest)
		values := x.requestValues(src)
		if len(values) == 0 {
			continue
		}
		place, name, _ := strings.Cut(strings.TrimPrefix(target, "integration.request."), ".")
		switch place {
		case fromPath:
			value := values[0]
			if src.kind != fromPath { // those of the path are escaped as the client did
				value = url.PathEscape(value)
			}
			out.path[name] = value
		case fromQuery:
			out.query[name] = values
		case fromHeader:
			out.header[http.CanonicalHeaderKey(name)] = []string{strings.Join(values, ",")}
		}
	}
	over := x.overrides()
	for _, o := range over.RequestPath {
		out.path[o.Name] = url.PathEscape(strings.Join(o.Values, ","))
	}
	for _, o := range over.RequestQuerystring {
		out.query[o.Name] = o.Values
	}
	for _, o := range over.RequestHeader {
		out.header[http.CanonicalHeaderKey(o.Name)] = o.Values
	}
	return out
}

// requestValues returns the values of a source of the request.
func (x *exchange) requestValues(src source) []string {
	switch src.kind {
	case fromPath:
		return one(x.variables[src.name])
	case fromQuery:
		return lastOf(x.query[src.name])
	case fromManyQuery:
		return x.query[src.name]
	case fromHeader:
		return lastOf(x.request.Header.Values(src.name))
	case fromManyHeader:
		return x.request.Header.Values(src.name)
	case fromBody:
		return fromBodyOf(x.body, src.name)
	}
	return x.commonValues(src)
}

// commonValues returns the value of a source that requests and answers share.
func (x *exchange) commonValues(src source) []string {
	switch src.kind {
	case fromText:
		return []string{src.name}
	case fromContext:
		return one(x.contextValue(src.name))
	case fromVariables:
		return one(x.deployed.variables[src.name])
	}
	return nil
}

// mapResponseParameters sets the headers that the response of an integration
// maps.
func (x *exchange) mapResponseParameters(r *response, a backendAnswer, h http.Header) {
	for target, expression := range r.ResponseParameters {
		src, _ := parseSource(expression, responsePrefix, placesOfAnswer)
		var values []string
		switch src.kind {
		case fromHeader:
			values = lastOf(a.header.Values(src.name))
		case fromManyHeader:
			values = a.header.Values(src.name)
		case fromBody:
			values = fromBodyOf(a.body, src.name)
		default:
			values = x.commonValues(src)
		}
		if len(values) == 0 {
			continue
		}
		name, keep := answeredHeader(strings.TrimPrefix(target, "method.response.header."))
		if keep {
			h[name] = values
		}
	}
}

// maxPathSteps bounds the search for one value in a body.
const maxPathSteps = 100_000

// fromBodyOf returns what a path finds in a JSON body, as text; without a path
// the whole body. A header has no line breaks.
func fromBodyOf(body []byte, path string) []string {
	if path == "" {
		return one(strings.ReplaceAll(string(body), "\n", " "))
	}
	p, err := jsonpath.Compile(path)
	if err != nil {
		return nil
	}
	root, err := value.Parse(string(body))
	if err != nil {
		return nil
	}
	v, err := p.Find(root, new(maxPathSteps))
	if err != nil || v == nil {
		return nil
	}
	switch v.(type) {
	case *value.Map, *value.List:
		text, err := value.AppendJSON(nil, v, maxPayload)
		if err != nil {
			return nil
		}
		return one(string(text))
	}
	return one(strings.ReplaceAll(value.String(v), "\n", " "))
}

func one(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

func lastOf(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	return values[len(values)-1:]
}
