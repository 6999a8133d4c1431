package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/schema"
)

const jsonType = "application/json"

// readModels reads the schemas that the document names.
func (r *reader) readModels() {
	all := r.component("definitions", "schemas")
	for _, name := range all.sorted() {
		r.models[name] = true
	}
	for _, name := range all.sorted() {
		r.addModel(name, all.get(name))
	}
}

func (r *reader) addModel(name string, s *node) {
	if s.is(object) && len(s.keys) == 0 {
		// A model has to say something; this is what an empty schema means to AWS.
		s = newObject().set("type", newText("object"))
	}
	m := agw.Model{ContentType: new(jsonType), Name: new(name), Schema: new(string(writeJSON(r.canonical(s))))}
	if d := s.get("description"); d.is(text) {
		m.Description = &d.text
	}
	r.api.Models = append(r.api.Models, m)
}

// canonical returns a schema whose references name the models of the API.
func (r *reader) canonical(s *node) *node { return s.referring(r.reference) }

// reference makes of a reference within the document one to a model. Others
// stay, and are refused with the model.
func (r *reader) reference(ref string) string {
	if name, ok := r.modelName(ref); ok && r.models[name] {
		return schema.Reference(r.options.APIID, name)
	}
	return ref
}

func (r *reader) modelName(ref string) (name string, ok bool) {
	prefix := "#/components/schemas/"
	if r.v2 {
		prefix = "#/definitions/"
	}
	name, ok = strings.CutPrefix(ref, prefix)
	return name, ok && name != "" && !strings.Contains(name, "/")
}

// scalars are the schemas that stand by themselves and that AWS takes no model
// from, by its names for them.
var scalars = map[string]string{
	"string": "StringSchema", "integer": "IntegerSchema", "number": "NumberSchema", "boolean": "BooleanSchema",
}

// modelOf returns the name of the model that a schema is, and makes one where it
// stands by itself in a method. ok is false where there is none. where says of
// whom the schema is, such as "201 response to method 'POST /pets'".
func (r *reader) modelOf(s *node, where string) (name string, ok bool) {
	if !s.is(object) {
		return "", false
	}
	if kind, scalar := scalars[s.get("type").str()]; scalar && s.get("$ref") == nil && !r.v2 {
		r.warn("Unsupported model type '" + kind + "' in " + where + ". Ignoring.")
		return "", false
	}
	if ref := s.get("$ref"); ref.is(text) {
		name, ok := r.modelName(ref.text)
		if _, model, fragment, whole := schema.ParseReference(ref.text); whole && fragment == "" {
			return model, true
		}
		if !ok || !r.models[name] {
			r.warn("Reference to model '" + name + "' not found. Ignoring.")
			return "", false
		}
		return name, true
	}
	if len(s.keys) == 0 {
		return "", false
	}
	if name, known := r.inline[s]; known {
		return name, true
	}
	defer func() { r.inline[s] = name }()
	sum := sha256.Sum256(writeJSON(r.canonical(s)))
	name = "MODEL" + hex.EncodeToString(sum[:3])
	if !r.models[name] {
		r.models[name] = true
		r.addModel(name, s)
	}
	return name, true
}

// Canonical reports whether all references in the text of a model lead to models
// of an API, or to parts of the same model.
func Canonical(model string) bool {
	root, err := parseJSON([]byte(model))
	if err != nil {
		return true // what is wrong with it is not its references
	}
	var ok func(s *node) bool
	ok = func(s *node) bool {
		if s == nil {
			return true
		}
		if ref := s.get("$ref"); ref.is(text) {
			_, _, _, toModel := schema.ParseReference(ref.text)
			pointer, local := strings.CutPrefix(ref.text, "#")
			return toModel || local && root.at(pointer) != nil
		}
		return !slices.ContainsFunc(s.items, func(item *node) bool { return !ok(item) })
	}
	return ok(root)
}
