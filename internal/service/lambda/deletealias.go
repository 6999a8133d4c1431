package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteAlias removes an alias, its policy and how its events are treated. That there is none is no error.
func (s *Service) DeleteAlias(ctx context.Context, call *api.Call, in *lambdaapi.DeleteAliasRequest) (*lambdaapi.DeleteAliasOutput, error) {
	n, err := s.aliasName(ctx, call, "DeleteAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		if _, err := readFunction(tx, n.unqualified()); err != nil {
			return err
		}
		tx.Delete(aliasKey(n.account, n.region, n.function, n.qualifier))
		for _, kind := range qualifiedKinds {
			if err := deleteAttached(tx, kind, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.provision(n)
	}
	return &lambdaapi.DeleteAliasOutput{}, err
}
