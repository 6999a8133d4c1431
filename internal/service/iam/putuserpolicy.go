package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// PutUserPolicy embeds a policy in a user.
func (s *Service) PutUserPolicy(ctx context.Context, call *api.Call, in *iamapi.PutUserPolicyRequest) (*iamapi.PutUserPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:PutUserPolicy", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	if err := s.putInline(ctx, e, in.PolicyName, in.PolicyDocument); err != nil {
		return nil, err
	}
	return &iamapi.PutUserPolicyOutput{}, nil
}
