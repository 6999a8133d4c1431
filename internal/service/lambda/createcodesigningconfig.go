package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// CreateCodeSigningConfig keeps whose signatures packages need, for functions
// to refer to.
func (s *Service) CreateCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.CreateCodeSigningConfigRequest) (*lambdaapi.CreateCodeSigningConfigResponse, error) {
	if err := s.signingConfigCall(ctx, call, "CreateCodeSigningConfig", "*", api.RequestTags(in.Tags)...); err != nil {
		return nil, err
	}
	if err := s.authorizeTagging(ctx, call, call.ARN("lambda", "code-signing-config:*"), in.Tags); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	id := s.newSigningID()
	c := &signingConfig{FormatVersion: 1, ID: id, ARN: call.ARN("lambda", "code-signing-config:"+id), Unsigned: unsignedWarn, Modified: timestamp(s.clock.Now()), Tags: in.Tags}
	c.apply(&lambdaapi.UpdateCodeSigningConfigRequest{
		Description: in.Description, AllowedPublishers: in.AllowedPublishers, CodeSigningPolicies: in.CodeSigningPolicies})
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{c.key()}}, func(tx kv.Tx) error { return writeRecord(tx, c.key(), c) })
	if err != nil {
		return nil, err
	}
	return &lambdaapi.CreateCodeSigningConfigResponse{CodeSigningConfig: c.describe()}, nil
}
