package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// UpdateAccessKey switches a key of a user on or off.
func (s *Service) UpdateAccessKey(ctx context.Context, call *api.Call, in *iamapi.UpdateAccessKeyRequest) (*iamapi.UpdateAccessKeyOutput, error) {
	u, err := s.permittedUser(ctx, call, "iam:UpdateAccessKey", in.UserName)
	if err != nil {
		return nil, err
	}
	if in.Status != statusActive && in.Status != statusInactive {
		return nil, iamapi.InvalidInputException("Access keys are Active or Inactive.") // "Expired" is for other credentials
	}
	err = s.changeKey(ctx, u, in.AccessKeyId, func(tx kv.Tx, _ *entity, k *accessKey) error {
		k.Status = in.Status
		return put(tx, accessKeyKey(k.ID), k)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateAccessKeyOutput{}, nil
}
