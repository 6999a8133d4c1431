package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetProvisionedConcurrencyConfig returns how many environments are kept
// started, and how far they are.
func (s *Service) GetProvisionedConcurrencyConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetProvisionedConcurrencyConfigRequest) (*lambdaapi.GetProvisionedConcurrencyConfigResponse, error) {
	n, err := s.provisionedName(ctx, call, "GetProvisionedConcurrencyConfig", in.FunctionName, in.Qualifier, unpublishedResource)
	if err != nil {
		return nil, err
	}
	var p *provisioned
	err = s.store.View(ctx, func(r kv.Reader) error {
		p, err = readProvisioned(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.describe(), nil
}
