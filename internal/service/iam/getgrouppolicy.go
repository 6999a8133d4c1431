package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// GetGroupPolicy returns a policy embedded in a group.
func (s *Service) GetGroupPolicy(ctx context.Context, call *api.Call, in *iamapi.GetGroupPolicyRequest) (*iamapi.GetGroupPolicyResponse, error) {
	e, err := s.permitted(ctx, call, "iam:GetGroupPolicy", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	document, err := s.inlineDocument(ctx, e, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetGroupPolicyResponse{GroupName: e.Name, PolicyName: in.PolicyName, PolicyDocument: escape(document)}, nil
}
