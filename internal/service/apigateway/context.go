package apigateway

import (
	"strings"

	"cloudless/internal/service/apigateway/mapping"
	"cloudless/internal/service/apigateway/value"
)

// templateContext is "$context" as templates see it: one for request and answer,
// since they write into it.
func (x *exchange) templateContext() *mapping.Context {
	if x.context == nil {
		x.context = mapping.NewContext(x.contextVariables())
	}
	return x.context
}

// overrides are what the templates that ran have put in place of what was
// mapped.
func (x *exchange) overrides() mapping.Overrides {
	if x.context == nil {
		return mapping.Overrides{}
	}
	return x.context.Overrides()
}

// contextVariables are what the gateway itself knows of the call.
func (x *exchange) contextVariables() *value.Map {
	c := x.requestContext()
	vars := value.MapOf(
		"accountId", c.AccountID,
		"apiId", c.APIID,
		"deploymentId", c.DeploymentID,
		"domainName", c.DomainName,
		"domainPrefix", c.DomainPrefix,
		"extendedRequestId", c.ExtendedRequestID,
		"httpMethod", c.HTTPMethod,
		"identity", c.Identity.variables(),
		"path", c.Path,
		"protocol", c.Protocol,
		"requestId", c.RequestID,
		"requestTime", c.RequestTime,
		"requestTimeEpoch", c.RequestTimeEpoch,
		"resourceId", c.ResourceID,
		"resourcePath", c.ResourcePath,
		"stage", c.Stage,
	)
	if x.deployed.hasCanary {
		vars.Put("isCanaryRequest", x.deployed.isCanary)
	}
	if x.basePath != "" {
		vars.Put("customDomain", value.MapOf("basePathMatched", x.basePath))
	}
	if x.authorized != nil {
		vars.Put("authorizer", x.authorized.variables())
	}
	return vars
}

// variables are what "$context.authorizer" has.
func (a *authorization) variables() *value.Map {
	if a.Claims != nil {
		return value.MapOf("claims", orderedMap(a.Claims))
	}
	m := orderedMap(a.Context)
	m.Put("principalId", a.PrincipalID)
	m.Put("integrationLatency", a.latency)
	return m
}

func (id *requestIdentity) variables() *value.Map {
	m := value.NewMap()
	m.Put("sourceIp", id.SourceIP)
	for _, v := range []struct {
		name  string
		value *string
	}{
		{"accessKey", id.AccessKey},
		{"accountId", id.AccountID},
		{"apiKey", id.APIKey},
		{"apiKeyId", id.APIKeyID},
		{"caller", id.Caller},
		{"user", id.User},
		{"userAgent", id.UserAgent},
		{"userArn", id.UserARN},
		{"vpceId", id.VpceID},
	} {
		if v.value != nil {
			m.Put(v.name, *v.value)
		}
	}
	if id.ClientCert != nil {
		m.Put("clientCert", id.ClientCert.variables())
	}
	return m
}

// contextValue returns one variable of the context as text, such as that of
// "identity.sourceIp", or "".
func (x *exchange) contextValue(path string) string {
	return variableAt(x.contextVariables(), path)
}

// variableAt returns the variable at a path below m, as text, or "".
func variableAt(m *value.Map, path string) string {
	var v value.Value = m
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(*value.Map)
		if !ok {
			return ""
		}
		if v, ok = m.Get(part); !ok {
			return ""
		}
	}
	return value.String(v)
}
