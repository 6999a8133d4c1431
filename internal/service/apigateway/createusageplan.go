package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateUsagePlan makes a usage plan.
func (s *Service) CreateUsagePlan(ctx context.Context, call *api.Call, in *agw.CreateUsagePlanRequest) (*agw.UsagePlan, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", "usageplans"); err != nil {
		return nil, err
	}
	p := &planRecord{Form: form, Plan: agw.UsagePlan{
		ApiStages: in.ApiStages, Description: in.Description, Id: new(newID(s.clock, usagePlanIDLength)), Name: new(in.Name),
		Quota: in.Quota, Tags: in.Tags, Throttle: in.Throttle,
	}}
	if q := p.Plan.Quota; q != nil && q.Offset == nil {
		q.Offset = new(int64(0))
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if err := checkPlan(&p.Plan); err != nil {
		return nil, err
	}
	claims := kv.Claims{Write: [][]byte{usagePlans.key(call, *p.Plan.Id)}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		for i := range p.Plan.ApiStages {
			if err := checkAPIStage(tx, call, &p.Plan.ApiStages[i]); err != nil {
				return err
			}
		}
		return save(tx, usagePlans.key(call, *p.Plan.Id), p)
	})
	if err != nil {
		return nil, err
	}
	return new(p.shape()), nil
}
