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
	var out *lambdaapi.GetProvisionedConcurrencyConfigResponse
	err = s.store.View(ctx, func(r kv.Reader) error {
		p, err := readProvisioned(r, n)
		if err != nil {
			return err
		}
		out, err = s.describeProvisioned(r, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
