package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteUsagePlan deletes a usage plan that opens no stage any more. Its keys
// stay.
func (s *Service) DeleteUsagePlan(ctx context.Context, call *api.Call, in *agw.DeleteUsagePlanRequest) (*agw.DeleteUsagePlanOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "usageplans", in.UsagePlanId); err != nil {
		return nil, err
	}
	for {
		ids, err := view(ctx, s, func(r kv.Reader) ([]string, error) { return lastElements(r, planKeys.key(call, in.UsagePlanId)) })
		if err != nil {
			return nil, err
		}
		done, err := s.deletePlan(ctx, call, in.UsagePlanId, ids)
		if err != nil {
			return nil, err
		}
		if done {
			return &agw.DeleteUsagePlanOutput{}, nil
		}
	}
}

// deletePlan deletes a plan that has these keys. It is not done if it has
// others by now.
func (s *Service) deletePlan(ctx context.Context, call *api.Call, id string, keyIDs []string) (done bool, err error) {
	claims := kv.Claims{Write: [][]byte{usagePlans.key(call, id)}}
	for _, key := range keyIDs {
		claims.Write = append(claims.Write, apiKeys.key(call, key))
	}
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		p, err := findPlan(tx, call, id)
		if err != nil {
			return err
		}
		if len(p.Plan.ApiStages) > 0 {
			first := p.Plan.ApiStages[0]
			return agw.BadRequestException("Cannot delete Usage Plan " + id + " because there are API Stages associated with it, including " +
				deref(first.ApiId) + ":" + deref(first.Stage))
		}
		now, err := keysOfPlan(tx, call, id)
		if err != nil {
			return err
		}
		for _, k := range now {
			if done = slices.Contains(keyIDs, *k.Key.Id); !done {
				return nil
			}
		}
		done = true
		for _, k := range now {
			k.dropPlan(id)
			if err := save(tx, apiKeys.key(call, *k.Key.Id), k); err != nil {
				return err
			}
			if err := detachKey(tx, call, id, *k.Key.Id); err != nil {
				return err
			}
		}
		tx.Delete(usagePlans.key(call, id))
		return nil
	})
	return done, err
}
