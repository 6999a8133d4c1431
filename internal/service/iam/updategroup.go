package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// UpdateGroup gives a group another name or path. Who renames needs the right to
// update what is made by it, too.
func (s *Service) UpdateGroup(ctx context.Context, call *api.Call, in *iamapi.UpdateGroupRequest) (*iamapi.UpdateGroupOutput, error) {
	e, err := s.permitted(ctx, call, "iam:UpdateGroup", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	renamed := *e
	renamed.rename(in.NewGroupName, in.NewPath)
	if renamed.arn() != e.arn() {
		if err := s.authz.Authorize(ctx, call, "iam:UpdateGroup", renamed.arn()); err != nil {
			return nil, err
		}
	}
	if err := s.rename(ctx, e, in.NewGroupName, in.NewPath); err != nil {
		return nil, err
	}
	return &iamapi.UpdateGroupOutput{}, nil
}
