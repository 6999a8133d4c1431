package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// PutGatewayResponse says how the gateway words its refusals of one type.
func (s *Service) PutGatewayResponse(ctx context.Context, call *api.Call, in *agw.PutGatewayResponseRequest) (*agw.GatewayResponse, error) {
	if err := s.authorize(ctx, call, "PUT", "restapis", in.RestApiId, "gatewayresponses", in.ResponseType); err != nil {
		return nil, err
	}
	r := &agw.GatewayResponse{
		DefaultResponse: new(false), ResponseType: in.ResponseType,
		ResponseParameters: in.ResponseParameters, ResponseTemplates: in.ResponseTemplates, StatusCode: in.StatusCode,
	}
	if status := refusalStatus[in.ResponseType]; r.StatusCode == nil && status != "" {
		r.StatusCode = &status
	}
	fillGatewayResponse(r)
	if err := checkGatewayResponse(r); err != nil {
		return nil, err
	}
	err := s.changeGatewayResponse(ctx, call, in.RestApiId, in.ResponseType, func(*agw.GatewayResponse) (*agw.GatewayResponse, error) {
		return r, nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}
