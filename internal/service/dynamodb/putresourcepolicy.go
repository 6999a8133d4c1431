package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// PutResourcePolicy gives a table a policy, in place of the one that it has. To
// give it the same once more changes nothing.
func (s *Service) PutResourcePolicy(ctx context.Context, call *api.Call, in *ddb.PutResourcePolicyInput) (*ddb.PutResourcePolicyOutput, error) {
	where, err := s.openPolicy(ctx, call, "PutResourcePolicy", in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if err := s.checkPolicy(in.Policy); err != nil {
		return nil, err
	}
	next := &policyRecord{Document: in.Policy, Revision: s.newRevision()}
	revision := next.Revision
	_, err = s.changePolicy(ctx, call, where, in.ExpectedRevisionId, func(r *record) {
		revision = next.Revision
		if r.Policy != nil && r.Policy.Document == next.Document {
			revision = r.Policy.Revision
			return
		}
		r.Policy = next
	})
	if err != nil {
		return nil, err
	}
	return &ddb.PutResourcePolicyOutput{RevisionId: &revision}, nil
}
