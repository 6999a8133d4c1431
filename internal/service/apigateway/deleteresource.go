package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteResource deletes a resource and those below it.
func (s *Service) DeleteResource(ctx context.Context, call *api.Call, in *agw.DeleteResourceRequest) (*agw.DeleteResourceOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "resources", in.ResourceId); err != nil {
		return nil, err
	}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		return deleteResources(tx, in.RestApiId, in.ResourceId)
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteResourceOutput{}, nil
}

// deleteResources deletes a resource and those below it.
func deleteResources(tx kv.Tx, apiID, id string) error {
	t, err := loadTree(tx, resourcePrefix(apiID))
	if err != nil {
		return err
	}
	r := t[id]
	if r == nil {
		return noSuchResource()
	}
	if r.isRoot() {
		return agw.BadRequestException("Root resource cannot be deleted.")
	}
	for _, other := range t {
		if t.within(other, id) {
			tx.Delete(resourceKey(apiID, other.ID))
		}
	}
	return nil
}
