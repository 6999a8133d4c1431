package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteUsagePlanKey takes an API key from a usage plan. The key stays.
func (s *Service) DeleteUsagePlanKey(ctx context.Context, call *api.Call, in *agw.DeleteUsagePlanKeyRequest) (*agw.DeleteUsagePlanKeyOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "usageplans", in.UsagePlanId, "keys", in.KeyId); err != nil {
		return nil, err
	}
	claims := kv.Claims{Write: [][]byte{usagePlans.key(call, in.UsagePlanId), apiKeys.key(call, in.KeyId)}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		k, err := findPlanKey(tx, call, in.UsagePlanId, in.KeyId)
		if err != nil {
			return err
		}
		k.dropPlan(in.UsagePlanId)
		if err := detachKey(tx, call, in.UsagePlanId, in.KeyId); err != nil {
			return err
		}
		return save(tx, apiKeys.key(call, in.KeyId), k)
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteUsagePlanKeyOutput{}, nil
}
