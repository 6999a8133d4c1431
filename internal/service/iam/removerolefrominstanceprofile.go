package iam

import (
	"context"
	"slices"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// RemoveRoleFromInstanceProfile takes the role out of a profile.
func (s *Service) RemoveRoleFromInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.RemoveRoleFromInstanceProfileRequest) (*iamapi.RemoveRoleFromInstanceProfileOutput, error) {
	profile, err := s.permitted(ctx, call, "iam:RemoveRoleFromInstanceProfile", kindProfile, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	r, err := view(ctx, s, func(r kv.Reader) (*entity, error) { return find(r, call.Account, kindRole, in.RoleName) })
	if err != nil {
		return nil, err
	}
	err = s.changeProfile(ctx, profile, r, func(profile, r *entity) error {
		if profile.Role != r.ID {
			return noSuch(kindRole, in.RoleName)
		}
		profile.Role = ""
		r.Profiles = slices.DeleteFunc(r.Profiles, func(id string) bool { return id == profile.ID })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.RemoveRoleFromInstanceProfileOutput{}, nil
}
