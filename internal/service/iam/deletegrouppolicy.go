package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DeleteGroupPolicy removes a policy embedded in a group.
func (s *Service) DeleteGroupPolicy(ctx context.Context, call *api.Call, in *iamapi.DeleteGroupPolicyRequest) (*iamapi.DeleteGroupPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteGroupPolicy", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	if err := s.deleteInline(ctx, e, in.PolicyName); err != nil {
		return nil, err
	}
	return &iamapi.DeleteGroupPolicyOutput{}, nil
}
