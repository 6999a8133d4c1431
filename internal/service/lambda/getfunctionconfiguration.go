package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetFunctionConfiguration returns the configuration of a version.
func (s *Service) GetFunctionConfiguration(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionConfigurationRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "GetFunctionConfiguration", n); err != nil {
		return nil, err
	}
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	return f.configuration(n.qualifiedARN()), nil
}
