package iam

import (
	"context"
	"errors"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// CreateAccountAlias gives the account a name, which no other account has, in
// place of the one it had.
func (s *Service) CreateAccountAlias(ctx context.Context, call *api.Call, in *iamapi.CreateAccountAliasRequest) (*iamapi.CreateAccountAliasOutput, error) {
	if err := s.authz.Authorize(ctx, call, "iam:CreateAccountAlias", "*"); err != nil {
		return nil, err
	}
	key := aliasKey(in.AccountAlias)
	err := s.changeAccount(ctx, call.Account, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx, a *accountRecord) error {
		switch _, err := tx.Get(key); {
		case err == nil:
			return iamapi.EntityAlreadyExistsException(fmt.Sprintf("The account alias %s already exists.", in.AccountAlias))
		case !errors.Is(err, kv.ErrNotFound):
			return err
		}
		if a.Alias != "" {
			tx.Delete(aliasKey(a.Alias))
		}
		a.Alias = in.AccountAlias
		tx.Set(key, []byte(call.Account))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateAccountAliasOutput{}, nil
}
