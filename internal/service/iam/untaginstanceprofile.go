package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// UntagInstanceProfile takes tags from a profile. It is no error if there are none of
// the keys.
func (s *Service) UntagInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.UntagInstanceProfileRequest) (*iamapi.UntagInstanceProfileOutput, error) {
	e, err := s.permitted(ctx, call, "iam:UntagInstanceProfile", kindProfile, in.InstanceProfileName, tagKeysFact(in.TagKeys))
	if err != nil {
		return nil, err
	}
	if err := s.untag(ctx, e, in.TagKeys); err != nil {
		return nil, err
	}
	return &iamapi.UntagInstanceProfileOutput{}, nil
}
