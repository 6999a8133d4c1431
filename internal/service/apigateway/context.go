package apigateway

import (
	"iter"
	"strings"

	"cloudless/internal/service/apigateway/value"
)

// contextVariables is "$context" of templates and mappings: what the gateway
// itself knows of the call. It is one for request and answer, since templates
// write into it: what they put into its overrides goes before what was mapped.
func (x *exchange) contextVariables() *value.Map {
	if x.context != nil {
		return x.context
	}
	c := x.requestContext()
	x.context = value.MapOf(
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
		"requestOverride", value.MapOf("header", value.NewMap(), "path", value.NewMap(), "querystring", value.NewMap()),
		"requestTime", c.RequestTime,
		"requestTimeEpoch", c.RequestTimeEpoch,
		"resourceId", c.ResourceID,
		"resourcePath", c.ResourcePath,
		"responseOverride", value.MapOf("header", value.NewMap()),
		"stage", c.Stage,
	)
	return x.context
}

// overrides yields what templates put under a path of the context, such as
// "requestOverride", "header".
func (x *exchange) overrides(path ...string) iter.Seq2[string, string] {
	return func(yield func(name, text string) bool) {
		if x.context == nil {
			return // no template ran
		}
		var v value.Value = x.context
		for _, part := range path {
			m, ok := v.(*value.Map)
			if !ok {
				return
			}
			v, _ = m.Get(part)
		}
		m, ok := v.(*value.Map)
		if !ok {
			return
		}
		for name, v := range m.All() {
			if v != nil && !yield(value.String(name), value.String(v)) {
				return
			}
		}
	}
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
		{"caller", id.Caller},
		{"user", id.User},
		{"userAgent", id.UserAgent},
		{"userArn", id.UserARN},
	} {
		if v.value != nil {
			m.Put(v.name, *v.value)
		}
	}
	return m
}

// contextValue returns one variable of the context as text, such as that of
// "identity.sourceIp", or "".
func (x *exchange) contextValue(path string) string {
	var v value.Value = x.contextVariables()
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
