package apigateway

import (
	"context"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateUsage says how much is left of a quota for one of the plan's keys, until
// the period ends.
func (s *Service) UpdateUsage(ctx context.Context, call *api.Call, in *agw.UpdateUsageRequest) (*agw.Usage, error) {
	if err := s.authorize(ctx, call, "PATCH", "usageplans", in.UsagePlanId, "keys", in.KeyId, "usage"); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	today := now.UTC().Format(time.DateOnly)
	out := &agw.Usage{EndDate: &today, StartDate: &today, UsagePlanId: &in.UsagePlanId}
	claims := kv.Claims{Write: [][]byte{quotas.key(call, in.UsagePlanId, in.KeyId)}, Read: [][]byte{usagePlans.key(call, in.UsagePlanId)}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := findPlanKey(tx, call, in.UsagePlanId, in.KeyId); err != nil {
			return err
		}
		p, err := findPlan(tx, call, in.UsagePlanId)
		if err != nil {
			return err
		}
		if p.Plan.Quota == nil {
			return agw.BadRequestException("Usage Plan " + in.UsagePlanId + " has no quota")
		}
		q, err := readQuota(tx, call, &p.Plan, in.KeyId, now)
		if err != nil {
			return err
		}
		grant := usageGrant{quotaRecord: q, limit: deref(p.Plan.Quota.Limit)}
		if err := patch(&grant, in.PatchOperations, usageRules, refusePlainly); err != nil {
			return err
		}
		out.Items = map[string][][]int64{in.KeyId: {{q.Used, q.remaining(p.Plan.Quota)}}}
		return saveUsage(tx, call, &p.Plan, in.KeyId, q, 0, now)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// usageGrant is a quota with its limit.
type usageGrant struct {
	*quotaRecord
	limit int64
}

var usageRules = []rule[usageGrant]{
	{"/remaining", replaceOnly, func(g *usageGrant, p patchOp) error {
		var remaining *int64
		if err := setNumber(&remaining, p.text()); err != nil {
			return err
		}
		if *remaining < 0 {
			return agw.BadRequestException("Invalid number specified: " + p.text())
		}
		g.Extra = *remaining - g.limit + g.Used
		return nil
	}},
}
