package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetCodeSigningConfig returns a code signing configuration.
func (s *Service) GetCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetCodeSigningConfigRequest) (*lambdaapi.GetCodeSigningConfigResponse, error) {
	if err := s.signingConfigCall(ctx, call, "GetCodeSigningConfig", in.CodeSigningConfigArn); err != nil {
		return nil, err
	}
	var c *signingConfig
	err := s.store.View(ctx, func(r kv.Reader) error {
		var err error
		c, err = readSigningConfig(r, in.CodeSigningConfigArn)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.GetCodeSigningConfigResponse{CodeSigningConfig: c.describe()}, nil
}
