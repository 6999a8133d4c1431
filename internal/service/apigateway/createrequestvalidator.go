package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateRequestValidator makes a validator.
func (s *Service) CreateRequestValidator(ctx context.Context, call *api.Call, in *agw.CreateRequestValidatorRequest) (*agw.RequestValidator, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "requestvalidators"); err != nil {
		return nil, err
	}
	v := &validator{Form: form, Validator: agw.RequestValidator{
		Id: new(newID(s.clock, validatorIDLength)), Name: in.Name,
		ValidateRequestBody: new(deref(in.ValidateRequestBody)), ValidateRequestParameters: new(deref(in.ValidateRequestParameters)),
	}}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		if err := checkValidator(&v.Validator); err != nil {
			return err
		}
		return save(tx, validators.key(in.RestApiId, *v.Validator.Id), v)
	})
	if awserr.Code(err) == "NotFoundException" {
		// This is what AWS says of an API that is not there.
		err = agw.BadRequestException("Invalid REST API identifier specified")
	}
	if err != nil {
		return nil, err
	}
	return &v.Validator, nil
}
