package apigateway

import (
	"context"
	"maps"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteRequestValidator deletes a validator that no method refers to.
func (s *Service) DeleteRequestValidator(ctx context.Context, call *api.Call, in *agw.DeleteRequestValidatorRequest) (*agw.DeleteRequestValidatorOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "requestvalidators", in.RequestValidatorId); err != nil {
		return nil, err
	}
	err := s.changeValidator(ctx, call, in.RestApiId, in.RequestValidatorId, func(tx kv.Tx, v *validator) error {
		t, err := loadTree(tx, resourcePrefix(in.RestApiId))
		if err != nil {
			return err
		}
		if place := t.validatedBy(in.RequestValidatorId); place != "" {
			return agw.ConflictException("Cannot delete request validator '" + *v.Validator.Name + "', is referenced in method: " + place)
		}
		tx.Delete(validators.key(in.RestApiId, in.RequestValidatorId))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteRequestValidatorOutput{}, nil
}

// validatedBy names the first method that refers to a validator, or "".
func (t tree) validatedBy(id string) string {
	var places []string
	for _, r := range t {
		for _, httpMethod := range slices.Sorted(maps.Keys(r.Methods)) {
			if deref(r.Methods[httpMethod].RequestValidatorId) == id {
				places = append(places, httpMethod+"/"+t.path(r))
			}
		}
	}
	if len(places) == 0 {
		return ""
	}
	return slices.Min(places)
}
