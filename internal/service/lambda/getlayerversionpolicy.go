package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetLayerVersionPolicy returns the policy that says who else may have a
// version of a layer.
func (s *Service) GetLayerVersionPolicy(ctx context.Context, call *api.Call, in *lambdaapi.GetLayerVersionPolicyRequest) (*lambdaapi.GetLayerVersionPolicyResponse, error) {
	n, err := s.ownLayer(ctx, call, "GetLayerVersionPolicy", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	var v *layerVersion
	err = s.store.View(ctx, func(r kv.Reader) error {
		v, err = readLayer(r, n, in.VersionNumber, noSuchLayer(n.version(in.VersionNumber)))
		return err
	})
	if err != nil {
		return nil, err
	}
	document := v.Policy.document()
	if document == "" {
		return nil, lambdaapi.ResourceNotFoundException("No policy is associated with the given resource.")
	}
	return &lambdaapi.GetLayerVersionPolicyResponse{Policy: &document, RevisionId: new(v.Policy.RevisionID)}, nil
}
