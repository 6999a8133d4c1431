package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// AttachUserPolicy gives a user a managed policy.
func (s *Service) AttachUserPolicy(ctx context.Context, call *api.Call, in *iamapi.AttachUserPolicyRequest) (*iamapi.AttachUserPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:AttachUserPolicy", kindUser, in.UserName, policyFact(in.PolicyArn))
	if err != nil {
		return nil, err
	}
	if err := s.attach(ctx, e, in.PolicyArn); err != nil {
		return nil, err
	}
	return &iamapi.AttachUserPolicyOutput{}, nil
}
