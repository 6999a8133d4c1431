package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetLayerVersion returns a version of a layer, with an address where its
// package can be fetched for ten minutes.
func (s *Service) GetLayerVersion(ctx context.Context, call *api.Call, in *lambdaapi.GetLayerVersionRequest) (*lambdaapi.GetLayerVersionResponse, error) {
	if err := checkLayerNumber(in.VersionNumber); err != nil {
		return nil, err
	}
	n, _ := parseLayer(call, in.LayerName)
	return s.getLayer(ctx, call, n, in.VersionNumber)
}

func (s *Service) getLayer(ctx context.Context, call *api.Call, n layerName, number int64) (*lambdaapi.GetLayerVersionResponse, error) {
	v, err := s.layer(ctx, call, n, number, lambdaapi.ResourceNotFoundException("The resource you requested does not exist."))
	if err != nil {
		return nil, err
	}
	return s.describeLayer(call, v), nil
}
