package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetLayerVersionByArn is GetLayerVersion by the ARN of the version.
func (s *Service) GetLayerVersionByArn(ctx context.Context, call *api.Call, in *lambdaapi.GetLayerVersionByArnRequest) (*lambdaapi.GetLayerVersionResponse, error) {
	n, number := parseLayer(call, in.Arn)
	return s.getLayer(ctx, call, n, number)
}
