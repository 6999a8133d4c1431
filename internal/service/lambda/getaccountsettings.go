package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// maxTotalCodeBytes is the quota of AWS for the packages of an account. Here
// the disk is the limit.
const maxTotalCodeBytes = 75 << 30

// GetAccountSettings returns the quotas of an account in a region, and what is
// used of them.
func (s *Service) GetAccountSettings(ctx context.Context, call *api.Call, _ *lambdaapi.GetAccountSettingsRequest) (*lambdaapi.GetAccountSettingsResponse, error) {
	if err := s.authz.Authorize(ctx, call, "lambda:GetAccountSettings", "*"); err != nil {
		return nil, err
	}
	var codeBytes, functions, reserved int64
	err := s.store.View(ctx, func(r kv.Reader) error {
		for _, kind := range []string{"function", "version"} {
			err := eachFunction(r, allOf(kind, call.Account, call.Region), func(f *function) error {
				codeBytes += f.Code.Size
				if f.Number == 0 {
					functions++
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		all, err := readReservations(r, call.Account, call.Region)
		reserved = all.Reserved
		return err
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.GetAccountSettingsResponse{
		AccountLimit: &lambdaapi.AccountLimit{
			TotalCodeSize: new(int64(maxTotalCodeBytes)), CodeSizeUnzipped: new(int64(maxUnzippedBytes)), CodeSizeZipped: new(int64(maxZipBytes)),
			ConcurrentExecutions: new(int64(maxConcurrency)), UnreservedConcurrentExecutions: new(maxConcurrency - reserved),
		},
		AccountUsage: &lambdaapi.AccountUsage{TotalCodeSize: new(codeBytes), FunctionCount: new(functions)},
	}, nil
}
