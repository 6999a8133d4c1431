package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// TagUser puts tags on a user.
func (s *Service) TagUser(ctx context.Context, call *api.Call, in *iamapi.TagUserRequest) (*iamapi.TagUserOutput, error) {
	e, err := s.permitted(ctx, call, "iam:TagUser", kindUser, in.UserName, tagFacts(in.Tags)...)
	if err != nil {
		return nil, err
	}
	if err := s.tag(ctx, e, in.Tags); err != nil {
		return nil, err
	}
	return &iamapi.TagUserOutput{}, nil
}
