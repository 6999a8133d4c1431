package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteProvisionedConcurrencyConfig lets the environments go. That there are
// none is no error.
func (s *Service) DeleteProvisionedConcurrencyConfig(ctx context.Context, call *api.Call, in *lambdaapi.DeleteProvisionedConcurrencyConfigRequest) (*lambdaapi.DeleteProvisionedConcurrencyConfigOutput, error) {
	n, err := s.provisionedName(ctx, call, "DeleteProvisionedConcurrencyConfig", in.FunctionName, in.Qualifier, unpublishedResource)
	if err != nil {
		return nil, err
	}
	key := provisionedKey(n.account, n.region, n.function, n.qualifier)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key, n.key()}}, func(tx kv.Tx) error {
		if err := checkProvisionable(tx, n); err != nil {
			return err
		}
		tx.Delete(key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.provision(n)
	return &lambdaapi.DeleteProvisionedConcurrencyConfigOutput{}, nil
}
