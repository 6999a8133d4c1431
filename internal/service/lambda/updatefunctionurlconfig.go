package lambda

import (
	"cmp"
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// UpdateFunctionUrlConfig changes who may call a function's address and how.
// What the request leaves out stays as it is.
func (s *Service) UpdateFunctionUrlConfig(ctx context.Context, call *api.Call, in *lambdaapi.UpdateFunctionUrlConfigRequest) (*lambdaapi.UpdateFunctionUrlConfigResponse, error) {
	var facts []api.Fact
	if in.AuthType != "" {
		facts = append(facts, api.Given("lambda:FunctionUrlAuthType", in.AuthType))
	}
	n, err := s.urlName(ctx, call, "UpdateFunctionUrlConfig", in.FunctionName, in.Qualifier, facts...)
	if err != nil {
		return nil, err
	}
	var u *functionURL
	key := urlKey(n.account, n.region, n.function, n.qualifier)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}, Read: [][]byte{n.key()}}, func(tx kv.Tx) error {
		if err := checkURLOwner(tx, n); err != nil {
			return err
		}
		if u, err = readURL(tx, n); err != nil {
			return err
		}
		u.AuthType, u.InvokeMode = cmp.Or(in.AuthType, u.AuthType), cmp.Or(in.InvokeMode, u.InvokeMode)
		if in.Cors != nil {
			u.CORS = in.Cors
		}
		u.Modified = urlTime(s.clock.Now())
		return writeRecord(tx, key, u)
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.UpdateFunctionUrlConfigResponse{
		FunctionUrl: u.address(call.BaseURL), FunctionArn: n.qualifiedARN(), CreationTime: u.Created, LastModifiedTime: u.Modified,
		AuthType: u.AuthType, InvokeMode: u.InvokeMode, Cors: u.CORS,
	}, nil
}
