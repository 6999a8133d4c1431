package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// RemoveLayerVersionPermission takes back what AddLayerVersionPermission gave.
func (s *Service) RemoveLayerVersionPermission(ctx context.Context, call *api.Call, in *lambdaapi.RemoveLayerVersionPermissionRequest) (*lambdaapi.RemoveLayerVersionPermissionOutput, error) {
	n, err := s.ownLayer(ctx, call, "RemoveLayerVersionPermission", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	_, err = s.changeLayerPolicy(ctx, n, in.VersionNumber, in.RevisionId, func(p *policy) error { return p.remove(in.StatementId) })
	return &lambdaapi.RemoveLayerVersionPermissionOutput{}, err
}
