package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// GetRolePolicy returns a policy embedded in a role.
func (s *Service) GetRolePolicy(ctx context.Context, call *api.Call, in *iamapi.GetRolePolicyRequest) (*iamapi.GetRolePolicyResponse, error) {
	e, err := s.permitted(ctx, call, "iam:GetRolePolicy", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	document, err := s.inlineDocument(ctx, e, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetRolePolicyResponse{RoleName: e.Name, PolicyName: in.PolicyName, PolicyDocument: escape(document)}, nil
}
