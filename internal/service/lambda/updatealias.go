package lambda

import (
	"context"
	"maps"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// UpdateAlias changes what the request gives: where an alias leads, and its
// description.
func (s *Service) UpdateAlias(ctx context.Context, call *api.Call, in *lambdaapi.UpdateAliasRequest) (*lambdaapi.AliasConfiguration, error) {
	n, err := s.aliasName(ctx, call, "UpdateAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	var a *alias
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		if _, err := readFunction(tx, n.unqualified()); err != nil {
			return err
		}
		if a, err = readAlias(tx, n, lambdaapi.ResourceNotFoundException("Alias not found: "+n.qualifiedARN())); err != nil {
			return err
		}
		if err := checkRevision(a.RevisionID, in.RevisionId); err != nil {
			return err
		}
		version := a.Version
		set(&version, in.FunctionVersion)
		before := *a
		if err := a.aim(tx, version, in.RoutingConfig); err != nil {
			return err
		}
		set(&a.Description, in.Description)
		a.RevisionID = s.newID()
		if err := writeRecord(tx, a.key(), a); err != nil || before.Version == a.Version && maps.Equal(before.Weights, a.Weights) {
			return err
		}
		return s.reprovision(tx, a)
	})
	if err != nil {
		return nil, err
	}
	s.provision(n)
	return a.configuration(), nil
}
