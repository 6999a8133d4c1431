package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DetachUserPolicy takes a managed policy from a user.
func (s *Service) DetachUserPolicy(ctx context.Context, call *api.Call, in *iamapi.DetachUserPolicyRequest) (*iamapi.DetachUserPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DetachUserPolicy", kindUser, in.UserName, policyFact(in.PolicyArn))
	if err != nil {
		return nil, err
	}
	if err := s.detach(ctx, e, in.PolicyArn); err != nil {
		return nil, err
	}
	return &iamapi.DetachUserPolicyOutput{}, nil
}
