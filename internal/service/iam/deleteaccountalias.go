package iam

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeleteAccountAlias takes the alias from the account.
func (s *Service) DeleteAccountAlias(ctx context.Context, call *api.Call, in *iamapi.DeleteAccountAliasRequest) (*iamapi.DeleteAccountAliasOutput, error) {
	if err := s.authz.Authorize(ctx, call, "iam:DeleteAccountAlias", "*"); err != nil {
		return nil, err
	}
	key := aliasKey(in.AccountAlias)
	err := s.changeAccount(ctx, call.Account, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx, a *accountRecord) error {
		if a.Alias != in.AccountAlias {
			return iamapi.NoSuchEntityException(fmt.Sprintf("The account alias %s cannot be found.", in.AccountAlias))
		}
		a.Alias = ""
		tx.Delete(key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteAccountAliasOutput{}, nil
}
