package openapi

import (
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// extension returns a member of AWS's at the top of the document.
func (r *reader) extension(name string) *node { return r.doc.get("x-amazon-apigateway-" + name) }

// readExtensions reads AWS's members at the top of the document. Those that are
// for HTTP APIs (cors, importexport-version, tag values) say nothing here, as on
// AWS.
func (r *reader) readExtensions() {
	a := r.api
	if source := r.extension("api-key-source"); source != nil {
		a.APIKeySource = strings.ToUpper(source.str())
	}
	a.BinaryMediaTypes = r.extension("binary-media-types").strs()
	if size, err := strconv.ParseInt(r.extension("minimum-compression-size").str(), 10, 64); err == nil {
		a.MinimumCompressionSize = &size
	}
	if policy := r.extension("policy"); policy.is(object) {
		a.Policy = new(compactJSON(policy))
	} else if policy.is(text) {
		a.Policy = policy.ptr()
	}
	a.SecurityPolicy, a.EndpointAccessMode = r.extension("security-policy").str(), r.extension("endpoint-access-mode").str()
	r.readEndpoint()
	r.readValidators()
	r.readGatewayResponses()
	if !r.options.IgnoreDocumentation {
		r.readDocumentation()
	}
}

// readEndpoint reads the endpoint configuration, which 3.0 has at a server.
func (r *reader) readEndpoint() {
	e := r.extension("endpoint-configuration")
	if servers := r.doc.get("servers"); e == nil && servers.is(list) && len(servers.items) > 0 {
		e = servers.items[0].get("x-amazon-apigateway-endpoint-configuration")
	}
	if !e.is(object) {
		return
	}
	if v := e.get("disableExecuteApiEndpoint"); v != nil {
		r.api.DisableExecuteApiEndpoint = new(v.bool())
	}
	c := &agw.EndpointConfiguration{
		Types: e.get("types").strs(), VpcEndpointIds: e.get("vpcEndpointIds").strs(), IpAddressType: e.get("ipAddressType").str(),
	}
	if len(c.Types) > 0 || len(c.VpcEndpointIds) > 0 || c.IpAddressType != "" {
		r.api.Endpoint = c
	}
}

func (r *reader) readValidators() {
	all := r.extension("request-validators")
	for _, name := range all.sorted() {
		v := all.get(name)
		r.api.Validators = append(r.api.Validators, agw.RequestValidator{
			Name: new(name), ValidateRequestBody: new(v.get("validateRequestBody").bool()),
			ValidateRequestParameters: new(v.get("validateRequestParameters").bool()),
		})
	}
}

func (r *reader) readGatewayResponses() {
	all := r.extension("gateway-responses")
	for _, kind := range all.sorted() {
		g := all.get(kind)
		out := agw.GatewayResponse{
			ResponseType: kind, StatusCode: g.get("statusCode").ptr(), DefaultResponse: new(false),
			ResponseParameters: r.texts(g.get("responseParameters"), "responseParameters", ""),
			ResponseTemplates:  r.texts(g.get("responseTemplates"), "responseTemplates", ""),
		}
		r.api.GatewayResponses = append(r.api.GatewayResponses, out)
	}
}

func (r *reader) readDocumentation() {
	d := r.extension("documentation")
	r.api.DocumentationVersion = d.get("version").str()
	r.api.Documentation = documentationParts(d.get("documentationParts"))
}

// ReadDocumentation reads the documentation parts of a document, which may be
// whole or have nothing but them.
func ReadDocumentation(doc []byte) ([]agw.DocumentationPart, error) {
	root, err := parseDocument(doc)
	if err != nil || !root.is(object) {
		return nil, Problem("Unable to build importer with provided input.")
	}
	parts := root.get("documentationParts")
	if parts == nil {
		parts = root.get("x-amazon-apigateway-documentation", "documentationParts")
	}
	if parts == nil && root.get("swagger") == nil && root.get("openapi") == nil {
		return nil, Problem("Unable to build importer with provided input.")
	}
	return documentationParts(parts), nil
}

func documentationParts(all *node) []agw.DocumentationPart {
	var out []agw.DocumentationPart
	if !all.is(list) {
		return nil
	}
	for _, p := range all.items {
		l := p.get("location")
		part := agw.DocumentationPart{Location: &agw.DocumentationPartLocation{
			Type: l.get("type").str(), Path: l.get("path").ptr(), Method: l.get("method").ptr(),
			StatusCode: l.get("statusCode").ptr(), Name: l.get("name").ptr(),
		}}
		if properties := p.get("properties"); properties.is(text) {
			part.Properties = properties.ptr()
		} else {
			part.Properties = new(compactJSON(properties))
		}
		out = append(out, part)
	}
	return out
}

// texts reads an object of texts. What is no text is passed over with AWS's
// warning, where says at which path and method, or "".
func (r *reader) texts(n *node, member, where string) map[string]string {
	if !n.is(object) {
		return nil
	}
	var out map[string]string
	n.members(func(key string, v *node) {
		if !r.spend(1) {
			return
		}
		if !v.is(text) {
			r.warn("Invalid format for '" + member + "'. Expected type string for property '" + key + "'" + where + " but got '" + shown(v) + "'")
			return
		}
		if out == nil {
			out = map[string]string{}
		}
		out[key] = v.text
	})
	return out
}

// shown is a value in a warning.
func shown(v *node) string {
	s := compactJSON(v)
	if len(s) > 100 {
		s = s[:100]
	}
	return s
}
