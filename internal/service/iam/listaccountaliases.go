package iam

import (
	"context"
	"errors"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// ListAccountAliases returns the alias of the account, if it has one: an
// account has one at most, so there is no second page to ask for.
func (s *Service) ListAccountAliases(ctx context.Context, call *api.Call, in *iamapi.ListAccountAliasesRequest) (*iamapi.ListAccountAliasesResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:ListAccountAliases", "*"); err != nil {
		return nil, err
	}
	a, err := view(ctx, s, func(r kv.Reader) (*accountRecord, error) { return loadAccount(r, call.Account) })
	if err != nil && !errors.Is(err, kv.ErrNotFound) {
		return nil, err
	}
	out := &iamapi.ListAccountAliasesResponse{AccountAliases: []string{}, IsTruncated: new(false)}
	if a != nil && a.Alias != "" {
		out.AccountAliases = append(out.AccountAliases, a.Alias)
	}
	return out, nil
}
