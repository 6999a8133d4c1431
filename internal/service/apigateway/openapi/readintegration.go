package openapi

import (
	"fmt"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// readIntegration reads what answers a method.
func (r *reader) readIntegration(m *agw.Method, path string, op *node) error {
	x := op.get("x-amazon-apigateway-integration")
	if x == nil || x.kind == null {
		return nil
	}
	x = r.deref(x)
	for _, member := range []string{"type", "uri", "httpMethod", "credentials"} {
		if v := x.get(member); v.is(object) || v.is(list) {
			x = nil
		}
	}
	if !x.is(object) {
		return Problem(fmt.Sprintf("Unable to parse API definition because of a malformed integration at path %s.", path))
	}
	where := fmt.Sprintf(" of resource '%s' and method '%s'", path, *m.HttpMethod)
	i := &agw.Integration{
		Type: strings.ToUpper(x.get("type").str()), HttpMethod: x.get("httpMethod").ptr(), Uri: x.get("uri").ptr(),
		ConnectionType: strings.ToUpper(x.get("connectionType").str()), ConnectionId: x.get("connectionId").ptr(),
		Credentials: x.get("credentials").ptr(), IntegrationTarget: x.get("integrationTarget").ptr(),
		RequestParameters:    r.texts(x.get("requestParameters"), "requestParameters", where),
		RequestTemplates:     r.texts(x.get("requestTemplates"), "requestTemplates", where),
		ContentHandling:      strings.ToUpper(x.get("contentHandling").str()),
		CacheNamespace:       x.get("cacheNamespace").ptr(),
		CacheKeyParameters:   x.get("cacheKeyParameters").strs(),
		ResponseTransferMode: strings.ToUpper(x.get("responseTransferMode").str()),
	}
	if i.HttpMethod != nil {
		i.HttpMethod = new(strings.ToUpper(*i.HttpMethod))
		if known(*i.HttpMethod, "X-AMAZON-APIGATEWAY-ANY-METHOD") {
			i.HttpMethod = new("ANY")
		}
	}
	if p := x.get("passthroughBehavior"); p != nil {
		i.PassthroughBehavior = new(strings.ToUpper(p.str()))
	}
	if t, err := strconv.ParseInt(x.get("timeoutInMillis").str(), 10, 64); err == nil {
		i.TimeoutInMillis = &t
	}
	if t := x.get("tlsConfig"); t.is(object) {
		i.TlsConfig = &agw.TlsConfig{InsecureSkipVerification: new(t.get("insecureSkipVerification").bool())}
	}
	r.readIntegrationResponses(i, x.get("responses"), where)
	m.MethodIntegration = i
	return nil
}

// readIntegrationResponses reads responses, which the document has by their
// selection patterns and the API by their statuses.
func (r *reader) readIntegrationResponses(i *agw.Integration, responses *node, where string) {
	if !r.spend(len(responses.names())) {
		return
	}
	for _, pattern := range responses.sorted() {
		x := responses.get(pattern)
		out := agw.IntegrationResponse{
			StatusCode:         x.get("statusCode").ptr(),
			ResponseParameters: r.texts(x.get("responseParameters"), "responseParameters", where),
			ResponseTemplates:  r.texts(x.get("responseTemplates"), "responseTemplates", where),
			ContentHandling:    strings.ToUpper(x.get("contentHandling").str()),
		}
		if pattern != "default" {
			out.SelectionPattern = new(pattern)
		}
		if out.StatusCode == nil {
			continue
		}
		put(&i.IntegrationResponses, *out.StatusCode, out)
	}
}
