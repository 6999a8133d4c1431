package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// TagRole puts tags on a role.
func (s *Service) TagRole(ctx context.Context, call *api.Call, in *iamapi.TagRoleRequest) (*iamapi.TagRoleOutput, error) {
	e, err := s.permitted(ctx, call, "iam:TagRole", kindRole, in.RoleName, tagFacts(in.Tags)...)
	if err != nil {
		return nil, err
	}
	if err := s.tag(ctx, e, in.Tags); err != nil {
		return nil, err
	}
	return &iamapi.TagRoleOutput{}, nil
}
