package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListProvisionedConcurrencyConfigs lists what is kept started for a function,
// by qualifier.
func (s *Service) ListProvisionedConcurrencyConfigs(ctx context.Context, call *api.Call, in *lambdaapi.ListProvisionedConcurrencyConfigsRequest) (*lambdaapi.ListProvisionedConcurrencyConfigsResponse, error) {
	n, err := s.mutable(ctx, call, "ListProvisionedConcurrencyConfigs", in.FunctionName)
	if err != nil {
		return nil, err
	}
	page := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListProvisionedConcurrencyConfigsResponse{ProvisionedConcurrencyConfigs: []lambdaapi.ProvisionedConcurrencyConfigListItem{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		all := page.from(allOf("provisioned", n.account, n.region, n.function), provisionedKey(n.account, n.region, n.function, page.after))
		return eachRecord(r, all, func(p *provisioned) error {
			if len(out.ProvisionedConcurrencyConfigs) == page.limit {
				page.next = p.Qualifier
				return errPageFull
			}
			d, err := s.describeProvisioned(r, p)
			if err != nil {
				return err
			}
			out.ProvisionedConcurrencyConfigs = append(out.ProvisionedConcurrencyConfigs, lambdaapi.ProvisionedConcurrencyConfigListItem{
				FunctionArn: new(p.name().qualifiedARN()), Status: d.Status, StatusReason: d.StatusReason, LastModified: d.LastModified,
				RequestedProvisionedConcurrentExecutions: d.RequestedProvisionedConcurrentExecutions,
				AllocatedProvisionedConcurrentExecutions: d.AllocatedProvisionedConcurrentExecutions,
				AvailableProvisionedConcurrentExecutions: d.AvailableProvisionedConcurrentExecutions,
			})
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.NextMarker = page.marker()
	return out, nil
}
