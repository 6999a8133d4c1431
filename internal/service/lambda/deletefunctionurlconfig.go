package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteFunctionUrlConfig takes the address of a function, or of an alias, away.
func (s *Service) DeleteFunctionUrlConfig(ctx context.Context, call *api.Call, in *lambdaapi.DeleteFunctionUrlConfigRequest) (*lambdaapi.DeleteFunctionUrlConfigOutput, error) {
	facts, err := s.authTypeOf(ctx, call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	n, err := s.urlName(ctx, call, "DeleteFunctionUrlConfig", in.FunctionName, in.Qualifier, facts...)
	if err != nil {
		return nil, err
	}
	key := urlKey(n.account, n.region, n.function, n.qualifier)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		u, err := readURL(tx, n)
		if err == nil {
			deleteURL(tx, u)
		}
		return err
	})
	return &lambdaapi.DeleteFunctionUrlConfigOutput{}, err
}
