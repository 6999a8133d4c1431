package apigateway

import (
	"context"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetUsagePlanKeys lists the keys that a usage plan has, by their ids. A plan
// that is not there has none.
func (s *Service) GetUsagePlanKeys(ctx context.Context, call *api.Call, in *agw.GetUsagePlanKeysRequest) (*agw.UsagePlanKeys, error) {
	if err := s.authorize(ctx, call, "GET", "usageplans", in.UsagePlanId, "keys"); err != nil {
		return nil, err
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*keyRecord, error) { return keysOfPlan(r, call, in.UsagePlanId) })
	if err != nil {
		return nil, err
	}
	items := []agw.UsagePlanKey{}
	for _, k := range all {
		if strings.HasPrefix(deref(k.Key.Name), deref(in.NameQuery)) {
			items = append(items, k.inPlan())
		}
	}
	out := &agw.UsagePlanKeys{}
	out.Items, out.Position, err = page(items, func(k agw.UsagePlanKey) string { return *k.Id }, in.Limit, in.Position)
	return out, err
}
