package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetGatewayResponse tells how the gateway words its refusals of one type,
// whether or not the API defines it.
func (s *Service) GetGatewayResponse(ctx context.Context, call *api.Call, in *agw.GetGatewayResponseRequest) (*agw.GatewayResponse, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "gatewayresponses", in.ResponseType); err != nil {
		return nil, err
	}
	defined, err := view(ctx, s, func(r kv.Reader) (map[string]*agw.GatewayResponse, error) {
		return readGatewayResponses(r, call, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	return resolveGatewayResponse(defined, in.ResponseType), nil
}
