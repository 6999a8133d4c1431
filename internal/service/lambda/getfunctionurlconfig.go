package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetFunctionUrlConfig returns the address of a function or of an alias.
func (s *Service) GetFunctionUrlConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetFunctionUrlConfigRequest) (*lambdaapi.GetFunctionUrlConfigResponse, error) {
	facts, err := s.authTypeOf(ctx, call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	n, err := s.urlName(ctx, call, "GetFunctionUrlConfig", in.FunctionName, in.Qualifier, facts...)
	if err != nil {
		return nil, err
	}
	var u *functionURL
	err = s.store.View(ctx, func(r kv.Reader) error {
		u, err = readURL(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	d := u.describe(call)
	return &lambdaapi.GetFunctionUrlConfigResponse{
		FunctionUrl: d.FunctionUrl, FunctionArn: d.FunctionArn, CreationTime: d.CreationTime, LastModifiedTime: d.LastModifiedTime,
		AuthType: d.AuthType, InvokeMode: d.InvokeMode, Cors: d.Cors,
	}, nil
}
