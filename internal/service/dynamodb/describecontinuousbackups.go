package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// DescribeContinuousBackups tells to which moments a table can be restored. The
// last one is now: there is nothing to wait for.
func (s *Service) DescribeContinuousBackups(ctx context.Context, call *api.Call, in *ddb.DescribeContinuousBackupsInput) (*ddb.DescribeContinuousBackupsOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "DescribeContinuousBackups", where); err != nil {
		return nil, err
	}
	r, err := s.current(ctx, call, where)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil, errTableNotFound(where.name)
	}
	if err != nil {
		return nil, err
	}
	return &ddb.DescribeContinuousBackupsOutput{ContinuousBackupsDescription: r.describeRecovery(s.clock.Now())}, nil
}
