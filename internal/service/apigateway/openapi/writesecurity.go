package openapi

import (
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// The names that AWS gives to schemes that are no authorizers.
const (
	apiKeyScheme = "api_key"
	sigV4Scheme  = "sigv4"
)

// security writes what a method asks of its callers.
func (w *writer) security(m *agw.Method) *node {
	all := newList()
	require := func(name string, scopes []string) {
		all.items = append(all.items, newObject().set(name, newTexts(scopes)))
	}
	switch kind := deref(m.AuthorizationType); {
	case kind == "AWS_IAM" && w.form.With.Authorizers:
		require(sigV4Scheme, nil)
	case m.AuthorizerId != nil && w.form.With.Authorizers:
		require(*m.AuthorizerId, m.AuthorizationScopes)
	}
	if isTrue(m.ApiKeyRequired) {
		require(apiKeyScheme, nil)
	}
	return all
}

// schemes writes the security schemes that methods ask for.
func (w *writer) schemes() *node {
	used := map[string]bool{}
	for _, r := range w.api.Resources {
		for _, m := range r.Methods {
			for _, requirement := range w.security(m).items {
				used[requirement.keys[0]] = true
			}
		}
	}
	all := newObject()
	if used[sigV4Scheme] {
		all.set(sigV4Scheme, headerScheme("Authorization").set("x-amazon-apigateway-authtype", newText("awsSigv4")))
	}
	for _, a := range w.api.Authorizers {
		if used[*a.Name] {
			all.set(*a.Name, authorizerScheme(&a))
		}
	}
	if used[apiKeyScheme] {
		all.set(apiKeyScheme, headerScheme("x-api-key"))
	}
	return all
}

func headerScheme(name string) *node {
	return newObject().set("type", newText("apiKey")).set("name", newText(name)).set("in", newText("header"))
}

func authorizerScheme(a *agw.Authorizer) *node {
	// A token's place is the scheme's; a request's identity has several.
	header, token := strings.CutPrefix(deref(a.IdentitySource), "method.request.header.")
	if !token || strings.Contains(header, ",") {
		header = "Unused"
	}
	kind := deref(a.AuthType)
	if kind == "" {
		kind = "custom"
	}
	x := newObject()
	for _, m := range []struct {
		key string
		v   *string
	}{
		{"authorizerUri", a.AuthorizerUri}, {"authorizerCredentials", a.AuthorizerCredentials},
		{"identityValidationExpression", a.IdentityValidationExpression},
	} {
		if m.v != nil {
			x.setText(m.key, *m.v)
		}
	}
	if a.Type == "REQUEST" {
		x.setText("identitySource", deref(a.IdentitySource))
	}
	if len(a.ProviderARNs) > 0 {
		x.set("providerARNs", newTexts(a.ProviderARNs))
	}
	if a.AuthorizerResultTtlInSeconds != nil {
		x.set("authorizerResultTtlInSeconds", &node{kind: number, text: strconv.FormatInt(*a.AuthorizerResultTtlInSeconds, 10)})
	}
	x.set("type", newText(strings.ToLower(a.Type)))
	return headerScheme(header).set("x-amazon-apigateway-authtype", newText(kind)).set("x-amazon-apigateway-authorizer", x)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
