package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// DeleteResourcePolicy takes the policy of a table away. Where there is none,
// nothing happens, unless a certain one is expected.
func (s *Service) DeleteResourcePolicy(ctx context.Context, call *api.Call, in *ddb.DeleteResourcePolicyInput) (*ddb.DeleteResourcePolicyOutput, error) {
	where, err := s.openPolicy(ctx, call, "DeleteResourcePolicy", in.ResourceArn)
	if err != nil {
		return nil, err
	}
	was, err := s.changePolicy(ctx, call, where, in.ExpectedRevisionId, func(r *record) { r.Policy = nil })
	if err != nil {
		return nil, err
	}
	out := &ddb.DeleteResourcePolicyOutput{}
	if was != nil {
		out.RevisionId = &was.Revision
	}
	return out, nil
}
