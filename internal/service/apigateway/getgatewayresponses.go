package apigateway

import (
	"context"
	"maps"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetGatewayResponses lists the gateway responses of all types by their names.
func (s *Service) GetGatewayResponses(ctx context.Context, call *api.Call, in *agw.GetGatewayResponsesRequest) (*agw.GatewayResponses, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "gatewayresponses"); err != nil {
		return nil, err
	}
	defined, err := view(ctx, s, func(r kv.Reader) (map[string]*agw.GatewayResponse, error) {
		return readGatewayResponses(r, call, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	items := make([]agw.GatewayResponse, 0, len(refusalStatus))
	for _, responseType := range slices.Sorted(maps.Keys(refusalStatus)) {
		items = append(items, *resolveGatewayResponse(defined, responseType))
	}
	out := &agw.GatewayResponses{}
	out.Items, out.Position, err = page(items, func(r agw.GatewayResponse) string { return r.ResponseType }, in.Limit, in.Position)
	return out, err
}
