package apigateway

import (
	"maps"
	"slices"

	agw "cloudless/internal/api/apigateway"
)

// method puts a method in place of what the resource has, with what hangs on it.
func (im *importer) method(r *resource, path string, described *agw.Method) error {
	m := *described
	name := *m.HttpMethod
	integration := m.MethodIntegration
	m.MethodIntegration, m.MethodResponses = nil, nil
	err := im.nameAuthorizer(&m)
	if err == nil {
		err = im.nameValidator(&m)
	}
	if err == nil {
		err = checkMethod(&m)
	}
	if err == nil {
		err = im.checkModels(m.RequestModels)
	}
	for _, status := range slices.Sorted(maps.Keys(described.MethodResponses)) {
		if err == nil {
			err = im.methodResponse(&m, described.MethodResponses[status])
		}
	}
	if err != nil {
		return im.refused(err, "Unable to put method '%s' on resource at path '%s'", name, path)
	}
	if r.Methods == nil {
		r.Methods = map[string]*agw.Method{}
	}
	r.Methods[name] = &m
	if integration == nil {
		return nil
	}
	return im.integration(r, path, &m, integration)
}

func (im *importer) methodResponse(m *agw.Method, r agw.MethodResponse) error {
	if err := checkResponseParameters(r.ResponseParameters); err != nil {
		return err
	}
	if err := im.checkModels(r.ResponseModels); err != nil {
		return err
	}
	if m.MethodResponses == nil {
		m.MethodResponses = map[string]agw.MethodResponse{}
	}
	m.MethodResponses[*r.StatusCode] = r
	return nil
}

func (im *importer) integration(r *resource, path string, m *agw.Method, described *agw.Integration) error {
	i := newIntegration(&agw.PutIntegrationRequest{
		CacheKeyParameters: described.CacheKeyParameters, CacheNamespace: described.CacheNamespace, ConnectionId: described.ConnectionId,
		ConnectionType: described.ConnectionType, ContentHandling: described.ContentHandling, Credentials: described.Credentials,
		IntegrationHttpMethod: described.HttpMethod, IntegrationTarget: described.IntegrationTarget,
		PassthroughBehavior: described.PassthroughBehavior, RequestParameters: described.RequestParameters,
		RequestTemplates: described.RequestTemplates, ResourceId: r.ID, ResponseTransferMode: described.ResponseTransferMode,
		TimeoutInMillis: described.TimeoutInMillis, TlsConfig: described.TlsConfig, Type: described.Type, Uri: described.Uri,
	})
	const action = "Unable to put integration on '%s' for resource at path '%s'"
	if !slices.Contains(integrationTypes, i.Type) {
		return im.refused(agw.BadRequestException("Enumeration value for IntegrationType must be one of AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK"), action, *m.HttpMethod, path)
	}
	if err := im.pass(i.Credentials); err != nil {
		return err
	}
	if err := im.s.checkIntegration(m, i); err != nil {
		return im.refused(err, action, *m.HttpMethod, path)
	}
	m.MethodIntegration = i
	for _, status := range slices.Sorted(maps.Keys(described.IntegrationResponses)) {
		response := described.IntegrationResponses[status]
		if err := checkIntegrationResponse(m, &response); err != nil {
			if err := im.refused(err, "Unable to put integration response on '%s' for resource at path '%s'", *m.HttpMethod, path); err != nil {
				return err
			}
			continue
		}
		if i.IntegrationResponses == nil {
			i.IntegrationResponses = map[string]agw.IntegrationResponse{}
		}
		i.IntegrationResponses[status] = response
	}
	return nil
}

var integrationTypes = []string{"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"}
