package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// UpdateCodeSigningConfig changes whose signatures packages need from now on.
func (s *Service) UpdateCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.UpdateCodeSigningConfigRequest) (*lambdaapi.UpdateCodeSigningConfigResponse, error) {
	if err := s.signingConfigCall(ctx, call, "UpdateCodeSigningConfig", in.CodeSigningConfigArn); err != nil {
		return nil, err
	}
	var c *signingConfig
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{signingConfigKey(in.CodeSigningConfigArn)}}, func(tx kv.Tx) error {
		var err error
		if c, err = readSigningConfig(tx, in.CodeSigningConfigArn); err != nil {
			return err
		}
		c.apply(in)
		c.Modified = timestamp(s.clock.Now())
		return writeRecord(tx, c.key(), c)
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.UpdateCodeSigningConfigResponse{CodeSigningConfig: c.describe()}, nil
}
