package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// UntagUser takes tags from a user. It is no error if there are none of the keys.
func (s *Service) UntagUser(ctx context.Context, call *api.Call, in *iamapi.UntagUserRequest) (*iamapi.UntagUserOutput, error) {
	e, err := s.permitted(ctx, call, "iam:UntagUser", kindUser, in.UserName, tagKeysFact(in.TagKeys))
	if err != nil {
		return nil, err
	}
	if err := s.untag(ctx, e, in.TagKeys); err != nil {
		return nil, err
	}
	return &iamapi.UntagUserOutput{}, nil
}
