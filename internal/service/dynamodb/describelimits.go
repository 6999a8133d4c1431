package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// AWS's default quotas of throughput. They bound nothing here.
const (
	accountMaxUnits = 80_000
	tableMaxUnits   = 40_000
)

// DescribeLimits returns the quotas of an account and of each of its tables.
func (s *Service) DescribeLimits(ctx context.Context, call *api.Call, _ *ddb.DescribeLimitsInput) (*ddb.DescribeLimitsOutput, error) {
	if err := s.authz.Authorize(ctx, call, "dynamodb:DescribeLimits", "*"); err != nil {
		return nil, err
	}
	return &ddb.DescribeLimitsOutput{
		AccountMaxReadCapacityUnits:  new(int64(accountMaxUnits)),
		AccountMaxWriteCapacityUnits: new(int64(accountMaxUnits)),
		TableMaxReadCapacityUnits:    new(int64(tableMaxUnits)),
		TableMaxWriteCapacityUnits:   new(int64(tableMaxUnits)),
	}, nil
}
