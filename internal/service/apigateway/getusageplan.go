package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetUsagePlan describes a usage plan.
func (s *Service) GetUsagePlan(ctx context.Context, call *api.Call, in *agw.GetUsagePlanRequest) (*agw.UsagePlan, error) {
	if err := s.authorize(ctx, call, "GET", "usageplans", in.UsagePlanId); err != nil {
		return nil, err
	}
	p, err := view(ctx, s, func(r kv.Reader) (*planRecord, error) { return findPlan(r, call, in.UsagePlanId) })
	if err != nil {
		return nil, err
	}
	return new(p.shape()), nil
}
