package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetApiKey describes an API key.
func (s *Service) GetApiKey(ctx context.Context, call *api.Call, in *agw.GetApiKeyRequest) (*agw.ApiKey, error) {
	if err := s.authorize(ctx, call, "GET", "apikeys", in.ApiKey); err != nil {
		return nil, err
	}
	k, err := view(ctx, s, func(r kv.Reader) (*keyRecord, error) { return findKey(r, call, in.ApiKey) })
	if err != nil {
		return nil, err
	}
	return new(k.shape(deref(in.IncludeValue))), nil
}
