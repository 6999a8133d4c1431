package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// DeleteFunctionCodeSigningConfig lets a function have packages that nobody has
// signed.
func (s *Service) DeleteFunctionCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.DeleteFunctionCodeSigningConfigRequest) (*lambdaapi.DeleteFunctionCodeSigningConfigOutput, error) {
	n, err := s.mutable(ctx, call, "DeleteFunctionCodeSigningConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	err = s.change(ctx, n, func(f *function) error {
		f.SigningConfig = ""
		return nil
	})
	return &lambdaapi.DeleteFunctionCodeSigningConfigOutput{}, err
}
