package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// UpdateUser gives a user another name or path. Who renames needs the right to
// update what is made by it, too.
func (s *Service) UpdateUser(ctx context.Context, call *api.Call, in *iamapi.UpdateUserRequest) (*iamapi.UpdateUserOutput, error) {
	e, err := s.permitted(ctx, call, "iam:UpdateUser", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	renamed := *e
	renamed.rename(in.NewUserName, in.NewPath)
	if renamed.arn() != e.arn() {
		if err := s.authz.Authorize(ctx, call, "iam:UpdateUser", renamed.arn()); err != nil {
			return nil, err
		}
	}
	if err := s.rename(ctx, e, in.NewUserName, in.NewPath); err != nil {
		return nil, err
	}
	return &iamapi.UpdateUserOutput{}, nil
}
