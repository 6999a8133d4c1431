package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// DeleteGatewayResponse lets the gateway word its refusals of one type as AWS
// does.
func (s *Service) DeleteGatewayResponse(ctx context.Context, call *api.Call, in *agw.DeleteGatewayResponseRequest) (*agw.DeleteGatewayResponseOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "gatewayresponses", in.ResponseType); err != nil {
		return nil, err
	}
	err := s.changeGatewayResponse(ctx, call, in.RestApiId, in.ResponseType, func(old *agw.GatewayResponse) (*agw.GatewayResponse, error) {
		if old == nil {
			return nil, agw.NotFoundException("Gateway response type not defined on api")
		}
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteGatewayResponseOutput{}, nil
}
