package apigateway

import (
	"context"
	"maps"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteModel deletes a model that no method refers to.
func (s *Service) DeleteModel(ctx context.Context, call *api.Call, in *agw.DeleteModelRequest) (*agw.DeleteModelOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "models", in.ModelName); err != nil {
		return nil, err
	}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		if _, err := findModel(tx, call, in.RestApiId, in.ModelName); err != nil {
			return err
		}
		t, err := loadTree(tx, resourcePrefix(in.RestApiId))
		if err != nil {
			return err
		}
		if err := t.checkUnused(in.ModelName); err != nil {
			return err
		}
		tx.Delete(modelKey(in.RestApiId, in.ModelName))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteModelOutput{}, nil
}

// checkUnused refuses if a method refers to the model, and names the first one.
func (t tree) checkUnused(modelName string) error {
	byPath := map[string]*resource{}
	for _, r := range t {
		byPath[t.path(r)] = r
	}
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		for _, httpMethod := range slices.Sorted(maps.Keys(byPath[path].Methods)) {
			place := refersTo(byPath[path].Methods[httpMethod], modelName)
			if place != "" {
				return agw.ConflictException("Cannot delete model '" + modelName + "', is referenced in method " + place + ": " + path + "/" + httpMethod)
			}
		}
	}
	return nil
}

// refersTo says in which part a method refers to a model, or "".
func refersTo(m *agw.Method, modelName string) string {
	if slices.Contains(slices.Collect(maps.Values(m.RequestModels)), modelName) {
		return "request"
	}
	for _, r := range m.MethodResponses {
		if slices.Contains(slices.Collect(maps.Values(r.ResponseModels)), modelName) {
			return "response"
		}
	}
	return ""
}
