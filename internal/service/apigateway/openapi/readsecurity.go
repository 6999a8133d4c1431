package openapi

import (
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// scheme is what a security scheme asks of a method.
type scheme struct {
	apiKey        bool
	authorization string // "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS" or ""
}

// readSchemes reads the security schemes, and the authorizers among them.
func (r *reader) readSchemes() {
	r.schemes = map[string]scheme{}
	all := r.component("securityDefinitions", "securitySchemes")
	for _, name := range all.sorted() {
		s := r.deref(all.get(name))
		kind := s.get("x-amazon-apigateway-authtype").str()
		authorizer := r.deref(s.get("x-amazon-apigateway-authorizer"))
		switch {
		case strings.EqualFold(kind, "awsSigv4"):
			r.schemes[name] = scheme{authorization: "AWS_IAM"}
		case authorizer.is(object):
			a := r.readAuthorizer(name, kind, s, authorizer)
			r.api.Authorizers = append(r.api.Authorizers, a)
			r.schemes[name] = scheme{authorization: "CUSTOM"}
			if a.Type == "COGNITO_USER_POOLS" {
				r.schemes[name] = scheme{authorization: "COGNITO_USER_POOLS"}
			}
		case s.get("type").str() == "apiKey" && strings.EqualFold(s.get("name").str(), "x-api-key"):
			r.schemes[name] = scheme{apiKey: true}
		}
	}
}

func (r *reader) readAuthorizer(name, kind string, s, x *node) agw.Authorizer {
	a := agw.Authorizer{
		Name: new(name), Type: strings.ToUpper(x.get("type").str()), ProviderARNs: x.get("providerARNs").strs(),
		AuthorizerUri: x.get("authorizerUri").ptr(), AuthorizerCredentials: x.get("authorizerCredentials").ptr(),
		IdentitySource: x.get("identitySource").ptr(), IdentityValidationExpression: x.get("identityValidationExpression").ptr(),
	}
	if kind != "" {
		a.AuthType = &kind
	}
	if ttl, err := strconv.ParseInt(x.get("authorizerResultTtlInSeconds").str(), 10, 64); err == nil {
		a.AuthorizerResultTtlInSeconds = &ttl
	}
	// The header that the scheme names is where a token is.
	if header := s.get("name").str(); a.IdentitySource == nil && header != "" && a.Type != "REQUEST" {
		a.IdentitySource = new("method.request.header." + header)
	}
	return a
}

// secure says who may call a method: what the operation asks for, or else what
// the document does.
func (r *reader) secure(m *agw.Method, op *node) {
	m.AuthorizationType, m.ApiKeyRequired = new("NONE"), new(false)
	if auth := op.get("x-amazon-apigateway-auth", "type"); auth != nil {
		m.AuthorizationType = new(strings.ToUpper(auth.str()))
	}
	asked := op.get("security")
	if asked == nil {
		asked = r.doc.get("security")
	}
	if !asked.is(list) {
		return
	}
	for _, requirement := range asked.items {
		if !r.spend(1 + len(requirement.names())) {
			return
		}
		requirement.members(func(name string, scopes *node) {
			s := r.schemes[name]
			if s.apiKey {
				m.ApiKeyRequired = new(true)
			}
			if s.authorization == "" || *m.AuthorizationType != "NONE" {
				return
			}
			m.AuthorizationType = &s.authorization
			if s.authorization != "AWS_IAM" {
				m.AuthorizerId = &name
			}
			if list := scopes.strs(); len(list) > 0 && s.authorization == "COGNITO_USER_POOLS" {
				m.AuthorizationScopes = list
			}
		})
	}
}
