package openapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/schema"
)

// Form says how a document is written.
type Form struct {
	Version3 bool   // OpenAPI 3.0.1, not 2.0
	YAML     bool   // not JSON
	Host     string // such as "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
	Stage    string
	With     Extensions
}

// Extensions say which members of AWS's a document has.
type Extensions struct {
	Integrations, Authorizers, Validators, GatewayResponses, Documentation bool

	All bool // "apigateway": all of the above, and those that have no name of their own
}

// writer writes one document.
type writer struct {
	api  *API
	form Form
}

// Write writes an API. Its methods have to have integrations that are checked;
// a schema that is no JSON is left out.
func Write(api *API, form Form) ([]byte, error) {
	if form.With.All {
		w := form.With
		form.With = Extensions{Integrations: true, Authorizers: true, Validators: true, GatewayResponses: true, Documentation: w.Documentation, All: true}
	}
	w := &writer{api: api, form: form}
	doc := w.document()
	if form.YAML {
		return writeYAML(doc)
	}
	return writeJSON(doc), nil
}

func (w *writer) document() *node {
	doc := newObject()
	info := newObject().set("title", newText(w.api.Title))
	if w.api.Description != nil {
		info.set("description", newText(*w.api.Description))
	}
	if w.api.Version != nil {
		info.set("version", newText(*w.api.Version))
	}
	if w.form.Version3 {
		doc.set("openapi", newText("3.0.1")).set("info", info).set("servers", newList(w.server()))
	} else {
		doc.set("swagger", newText("2.0")).set("info", info).set("host", newText(w.form.Host))
		doc.set("basePath", newText("/"+w.form.Stage)).set("schemes", newTexts([]string{"https"}))
	}
	doc.set("paths", w.paths())
	w.components(doc)
	w.extensions(doc)
	return doc
}

func (w *writer) server() *node {
	variable := newObject().set("default", newText(w.form.Stage))
	return newObject().set("url", newText("https://"+w.form.Host+"/{basePath}")).
		set("variables", newObject().set("basePath", variable))
}

// components writes what methods refer to.
func (w *writer) components(doc *node) {
	schemas, schemes := w.schemas(), w.schemes()
	if w.form.Version3 {
		c := newObject()
		if len(schemas.keys) > 0 {
			c.set("schemas", schemas)
		}
		if len(schemes.keys) > 0 {
			c.set("securitySchemes", schemes)
		}
		doc.set("components", c)
		return
	}
	if len(schemes.keys) > 0 {
		doc.set("securityDefinitions", schemes)
	}
	if len(schemas.keys) > 0 {
		doc.set("definitions", schemas)
	}
}

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
	w.local(s).members(func(key string, v *node) {
		if key != "$schema" && key != "id" {
			out.set(key, v)
		}
	})
	return out
}

func (w *writer) local(s *node) *node {
	if s.kind != object && s.kind != list {
		return s
	}
	out := &node{kind: s.kind}
	if s.kind == list {
		for _, item := range s.items {
			out.items = append(out.items, w.local(item))
		}
		return out
	}
	s.members(func(key string, v *node) {
		if key == "$ref" && v.is(text) {
			if _, name, fragment, ok := schema.ParseReference(v.text); ok && fragment == "" {
				v = newText(w.pointer(name))
			}
		} else {
			v = w.local(v)
		}
		out.set(key, v)
	})
	return out
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

// extensions writes AWS's members at the top of the document.
func (w *writer) extensions(doc *node) {
	a, with := w.api, w.form.With
	if with.GatewayResponses && len(a.GatewayResponses) > 0 {
		doc.set("x-amazon-apigateway-gateway-responses", w.gatewayResponses())
	}
	if with.Validators && len(a.Validators) > 0 {
		all := newObject()
		for _, v := range a.Validators {
			all.set(*v.Name, newObject().
				set("validateRequestParameters", newBool(isTrue(v.ValidateRequestParameters))).
				set("validateRequestBody", newBool(isTrue(v.ValidateRequestBody))))
		}
		doc.set("x-amazon-apigateway-request-validators", all)
	}
	if with.Documentation && len(a.Documentation) > 0 {
		doc.set("x-amazon-apigateway-documentation", w.documentation())
	}
	if !with.All {
		return
	}
	if a.Policy != nil {
		if p, err := parseJSON([]byte(*a.Policy)); err == nil {
			doc.set("x-amazon-apigateway-policy", p)
		}
	}
	if a.APIKeySource != "" && a.APIKeySource != "HEADER" {
		doc.set("x-amazon-apigateway-api-key-source", newText(a.APIKeySource))
	}
	endpoint := newObject()
	if isTrue(a.DisableExecuteApiEndpoint) {
		endpoint.set("disableExecuteApiEndpoint", newBool(true))
	}
	if a.Endpoint != nil && len(a.Endpoint.VpcEndpointIds) > 0 {
		endpoint.set("vpcEndpointIds", newTexts(a.Endpoint.VpcEndpointIds))
	}
	if len(endpoint.keys) > 0 {
		doc.set("x-amazon-apigateway-endpoint-configuration", endpoint)
	}
	if a.SecurityPolicy != "" {
		doc.set("x-amazon-apigateway-security-policy", newText(a.SecurityPolicy))
	}
	if a.EndpointAccessMode != "" {
		doc.set("x-amazon-apigateway-endpoint-access-mode", newText(a.EndpointAccessMode))
	}
	if len(a.BinaryMediaTypes) > 0 {
		doc.set("x-amazon-apigateway-binary-media-types", newTexts(a.BinaryMediaTypes))
	}
	if a.MinimumCompressionSize != nil {
		doc.set("x-amazon-apigateway-minimum-compression-size", &node{kind: number, text: fmt.Sprint(*a.MinimumCompressionSize)})
	}
}

func (w *writer) gatewayResponses() *node {
	all := newObject()
	for _, g := range w.api.GatewayResponses {
		out := newObject()
		if g.StatusCode != nil {
			out.set("statusCode", newText(*g.StatusCode))
		}
		setTexts(out, "responseParameters", g.ResponseParameters)
		setTexts(out, "responseTemplates", g.ResponseTemplates)
		all.set(g.ResponseType, out)
	}
	return all
}

func (w *writer) documentation() *node {
	out := newObject().setText("version", w.api.DocumentationVersion)
	parts := newList()
	for _, p := range w.api.Documentation {
		l := newObject().set("type", newText(p.Location.Type))
		for _, m := range []struct {
			key string
			v   *string
		}{{"path", p.Location.Path}, {"method", p.Location.Method}, {"statusCode", p.Location.StatusCode}, {"name", p.Location.Name}} {
			if m.v != nil {
				l.set(m.key, newText(*m.v))
			}
		}
		properties := newObject()
		if p.Properties != nil && json.Valid([]byte(*p.Properties)) {
			if n, err := parseJSON([]byte(*p.Properties)); err == nil {
				properties = n
			}
		}
		parts.items = append(parts.items, newObject().set("location", l).set("properties", properties))
	}
	return out.set("documentationParts", parts)
}

func isTrue(b *bool) bool { return b != nil && *b }
