package openapi

import (
	"regexp"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

const anyMethod = "x-amazon-apigateway-any-method"

// operations are the members of a path that are methods.
var operations = []string{"get", "put", "post", "delete", "options", "head", "patch", anyMethod}

var status = regexp.MustCompile(`^[1-5]\d\d$`)

func (r *reader) readPaths() error {
	paths, prefix := r.doc.get("paths"), r.prefix()
	for _, path := range paths.sorted() {
		if !r.spend(1) {
			return nil
		}
		if !strings.HasPrefix(path, "/") {
			continue // members such as x-…
		}
		item := r.deref(paths.get(path))
		place := cleanPath(prefix + path)
		if place == "" {
			place = "/"
		}
		res := Resource{Path: place, Methods: map[string]*agw.Method{}}
		for _, name := range operations {
			op := r.deref(item.get(name))
			if !op.is(object) {
				continue
			}
			httpMethod := strings.ToUpper(name)
			if name == anyMethod {
				httpMethod = "ANY"
			}
			m, err := r.readMethod(place, httpMethod, item, op)
			if err != nil {
				return err
			}
			res.Methods[httpMethod] = m
		}
		r.api.Resources = append(r.api.Resources, res)
	}
	return nil
}

func (r *reader) readMethod(path, httpMethod string, item, op *node) (*agw.Method, error) {
	m := &agw.Method{HttpMethod: &httpMethod, OperationName: op.get("operationId").ptr()}
	r.secure(m, op)
	r.readValidator(m, op)
	where := "method '" + httpMethod + " " + path + "'"
	r.readParameters(m, item.get("parameters"), op, where)
	r.readParameters(m, op.get("parameters"), op, where)
	if body := r.deref(op.get("requestBody")); body.is(object) && !r.v2 {
		m.RequestModels = r.contentModels(body.get("content"), "request to "+where)
	}
	r.readResponses(m, op, where)
	return m, r.readIntegration(m, path, op)
}

func (r *reader) readValidator(m *agw.Method, op *node) {
	name := op.get("x-amazon-apigateway-request-validator")
	if name == nil {
		name = r.extension("request-validator")
	}
	m.RequestValidatorId = name.ptr()
}

// readParameters reads parameters of a path or of an operation. Those of a body
// in 2.0 become models.
func (r *reader) readParameters(m *agw.Method, all, op *node, where string) {
	if !all.is(list) {
		return
	}
	for _, p := range all.items {
		if !r.spend(1) {
			return
		}
		p = r.deref(p)
		name := p.get("name").str()
		switch p.get("in").str() {
		case "query":
			r.addParameter(m, "querystring."+name, p)
		case "header":
			r.addParameter(m, "header."+name, p)
		case "path":
			r.addParameter(m, "path."+name, p)
		case "body":
			model, ok := r.modelOf(p.get("schema"), "request to "+where)
			for _, mediaType := range r.mediaTypes(op, "consumes") {
				if r.spend(1) && ok {
					put(&m.RequestModels, mediaType, model)
				}
			}
		}
	}
}

func (r *reader) addParameter(m *agw.Method, place string, p *node) {
	put(&m.RequestParameters, "method.request."+place, p.get("required").bool())
}

// mediaTypes returns what an operation of 2.0 consumes or produces.
func (r *reader) mediaTypes(op *node, member string) []string {
	types := op.get(member).strs()
	if types == nil {
		types = r.doc.get(member).strs()
	}
	if len(types) == 0 {
		return []string{jsonType}
	}
	return types
}

// contentModels returns the models of a content of 3.0, by media type.
func (r *reader) contentModels(content *node, where string) map[string]string {
	var models map[string]string
	content.members(func(mediaType string, c *node) {
		if !r.spend(1) {
			return
		}
		if name, ok := r.modelOf(c.get("schema"), where); ok {
			put(&models, mediaType, name)
		}
	})
	return models
}

func (r *reader) readResponses(m *agw.Method, op *node, where string) {
	responses := op.get("responses")
	if !r.spend(len(responses.names())) {
		return
	}
	for _, code := range responses.sorted() {
		if !status.MatchString(code) {
			continue // "default" is no status that a method may have
		}
		from := r.deref(responses.get(code))
		if !r.spend(len(from.get("headers").names())) {
			return
		}
		out := agw.MethodResponse{StatusCode: new(code)}
		from.get("headers").members(func(name string, _ *node) {
			put(&out.ResponseParameters, "method.response.header."+name, false)
		})
		if !r.v2 {
			out.ResponseModels = r.contentModels(from.get("content"), code+" response to "+where)
		} else if name, ok := r.modelOf(from.get("schema"), code+" response to "+where); ok {
			for _, mediaType := range r.mediaTypes(op, "produces") {
				if r.spend(1) {
					put(&out.ResponseModels, mediaType, name)
				}
			}
		}
		put(&m.MethodResponses, code, out)
	}
}

// put sets a value in a map that may not be there yet.
func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}

// known reports whether word is one of words.
func known(word string, words ...string) bool { return slices.Contains(words, word) }
