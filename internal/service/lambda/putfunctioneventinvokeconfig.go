package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// PutFunctionEventInvokeConfig says how the events of a function, or of a
// version or alias, are treated. What the request leaves out is the default again.
func (s *Service) PutFunctionEventInvokeConfig(ctx context.Context, call *api.Call, in *lambdaapi.PutFunctionEventInvokeConfigRequest) (*lambdaapi.FunctionEventInvokeConfig, error) {
	n, err := s.invokeConfigName(ctx, call, "PutFunctionEventInvokeConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return s.configureInvocation(ctx, n, in, func(kv.Reader) (*invokeConfig, error) {
		return &invokeConfig{FormatVersion: 1, Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier}, nil
	})
}
