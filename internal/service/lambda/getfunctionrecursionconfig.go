package lambda

import (
	"cmp"
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetFunctionRecursionConfig returns whether a function may cause its own
// invocation again and again.
func (s *Service) GetFunctionRecursionConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionRecursionConfigRequest) (*lambdaapi.GetFunctionRecursionConfigResponse, error) {
	n, err := s.mutable(ctx, call, "GetFunctionRecursionConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	return &lambdaapi.GetFunctionRecursionConfigResponse{RecursiveLoop: cmp.Or(f.RecursiveLoop, "Terminate")}, nil
}
