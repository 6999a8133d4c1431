package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteCodeSigningConfig removes a code signing configuration that no function
// has.
func (s *Service) DeleteCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.DeleteCodeSigningConfigRequest) (*lambdaapi.DeleteCodeSigningConfigResponse, error) {
	if err := s.signingConfigCall(ctx, call, "DeleteCodeSigningConfig", in.CodeSigningConfigArn); err != nil {
		return nil, err
	}
	key := signingConfigKey(in.CodeSigningConfigArn)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		if _, err := readSigningConfig(tx, in.CodeSigningConfigArn); err != nil {
			return err
		}
		tx.Delete(key)
		return usersOfSigningConfig(tx, call.Account, call.Region, in.CodeSigningConfigArn, func(f *function) error {
			return lambdaapi.ResourceConflictException("The code signing configuration is in use by the function " + f.arn() + ".")
		})
	})
	return &lambdaapi.DeleteCodeSigningConfigResponse{}, err
}
