package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// loopsAllowed is the configuration of functions that may run in loops.
const loopsAllowed = "Allow"

// PutFunctionRecursionConfig says whether a function may cause its own
// invocation again and again. See lineage.go.
func (s *Service) PutFunctionRecursionConfig(ctx context.Context, call *api.Call, in *lambdaapi.PutFunctionRecursionConfigRequest) (*lambdaapi.PutFunctionRecursionConfigResponse, error) {
	n, err := s.mutable(ctx, call, "PutFunctionRecursionConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	err = s.change(ctx, n, func(f *function) error {
		f.RecursiveLoop = in.RecursiveLoop
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.PutFunctionRecursionConfigResponse{RecursiveLoop: in.RecursiveLoop}, nil
}
