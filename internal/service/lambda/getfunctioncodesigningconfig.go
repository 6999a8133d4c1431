package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetFunctionCodeSigningConfig returns the code signing configuration that
// holds for a function, or nothing.
func (s *Service) GetFunctionCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionCodeSigningConfigRequest) (*lambdaapi.GetFunctionCodeSigningConfigResponse, error) {
	n, err := s.mutable(ctx, call, "GetFunctionCodeSigningConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	if f.SigningConfig == "" {
		return &lambdaapi.GetFunctionCodeSigningConfigResponse{}, nil
	}
	return &lambdaapi.GetFunctionCodeSigningConfigResponse{CodeSigningConfigArn: new(f.SigningConfig), FunctionName: new(f.Name)}, nil
}
