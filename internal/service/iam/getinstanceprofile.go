package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// GetInstanceProfile describes a profile and the role in it.
func (s *Service) GetInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.GetInstanceProfileRequest) (*iamapi.GetInstanceProfileResponse, error) {
	e, err := s.permitted(ctx, call, "iam:GetInstanceProfile", kindProfile, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	shape, err := view(ctx, s, func(r kv.Reader) (iamapi.InstanceProfile, error) { return profileShape(r, e) })
	if err != nil {
		return nil, err
	}
	return &iamapi.GetInstanceProfileResponse{InstanceProfile: &shape}, nil
}
