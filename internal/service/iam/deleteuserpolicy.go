package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DeleteUserPolicy removes a policy embedded in a user.
func (s *Service) DeleteUserPolicy(ctx context.Context, call *api.Call, in *iamapi.DeleteUserPolicyRequest) (*iamapi.DeleteUserPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteUserPolicy", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	if err := s.deleteInline(ctx, e, in.PolicyName); err != nil {
		return nil, err
	}
	return &iamapi.DeleteUserPolicyOutput{}, nil
}
