package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// TagInstanceProfile puts tags on a profile.
func (s *Service) TagInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.TagInstanceProfileRequest) (*iamapi.TagInstanceProfileOutput, error) {
	e, err := s.permitted(ctx, call, "iam:TagInstanceProfile", kindProfile, in.InstanceProfileName, tagFacts(in.Tags)...)
	if err != nil {
		return nil, err
	}
	if err := s.tag(ctx, e, in.Tags); err != nil {
		return nil, err
	}
	return &iamapi.TagInstanceProfileOutput{}, nil
}
