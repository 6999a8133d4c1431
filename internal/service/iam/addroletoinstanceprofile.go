package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// AddRoleToInstanceProfile puts a role into a profile, which holds one at most.
// Who does so passes the role on, and needs the right to.
func (s *Service) AddRoleToInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.AddRoleToInstanceProfileRequest) (*iamapi.AddRoleToInstanceProfileOutput, error) {
	profile, err := s.permitted(ctx, call, "iam:AddRoleToInstanceProfile", kindProfile, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	passed := api.Given("iam:PassedToService", "ec2.amazonaws.com")
	r, err := s.permitted(ctx, call, "iam:PassRole", kindRole, in.RoleName, passed)
	if err != nil {
		return nil, err
	}
	err = s.changeProfile(ctx, profile, r, func(profile, r *entity) error {
		if err := r.unprotected(); err != nil {
			return err
		}
		if profile.Role != "" {
			return exceeds("InstanceSessionsPerInstanceProfile", 1)
		}
		profile.Role = r.ID
		r.Profiles = append(r.Profiles, profile.ID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.AddRoleToInstanceProfileOutput{}, nil
}
