package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateUsagePlanKey gives an API key to a usage plan.
func (s *Service) CreateUsagePlanKey(ctx context.Context, call *api.Call, in *agw.CreateUsagePlanKeyRequest) (*agw.UsagePlanKey, error) {
	if err := s.authorize(ctx, call, "POST", "usageplans", in.UsagePlanId, "keys"); err != nil {
		return nil, err
	}
	if in.KeyType != "API_KEY" {
		return nil, agw.BadRequestException("Invalid key type: " + in.KeyType + ". Valid options are API_KEY")
	}
	var out agw.UsagePlanKey
	claims := kv.Claims{Write: [][]byte{usagePlans.key(call, in.UsagePlanId), apiKeys.key(call, in.KeyId)}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		k, err := findKey(tx, call, in.KeyId)
		if err != nil {
			return err
		}
		out = k.inPlan()
		return attachKey(tx, call, in.UsagePlanId, k)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// inPlan is the key as AWS shows it in a plan.
func (k *keyRecord) inPlan() agw.UsagePlanKey {
	return agw.UsagePlanKey{Id: k.Key.Id, Name: k.Key.Name, Type: new("API_KEY"), Value: k.Key.Value}
}
