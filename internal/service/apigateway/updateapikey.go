package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateApiKey changes an API key by patch operations. Its value stays what it
// is.
func (s *Service) UpdateApiKey(ctx context.Context, call *api.Call, in *agw.UpdateApiKeyRequest) (*agw.ApiKey, error) {
	if err := s.authorize(ctx, call, "PATCH", "apikeys", in.ApiKey); err != nil {
		return nil, err
	}
	var out agw.ApiKey
	err := s.changeKey(ctx, call, in.ApiKey, func(tx kv.Tx, k *keyRecord) error {
		if err := patch(&k.Key, in.PatchOperations, slices.Concat(apiKeyRules, stageKeyRules(tx, call)), refuseByPath); err != nil {
			return err
		}
		k.Key.LastUpdatedDate = new(s.now())
		out = k.shape(false)
		return checkKey(&k.Key)
	})
	if err != nil {
		return nil, err
	}
	if out.Tags == nil {
		out.Tags = map[string]string{} // AWS shows none only in this answer
	}
	return &out, nil
}

var apiKeyRules = []rule[agw.ApiKey]{
	{"/description", replaceOnly, text(func(k *agw.ApiKey) **string { return &k.Description })},
	{"/enabled", replaceOnly, func(k *agw.ApiKey, p patchOp) error {
		k.Enabled = new(p.text() == "true")
		return nil
	}},
	{"/name", replaceOnly, text(func(k *agw.ApiKey) **string { return &k.Name })},
	{"/customerId", replaceOnly, text(func(k *agw.ApiKey) **string { return &k.CustomerId })},
}

// stageKeyRules add a stage, which is the value, to those that the key opens by
// itself, or take it away.
func stageKeyRules(r kv.Reader, call *api.Call) []rule[agw.ApiKey] {
	return []rule[agw.ApiKey]{{"/stages", addRemove, func(k *agw.ApiKey, p patchOp) error {
		if p.op == "add" {
			return addStageKey(r, call, k, p.text())
		}
		k.StageKeys = slices.DeleteFunc(k.StageKeys, func(name string) bool { return name == p.text() })
		return nil
	}}}
}
