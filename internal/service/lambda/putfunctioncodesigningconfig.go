package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// PutFunctionCodeSigningConfig lets a code signing configuration hold for the
// packages that a function is given from now on.
func (s *Service) PutFunctionCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.PutFunctionCodeSigningConfigRequest) (*lambdaapi.PutFunctionCodeSigningConfigResponse, error) {
	n, err := s.wholeFunction(ctx, call, "PutFunctionCodeSigningConfig", in.FunctionName, given("lambda:CodeSigningConfigArn", in.CodeSigningConfigArn)...)
	if err != nil {
		return nil, err
	}
	claims := kv.Claims{Write: [][]byte{n.key()}, Read: [][]byte{signingConfigKey(in.CodeSigningConfigArn)}}
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := signingConfigFor(tx, in.CodeSigningConfigArn); err != nil {
			return err
		}
		f, err := readFunction(tx, n)
		if err != nil {
			return err
		}
		f.SigningConfig = in.CodeSigningConfigArn
		return writeRecord(tx, f.key(), f)
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.PutFunctionCodeSigningConfigResponse{CodeSigningConfigArn: in.CodeSigningConfigArn, FunctionName: n.function}, nil
}
