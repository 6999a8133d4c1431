package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetFunction returns a function's configuration and tags.
//
// AWS adds an address where the package can be fetched for ten minutes; that
// member is absent here.
func (s *Service) GetFunction(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionRequest) (*lambdaapi.GetFunctionResponse, error) {
	f, err := s.get(ctx, call, "GetFunction", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return &lambdaapi.GetFunctionResponse{
		Configuration: f.configuration(),
		Code:          &lambdaapi.FunctionCodeLocation{RepositoryType: new("S3")},
		Tags:          f.Tags,
	}, nil
}

// GetFunctionConfiguration returns a function's configuration.
func (s *Service) GetFunctionConfiguration(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionConfigurationRequest) (*lambdaapi.FunctionConfiguration, error) {
	f, err := s.get(ctx, call, "GetFunctionConfiguration", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return f.configuration(), nil
}

// get reads the function that a request names, if its caller may.
func (s *Service) get(ctx context.Context, call *api.Call, action, function string, qualifier *string) (*function, error) {
	n, err := parseName(call, function, qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, action, n); err != nil {
		return nil, err
	}
	return s.read(ctx, n)
}
