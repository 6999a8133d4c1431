package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateMethodResponse changes one response of a method by patch operations.
func (s *Service) UpdateMethodResponse(ctx context.Context, call *api.Call, in *agw.UpdateMethodResponseRequest) (*agw.MethodResponse, error) {
	path := methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "responses", in.StatusCode)
	if err := s.authorize(ctx, call, "PATCH", path...); err != nil {
		return nil, err
	}
	var out agw.MethodResponse
	err := s.changeMethod(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(tx kv.Tx, m *agw.Method) error {
		var found bool
		if out, found = m.MethodResponses[in.StatusCode]; !found {
			return noSuchStatus()
		}
		if err := patch(&out, in.PatchOperations, methodResponseRules, refusePlainly); err != nil {
			return err
		}
		if err := checkResponseParameters(out.ResponseParameters); err != nil {
			return err
		}
		m.MethodResponses[in.StatusCode] = out
		return checkModels(tx, in.RestApiId, out.ResponseModels)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var methodResponseRules = []rule[agw.MethodResponse]{
	{"/responseModels/*", allOps, entry(func(r *agw.MethodResponse) *map[string]string { return &r.ResponseModels }, noSuchContentType())},
	{"/responseParameters/*", allOps, boolEntry(func(r *agw.MethodResponse) *map[string]bool { return &r.ResponseParameters }, noSuchParameter())},
}
