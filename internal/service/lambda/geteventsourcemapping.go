package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetEventSourceMapping returns a mapping.
func (s *Service) GetEventSourceMapping(ctx context.Context, call *api.Call, in *lambdaapi.GetEventSourceMappingRequest) (*lambdaapi.EventSourceMappingConfiguration, error) {
	m, err := s.mappingOf(ctx, call, "GetEventSourceMapping", in.UUID)
	if err != nil {
		return nil, err
	}
	return m.describe(), nil
}
