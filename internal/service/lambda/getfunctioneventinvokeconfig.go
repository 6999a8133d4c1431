package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetFunctionEventInvokeConfig returns how the events of a function, or of a
// version or alias, are treated, if that was configured.
func (s *Service) GetFunctionEventInvokeConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionEventInvokeConfigRequest) (*lambdaapi.FunctionEventInvokeConfig, error) {
	n, err := s.invokeConfigName(ctx, call, "GetFunctionEventInvokeConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	var c *invokeConfig
	err = s.store.View(ctx, func(r kv.Reader) error {
		c, err = readInvokeConfig(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.describe(), nil
}
