package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateApiKey makes an API key. It is good for nothing until a usage plan has
// it.
func (s *Service) CreateApiKey(ctx context.Context, call *api.Call, in *agw.CreateApiKeyRequest) (*agw.ApiKey, error) {
	if err := s.authorizeWith(ctx, call, tagFacts(in.Tags), "POST", "apikeys"); err != nil {
		return nil, err
	}
	if len(in.StageKeys) > 0 {
		return nil, awserr.Unsupported("the stageKeys parameter of CreateApiKey")
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	k, err := s.newKey(in.Name, in.Description, in.Value, in.CustomerId, deref(in.Enabled))
	if err != nil {
		return nil, err
	}
	k.Key.Tags = in.Tags
	if err := s.store.Update(ctx, keyClaims(call, k), func(tx kv.Tx) error { return addKey(tx, call, k) }); err != nil {
		return nil, err
	}
	return new(k.shape(true)), nil
}
