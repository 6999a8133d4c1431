package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteLayerVersion removes a version of a layer. Functions that have it keep
// it. That there is none is no error.
func (s *Service) DeleteLayerVersion(ctx context.Context, call *api.Call, in *lambdaapi.DeleteLayerVersionRequest) (*lambdaapi.DeleteLayerVersionOutput, error) {
	if err := checkLayerNumber(in.VersionNumber); err != nil {
		return nil, err
	}
	n, err := s.ownLayer(ctx, call, "DeleteLayerVersion", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	key := layerVersionKey(n.account, n.region, n.layer, in.VersionNumber)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		tx.Delete(key)
		return nil
	})
	return &lambdaapi.DeleteLayerVersionOutput{}, err
}
