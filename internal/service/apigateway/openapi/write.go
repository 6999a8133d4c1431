package openapi

import (
	"encoding/json"
	"fmt"
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
