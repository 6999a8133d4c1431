package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// UntagRole takes tags from a role. It is no error if there are none of the keys.
func (s *Service) UntagRole(ctx context.Context, call *api.Call, in *iamapi.UntagRoleRequest) (*iamapi.UntagRoleOutput, error) {
	e, err := s.permitted(ctx, call, "iam:UntagRole", kindRole, in.RoleName, tagKeysFact(in.TagKeys))
	if err != nil {
		return nil, err
	}
	if err := s.untag(ctx, e, in.TagKeys); err != nil {
		return nil, err
	}
	return &iamapi.UntagRoleOutput{}, nil
}
