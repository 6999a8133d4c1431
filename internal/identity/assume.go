package identity

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	"cloudless/internal/identity/policy"
)

// MayAssume returns nil if the caller may assume a role, and else AWS's
// refusal. action is sts:AssumeRole or one of its family; trustPolicy is the
// document of the role that says who may.
//
// Whom the trust policy names, as a service, a user or a role of the same
// account, needs nothing more. Whose account alone it names, and whoever comes
// from another account, needs policies of its own that allow the action. That
// holds for the root of the account as well: it assumes no role that does not
// trust its account.
func (a *Authorizer) MayAssume(ctx context.Context, call *api.Call, roleARN, trustPolicy, action string, facts ...api.Fact) error {
	r := request(call, action, roleARN, facts)
	r.Trust = true
	var err error
	if r.Attached, err = a.compiled.get(trustPolicy, policy.Trust); err != nil {
		return fmt.Errorf("read the trust policy of %s: %w", roleARN, err)
	}
	return a.decide(ctx, call, r, facts)
}
