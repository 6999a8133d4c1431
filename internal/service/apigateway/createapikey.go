package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateApiKey makes an API key. It is good for nothing until a usage plan has
// it, unless it names stages itself.
func (s *Service) CreateApiKey(ctx context.Context, call *api.Call, in *agw.CreateApiKeyRequest) (*agw.ApiKey, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", "apikeys"); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	k, err := s.newKey(in.Name, in.Description, in.Value, in.CustomerId, deref(in.Enabled))
	if err != nil {
		return nil, err
	}
	k.Key.Tags = in.Tags
	err = s.store.Update(ctx, keyClaims(call, k), func(tx kv.Tx) error {
		k.Key.StageKeys = nil
		for _, st := range in.StageKeys {
			if err := addStageKey(tx, call, &k.Key, deref(st.RestApiId)+"/"+deref(st.StageName)); err != nil {
				return err
			}
		}
		return addKey(tx, call, k)
	})
	if err != nil {
		return nil, err
	}
	return new(k.shape(true)), nil
}
