package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteFunctionEventInvokeConfig lets the defaults hold again for the events
// of a function, or of a version or alias.
func (s *Service) DeleteFunctionEventInvokeConfig(ctx context.Context, call *api.Call, in *lambdaapi.DeleteFunctionEventInvokeConfigRequest) (*lambdaapi.DeleteFunctionEventInvokeConfigOutput, error) {
	n, err := s.invokeConfigName(ctx, call, "DeleteFunctionEventInvokeConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	key := invokeConfigKey(n.account, n.region, n.function, n.qualifier)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		c, err := readInvokeConfig(tx, n)
		if err != nil {
			return err
		}
		tx.Delete(c.key())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.DeleteFunctionEventInvokeConfigOutput{}, nil
}
