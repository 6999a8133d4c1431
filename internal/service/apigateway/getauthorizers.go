package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetAuthorizers lists the authorizers of an API by their ids.
func (s *Service) GetAuthorizers(ctx context.Context, call *api.Call, in *agw.GetAuthorizersRequest) (*agw.Authorizers, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "authorizers"); err != nil {
		return nil, err
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*authorizer, error) { return readAuthorizers(r, call, in.RestApiId) })
	if err != nil {
		return nil, err
	}
	items := make([]agw.Authorizer, 0, len(all))
	for _, a := range all {
		items = append(items, a.Authorizer)
	}
	out := &agw.Authorizers{}
	out.Items, out.Position, err = page(items, func(a agw.Authorizer) string { return *a.Id }, in.Limit, in.Position)
	return out, err
}
