package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateAlias gives a version a name.
func (s *Service) CreateAlias(ctx context.Context, call *api.Call, in *lambdaapi.CreateAliasRequest) (*lambdaapi.AliasConfiguration, error) {
	n, err := s.aliasName(ctx, call, "CreateAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	a := &alias{FormatVersion: 1, Account: n.account, Region: n.region, Function: n.function, Name: in.Name, RevisionID: s.newID()}
	set(&a.Description, in.Description)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key(), a.key()}}, func(tx kv.Tx) error {
		if err := a.aim(tx, in.FunctionVersion, in.RoutingConfig); err != nil {
			return err
		}
		switch _, err := readAlias(tx, n, noSuchAlias(n)); {
		case err == nil:
			return lambdaapi.ResourceConflictException("Alias already exists: " + a.arn())
		case awserr.Code(err) != "ResourceNotFoundException":
			return err
		}
		return writeRecord(tx, a.key(), a)
	})
	if err != nil {
		return nil, err
	}
	return a.configuration(), nil
}

// aliasName returns the name of an alias if the caller may do so to the
// function that it belongs to.
func (s *Service) aliasName(ctx context.Context, call *api.Call, action, function, alias string) (name, error) {
	n, err := parseName(call, function, nil)
	if err != nil {
		return n, err
	}
	n = n.unqualified()
	if err := s.authorize(ctx, call, action, n); err != nil {
		return n, err
	}
	n.qualifier = alias
	return n, nil
}
