package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// CreateInstanceProfile makes a profile that holds no role yet.
func (s *Service) CreateInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.CreateInstanceProfileRequest) (*iamapi.CreateInstanceProfileResponse, error) {
	e := &entity{
		Form: entityForm, Account: call.Account, Kind: kindProfile, ID: newID(s.clock, profileIDPrefix),
		Name: in.InstanceProfileName, Path: pathOr(in.Path), Created: s.now(),
	}
	if err := s.authz.Authorize(ctx, call, "iam:CreateInstanceProfile", e.arn(), tagFacts(in.Tags)...); err != nil {
		return nil, err
	}
	if err := s.createTagged(ctx, e, in.Tags, nil); err != nil {
		return nil, err
	}
	shape, err := view(ctx, s, func(r kv.Reader) (iamapi.InstanceProfile, error) { return profileShape(r, e) })
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateInstanceProfileResponse{InstanceProfile: &shape}, nil
}
