package openapi

import (
	"maps"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

func (w *writer) paths() *node {
	paths := newObject()
	for _, r := range w.api.Resources {
		if len(r.Methods) == 0 {
			continue
		}
		item := newObject()
		for _, name := range slices.Sorted(maps.Keys(r.Methods)) {
			key := strings.ToLower(name)
			if name == "ANY" {
				key = anyMethod
			}
			item.set(key, w.operation(r.Methods[name]))
		}
		paths.set(r.Path, item)
	}
	return paths
}

func (w *writer) operation(m *agw.Method) *node {
	op := newObject()
	if m.OperationName != nil {
		op.setText("operationId", *m.OperationName)
	}
	if !w.form.Version3 {
		w.mediaTypes(op, m)
	}
	if p := w.parameters(m); len(p.items) > 0 {
		op.set("parameters", p)
	}
	if w.form.Version3 && len(m.RequestModels) > 0 {
		op.set("requestBody", newObject().set("content", w.content(m.RequestModels)).set("required", newBool(true)))
	}
	if responses := w.responses(m); len(responses.keys) > 0 {
		op.set("responses", responses)
	}
	if s := w.security(m); len(s.items) > 0 {
		op.set("security", s)
	}
	if m.RequestValidatorId != nil && w.form.With.Validators {
		op.setText("x-amazon-apigateway-request-validator", *m.RequestValidatorId)
	}
	if m.MethodIntegration != nil && w.form.With.Integrations {
		op.set("x-amazon-apigateway-integration", w.integration(m.MethodIntegration))
	}
	return op
}

// mediaTypes writes what a method of 2.0 takes and gives, where models say so.
func (w *writer) mediaTypes(op *node, m *agw.Method) {
	if len(m.RequestModels) > 0 {
		op.set("consumes", newTexts(slices.Sorted(maps.Keys(m.RequestModels))))
	}
	produced := map[string]bool{}
	for _, r := range m.MethodResponses {
		for mediaType := range r.ResponseModels {
			produced[mediaType] = true
		}
	}
	if len(produced) > 0 {
		op.set("produces", newTexts(slices.Sorted(maps.Keys(produced))))
	}
}

func (w *writer) parameters(m *agw.Method) *node {
	all := newList()
	for _, parameter := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		place, required := parameterPlace(parameter), m.RequestParameters[parameter]
		if place.in == "" {
			continue
		}
		p := newObject().set("name", newText(place.name)).set("in", newText(place.in))
		required = required || place.in == "path" // as OpenAPI asks for
		if required || !w.form.Version3 {
			p.set("required", newBool(required))
		}
		if w.form.Version3 {
			p.set("schema", newObject().set("type", newText("string")))
		} else {
			p.set("type", newText("string"))
		}
		all.items = append(all.items, p)
	}
	if !w.form.Version3 {
		for _, model := range slices.Compact(slices.Sorted(maps.Values(m.RequestModels))) {
			all.items = append(all.items, newObject().set("in", newText("body")).set("name", newText(model)).
				set("required", newBool(true)).set("schema", w.reference(model)))
			break // 2.0 has one body
		}
	}
	return all
}

type place struct{ in, name string }

// parameterPlace takes "method.request.querystring.page" apart.
func parameterPlace(parameter string) place {
	in, name, _ := strings.Cut(strings.TrimPrefix(parameter, "method.request."), ".")
	switch in {
	case "querystring":
		return place{"query", name}
	case "header", "path":
		return place{in, name}
	}
	return place{}
}

func (w *writer) content(models map[string]string) *node {
	content := newObject()
	for _, mediaType := range slices.Sorted(maps.Keys(models)) {
		content.set(mediaType, newObject().set("schema", w.reference(models[mediaType])))
	}
	return content
}

func (w *writer) responses(m *agw.Method) *node {
	all := newObject()
	for _, code := range slices.Sorted(maps.Keys(m.MethodResponses)) {
		r := m.MethodResponses[code]
		out := newObject().set("description", newText(code+" response"))
		if headers := w.headers(r.ResponseParameters); len(headers.keys) > 0 {
			out.set("headers", headers)
		}
		if w.form.Version3 {
			out.set("content", w.content(r.ResponseModels))
		} else {
			for _, mediaType := range slices.Sorted(maps.Keys(r.ResponseModels)) {
				out.set("schema", w.reference(r.ResponseModels[mediaType]))
				break // 2.0 has one for all media types
			}
		}
		all.set(code, out)
	}
	return all
}

func (w *writer) headers(parameters map[string]bool) *node {
	all := newObject()
	for _, parameter := range slices.Sorted(maps.Keys(parameters)) {
		kind := newObject().set("type", newText("string"))
		if w.form.Version3 {
			kind = newObject().set("schema", kind)
		}
		all.set(strings.TrimPrefix(parameter, "method.response.header."), kind)
	}
	return all
}
