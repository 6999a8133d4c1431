package lambda

import (
	"context"

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
	var moved *provisioned
	before := n
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
		before.qualifier, moved = a.Version, nil
		if version != a.Version {
			if moved, err = s.reprovision(tx, n); err != nil {
				return err
			}
		}
		if err := a.aim(tx, version, in.RoutingConfig); err != nil {
			return err
		}
		set(&a.Description, in.Description)
		a.RevisionID = s.newID()
		return writeRecord(tx, a.key(), a)
	})
	if err != nil {
		return nil, err
	}
	if moved != nil {
		s.unprovision(ctx, before)
		s.provision(moved)
	}
	return a.configuration(), nil
}
