package lambda

import (
	"context"
	"errors"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// CreateFunctionUrlConfig gives a function, or an alias, an address of its own.
func (s *Service) CreateFunctionUrlConfig(ctx context.Context, call *api.Call, in *lambdaapi.CreateFunctionUrlConfigRequest) (*lambdaapi.CreateFunctionUrlConfigResponse, error) {
	n, err := s.urlName(ctx, call, "CreateFunctionUrlConfig", in.FunctionName, in.Qualifier, api.Given("lambda:FunctionUrlAuthType", in.AuthType))
	if err != nil {
		return nil, err
	}
	now := urlTime(s.clock.Now())
	u := &functionURL{
		FormatVersion: 1, Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier, ID: s.newURLID(),
		Created: now, Modified: now, AuthType: in.AuthType, InvokeMode: in.InvokeMode, CORS: in.Cors,
	}
	claims := kv.Claims{Write: [][]byte{u.key(), urlIDKey(u.ID)}, Read: [][]byte{n.key()}}
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if err := checkURLOwner(tx, n); err != nil {
			return err
		}
		switch _, err := tx.Get(u.key()); {
		case err == nil:
			return lambdaapi.ResourceConflictException("Failed to create function url config for [functionArn = " + n.qualifiedARN() +
				"]. Error message:  FunctionUrlConfig exists for this Lambda function")
		case !errors.Is(err, kv.ErrNotFound):
			return err
		}
		if err := writeRecord(tx, urlIDKey(u.ID), urlOwner{u.Account, u.Region, u.Function, u.Qualifier}); err != nil {
			return err
		}
		return writeRecord(tx, u.key(), u)
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.CreateFunctionUrlConfigResponse{
		FunctionUrl: u.address(call.BaseURL), FunctionArn: n.qualifiedARN(), CreationTime: u.Created,
		AuthType: u.AuthType, InvokeMode: u.InvokeMode, Cors: u.CORS,
	}, nil
}
