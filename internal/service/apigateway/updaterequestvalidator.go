package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateRequestValidator changes a validator by patch operations.
func (s *Service) UpdateRequestValidator(ctx context.Context, call *api.Call, in *agw.UpdateRequestValidatorRequest) (*agw.RequestValidator, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "requestvalidators", in.RequestValidatorId); err != nil {
		return nil, err
	}
	var out agw.RequestValidator
	err := s.changeValidator(ctx, call, in.RestApiId, in.RequestValidatorId, func(tx kv.Tx, v *validator) error {
		if err := patch(&v.Validator, in.PatchOperations, validatorRules, refuseByPath); err != nil {
			return err
		}
		if err := checkValidator(&v.Validator); err != nil {
			return err
		}
		out = v.Validator
		return save(tx, validators.key(in.RestApiId, in.RequestValidatorId), v)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var validatorRules = []rule[agw.RequestValidator]{
	{"/name", replaceOnly, text(func(v *agw.RequestValidator) **string { return &v.Name })},
	{"/validateRequestParameters", replaceOnly, func(v *agw.RequestValidator, p patchOp) error {
		v.ValidateRequestParameters = new(p.text() == "true")
		return nil
	}},
	{"/validateRequestBody", replaceOnly, func(v *agw.RequestValidator, p patchOp) error {
		v.ValidateRequestBody = new(p.text() == "true")
		return nil
	}},
}
