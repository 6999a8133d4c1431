package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteApiKey deletes an API key, and takes it from the usage plans that have
// it.
func (s *Service) DeleteApiKey(ctx context.Context, call *api.Call, in *agw.DeleteApiKeyRequest) (*agw.DeleteApiKeyOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "apikeys", in.ApiKey); err != nil {
		return nil, err
	}
	key := apiKeys.key(call, in.ApiKey)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		k, err := findKey(tx, call, in.ApiKey)
		if err != nil {
			return err
		}
		for _, plan := range k.Plans {
			if err := detachKey(tx, call, plan, in.ApiKey); err != nil {
				return err
			}
		}
		tx.Delete(keyValues.key(call, *k.Key.Value))
		tx.Delete(key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteApiKeyOutput{}, nil
}
