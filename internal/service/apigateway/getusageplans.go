package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetUsagePlans lists usage plans by their ids: all, or those that have a key.
func (s *Service) GetUsagePlans(ctx context.Context, call *api.Call, in *agw.GetUsagePlansRequest) (*agw.UsagePlans, error) {
	if err := s.authorize(ctx, call, "GET", "usageplans"); err != nil {
		return nil, err
	}
	items, err := view(ctx, s, func(r kv.Reader) ([]agw.UsagePlan, error) {
		all, err := loadAll[planRecord](r, usagePlans.key(call))
		if err != nil {
			return nil, err
		}
		items := []agw.UsagePlan{}
		for _, p := range all {
			has, err := true, error(nil)
			if deref(in.KeyId) != "" {
				has, err = exists(r, planKeys.key(call, *p.Plan.Id, *in.KeyId))
			}
			if err != nil {
				return nil, err
			}
			if has {
				items = append(items, p.shape())
			}
		}
		return items, nil
	})
	if err != nil {
		return nil, err
	}
	out := &agw.UsagePlans{}
	out.Items, out.Position, err = page(items, func(p agw.UsagePlan) string { return *p.Id }, in.Limit, in.Position)
	return out, err
}
