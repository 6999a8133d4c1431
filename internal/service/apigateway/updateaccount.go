package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateAccount changes what an account has set for its APIs.
func (s *Service) UpdateAccount(ctx context.Context, call *api.Call, in *agw.UpdateAccountRequest) (*agw.Account, error) {
	if err := s.authorize(ctx, call, "PATCH", "account"); err != nil {
		return nil, err
	}
	for _, p := range in.PatchOperations {
		if deref(p.Path) == "/cloudwatchRoleArn" {
			if err := s.passRole(ctx, call, p.Value); err != nil {
				return nil, err
			}
		}
	}
	var out *agw.Account
	key := accountKey(call)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		a, err := findAccount(tx, call)
		if err != nil {
			return err
		}
		before := deref(a.CloudwatchRoleArn)
		if err := patch(a, in.PatchOperations, accountRules, refuseByPath); err != nil {
			return err
		}
		if err := checkAccount(a); err != nil {
			return err
		}
		if deref(a.CloudwatchRoleArn) != before {
			if err := s.passRole(ctx, call, a.CloudwatchRoleArn); err != nil {
				return err
			}
		}
		out = a.shape()
		return save(tx, key, a)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

var accountRules = []rule[account]{
	{"/cloudwatchRoleArn", replaceOnly, text(func(a *account) **string { return &a.CloudwatchRoleArn })},
	{"/features", []string{"add"}, func(_ *account, p patchOp) error {
		if p.text() != "UsagePlans" {
			return agw.BadRequestException("Invalid feature specified: " + p.text())
		}
		return nil // every account has it
	}},
}
