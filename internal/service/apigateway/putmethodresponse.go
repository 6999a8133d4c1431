package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// PutMethodResponse declares a status with which a method may answer.
func (s *Service) PutMethodResponse(ctx context.Context, call *api.Call, in *agw.PutMethodResponseRequest) (*agw.MethodResponse, error) {
	path := methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "responses", in.StatusCode)
	if err := s.authorize(ctx, call, "PUT", path...); err != nil {
		return nil, err
	}
	if err := checkResponseParameters(in.ResponseParameters); err != nil {
		return nil, err
	}
	out := agw.MethodResponse{
		ResponseModels: in.ResponseModels, ResponseParameters: in.ResponseParameters, StatusCode: new(in.StatusCode),
	}
	err := s.changeMethod(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(tx kv.Tx, m *agw.Method) error {
		if _, found := m.MethodResponses[in.StatusCode]; found {
			return agw.ConflictException("Response already exists for this resource")
		}
		if err := checkModels(tx, in.RestApiId, in.ResponseModels); err != nil {
			return err
		}
		if m.MethodResponses == nil {
			m.MethodResponses = map[string]agw.MethodResponse{}
		}
		m.MethodResponses[in.StatusCode] = out
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}
