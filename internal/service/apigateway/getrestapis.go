package apigateway

import (
	"context"
	"errors"
	"fmt"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// GetRestApis lists the APIs of the account in the region, by their ids.
func (s *Service) GetRestApis(ctx context.Context, call *api.Call, in *agw.GetRestApisRequest) (*agw.RestApis, error) {
	if err := s.authorize(ctx, call, "GET", "restapis"); err != nil {
		return nil, err
	}
	items, err := view(ctx, s, func(r kv.Reader) ([]agw.RestApi, error) { return ownedAPIs(r, call) })
	if err != nil {
		return nil, err
	}
	out := &agw.RestApis{}
	out.Items, out.Position, err = page(items, func(a agw.RestApi) string { return *a.Id }, in.Limit, in.Position)
	return out, err
}

// ownedAPIs reads the APIs of the account of the call in its region.
func ownedAPIs(r kv.Reader, call *api.Call) ([]agw.RestApi, error) {
	prefix := ownedPrefix(call.Account, call.Region)
	items := []agw.RestApi{}
	for pair, err := range r.Scan(kv.Prefix(prefix)) {
		if err != nil {
			return nil, err
		}
		elems, err := keys.Decode(pair.Key[len(prefix):])
		if err != nil {
			return nil, fmt.Errorf("key of an owned API: %w", err)
		}
		id, ok := elems[0].(string)
		if !ok {
			return nil, errors.New("key of an owned API: id is no text")
		}
		a, err := load[restAPI](r, apiKey(id))
		if err != nil {
			return nil, fmt.Errorf("read the owned API %s: %w", id, err)
		}
		items = append(items, a.API)
	}
	return items, nil
}
