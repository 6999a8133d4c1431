package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// AttachGroupPolicy gives a group a managed policy.
func (s *Service) AttachGroupPolicy(ctx context.Context, call *api.Call, in *iamapi.AttachGroupPolicyRequest) (*iamapi.AttachGroupPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:AttachGroupPolicy", kindGroup, in.GroupName, policyFact(in.PolicyArn))
	if err != nil {
		return nil, err
	}
	if err := s.attach(ctx, e, in.PolicyArn); err != nil {
		return nil, err
	}
	return &iamapi.AttachGroupPolicyOutput{}, nil
}
