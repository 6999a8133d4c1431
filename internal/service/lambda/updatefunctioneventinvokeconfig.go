package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// UpdateFunctionEventInvokeConfig changes how the events of a function are
// treated. What the request leaves out stays as it is.
func (s *Service) UpdateFunctionEventInvokeConfig(ctx context.Context, call *api.Call, in *lambdaapi.UpdateFunctionEventInvokeConfigRequest) (*lambdaapi.FunctionEventInvokeConfig, error) {
	n, err := s.invokeConfigName(ctx, call, "UpdateFunctionEventInvokeConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	put := lambdaapi.PutFunctionEventInvokeConfigRequest(*in)
	return s.configureInvocation(ctx, n, &put, func(r kv.Reader) (*invokeConfig, error) { return readInvokeConfig(r, n) })
}
