package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetUsagePlanKey describes a key that a usage plan has.
func (s *Service) GetUsagePlanKey(ctx context.Context, call *api.Call, in *agw.GetUsagePlanKeyRequest) (*agw.UsagePlanKey, error) {
	if err := s.authorize(ctx, call, "GET", "usageplans", in.UsagePlanId, "keys", in.KeyId); err != nil {
		return nil, err
	}
	k, err := view(ctx, s, func(r kv.Reader) (*keyRecord, error) { return findPlanKey(r, call, in.UsagePlanId, in.KeyId) })
	if err != nil {
		return nil, err
	}
	return new(k.inPlan()), nil
}

// findPlanKey reads a key that a plan of the caller has.
func findPlanKey(r kv.Reader, call *api.Call, plan, key string) (*keyRecord, error) {
	if _, err := findPlan(r, call, plan); err != nil {
		return nil, err
	}
	k, err := findKey(r, call, key)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(k.Plans, plan) {
		return nil, noSuchKey()
	}
	return k, nil
}
