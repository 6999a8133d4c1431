package openapi

import (
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/schema"
)

// schemas writes the models that methods use, and those that these refer to.
func (w *writer) schemas() *node {
	used := w.usedModels()
	models := slices.SortedFunc(slices.Values(w.api.Models), func(a, b agw.Model) int { return strings.Compare(*a.Name, *b.Name) })
	out := newObject()
	for _, m := range models {
		if s := w.schemaOf(*m.Schema); s != nil && used[*m.Name] {
			out.set(*m.Name, s)
		}
	}
	return out
}

// usedModels follows the references from methods to models and on.
func (w *writer) usedModels() map[string]bool {
	texts := map[string]string{}
	for _, m := range w.api.Models {
		texts[*m.Name] = *m.Schema
	}
	used := map[string]bool{}
	var use func(name string)
	use = func(name string) {
		if used[name] {
			return
		}
		used[name] = true
		if s, err := parseJSON([]byte(texts[name])); err == nil {
			references(s, use)
		}
	}
	for _, r := range w.api.Resources {
		for _, m := range r.Methods {
			for _, name := range m.RequestModels {
				use(name)
			}
			for _, response := range m.MethodResponses {
				for _, name := range response.ResponseModels {
					use(name)
				}
			}
		}
	}
	return used
}

// references calls use for each model that a schema refers to.
func references(s *node, use func(name string)) {
	if s == nil {
		return
	}
	if ref := s.get("$ref"); ref.is(text) {
		if _, name, _, ok := schema.ParseReference(ref.text); ok {
			use(name)
		}
	}
	for _, item := range s.items {
		references(item, use)
	}
}

// schemaOf reads the text of a model as a schema of the document: its
// references lead to others of the document, and what is about the text itself
// is left out, as on AWS.
func (w *writer) schemaOf(text string) *node {
	s, err := parseJSON([]byte(text))
	if err != nil || !s.is(object) {
		return nil
	}
	out := newObject()
	s.referring(w.local).members(func(key string, v *node) {
		if key != "$schema" && key != "id" {
			out.set(key, v)
		}
	})
	return out
}

// local makes of a reference to a model one within the document. Others stay.
func (w *writer) local(ref string) string {
	if _, name, fragment, ok := schema.ParseReference(ref); ok && fragment == "" {
		return w.pointer(name)
	}
	return ref
}

// pointer is how the document refers to a model.
func (w *writer) pointer(model string) string {
	if w.form.Version3 {
		return "#/components/schemas/" + model
	}
	return "#/definitions/" + model
}

func (w *writer) reference(model string) *node {
	return newObject().set("$ref", newText(w.pointer(model)))
}
