package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// validator says what of a request is checked before an integration has its
// turn.
type validator struct {
	Form      int
	Validator agw.RequestValidator
}

func noSuchValidator() error {
	return agw.NotFoundException("Invalid Request Validator identifier specified")
}

// findValidator reads a validator of the caller.
func findValidator(r kv.Reader, call *api.Call, apiID, id string) (*validator, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	v, err := load[validator](r, validators.key(apiID, id))
	if err != nil {
		return nil, orElse(err, noSuchValidator())
	}
	return v, nil
}

// changeValidator changes a validator, with the methods that refer to it held
// still.
func (s *Service) changeValidator(ctx context.Context, call *api.Call, apiID, id string, change func(tx kv.Tx, v *validator) error) error {
	return s.changeAPI(ctx, call, apiID, func(tx kv.Tx, _ *restAPI) error {
		v, err := findValidator(tx, call, apiID, id)
		if err != nil {
			return err
		}
		return change(tx, v)
	})
}

// checkValidator refuses a validator that AWS refuses.
func checkValidator(v *agw.RequestValidator) error {
	if deref(v.Name) == "" {
		return agw.BadRequestException("Request Validator name cannot be blank")
	}
	return nil
}

// checkValidatorOf refuses a method whose validator the API does not have. It
// reads within the transaction tx, whose claims keep DeleteRequestValidator
// away.
func checkValidatorOf(tx kv.Reader, apiID string, m *agw.Method) error {
	id := deref(m.RequestValidatorId)
	if id == "" {
		return nil
	}
	found, err := exists(tx, validators.key(apiID, id))
	if err == nil && !found {
		return agw.BadRequestException("Invalid Request Validator identifier specified")
	}
	return err
}

func validatorsByID(all []*validator) map[string]*agw.RequestValidator {
	out := make(map[string]*agw.RequestValidator, len(all))
	for _, v := range all {
		out[*v.Validator.Id] = &v.Validator
	}
	return out
}
