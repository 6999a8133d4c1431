package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UpdateIntegrationResponse changes one response of an integration by patch
// operations.
func (s *Service) UpdateIntegrationResponse(ctx context.Context, call *api.Call, in *agw.UpdateIntegrationResponseRequest) (*agw.IntegrationResponse, error) {
	path := methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration", "responses", in.StatusCode)
	if err := s.authorize(ctx, call, "PATCH", path...); err != nil {
		return nil, err
	}
	var out agw.IntegrationResponse
	err := s.changeIntegration(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(m *agw.Method, i *agw.Integration) error {
		var found bool
		if out, found = i.IntegrationResponses[in.StatusCode]; !found {
			return noSuchStatus()
		}
		if err := patch(&out, in.PatchOperations, integrationResponseRules, refusePlainly); err != nil {
			return err
		}
		i.IntegrationResponses[in.StatusCode] = out
		return checkIntegrationResponse(m, &out)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var integrationResponseRules = []rule[agw.IntegrationResponse]{
	{"/selectionPattern", replaceOnly, text(func(r *agw.IntegrationResponse) **string { return &r.SelectionPattern })},
	{"/contentHandling", replaceOnly, func(r *agw.IntegrationResponse, p patchOp) error {
		r.ContentHandling = p.text()
		return nil
	}},
	{"/responseTemplates/*", allOps, entry(func(r *agw.IntegrationResponse) *map[string]string { return &r.ResponseTemplates }, noSuchContentType())},
	{"/responseParameters/*", allOps, entry(func(r *agw.IntegrationResponse) *map[string]string { return &r.ResponseParameters }, noSuchParameter())},
}
