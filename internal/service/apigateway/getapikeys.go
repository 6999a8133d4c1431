package apigateway

import (
	"context"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetApiKeys lists API keys by their ids: all, or those whose names begin in a
// certain way, or those of a customer.
func (s *Service) GetApiKeys(ctx context.Context, call *api.Call, in *agw.GetApiKeysRequest) (*agw.ApiKeys, error) {
	if err := s.authorize(ctx, call, "GET", "apikeys"); err != nil {
		return nil, err
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*keyRecord, error) { return loadAll[keyRecord](r, apiKeys.key(call)) })
	if err != nil {
		return nil, err
	}
	items := []agw.ApiKey{}
	for _, k := range all {
		if strings.HasPrefix(deref(k.Key.Name), deref(in.NameQuery)) && (deref(in.CustomerId) == "" || deref(k.Key.CustomerId) == *in.CustomerId) {
			items = append(items, k.shape(deref(in.IncludeValues)))
		}
	}
	out := &agw.ApiKeys{}
	out.Items, out.Position, err = page(items, func(k agw.ApiKey) string { return *k.Id }, in.Limit, in.Position)
	return out, err
}
