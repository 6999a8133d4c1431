package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// GetUserPolicy returns a policy embedded in a user.
func (s *Service) GetUserPolicy(ctx context.Context, call *api.Call, in *iamapi.GetUserPolicyRequest) (*iamapi.GetUserPolicyResponse, error) {
	e, err := s.permitted(ctx, call, "iam:GetUserPolicy", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	document, err := s.inlineDocument(ctx, e, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetUserPolicyResponse{UserName: e.Name, PolicyName: in.PolicyName, PolicyDocument: escape(document)}, nil
}
