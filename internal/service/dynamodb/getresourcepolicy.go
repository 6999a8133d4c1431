package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// GetResourcePolicy returns the policy of a table, byte for byte as it was
// given.
func (s *Service) GetResourcePolicy(ctx context.Context, call *api.Call, in *ddb.GetResourcePolicyInput) (*ddb.GetResourcePolicyOutput, error) {
	where, err := s.openPolicy(ctx, call, "GetResourcePolicy", in.ResourceArn)
	if err != nil {
		return nil, err
	}
	r, err := s.current(ctx, call, where)
	if err != nil {
		return nil, err
	}
	if r.Policy == nil {
		return nil, errNoPolicy(in.ResourceArn)
	}
	return &ddb.GetResourcePolicyOutput{Policy: &r.Policy.Document, RevisionId: &r.Policy.Revision}, nil
}

func errNoPolicy(arn string) error {
	return ddb.PolicyNotFoundException("Resource-based policy not found for the provided ResourceArn: " + arn)
}
