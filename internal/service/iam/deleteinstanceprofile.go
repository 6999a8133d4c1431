package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeleteInstanceProfile deletes a profile that holds no role any more.
func (s *Service) DeleteInstanceProfile(ctx context.Context, call *api.Call, in *iamapi.DeleteInstanceProfileRequest) (*iamapi.DeleteInstanceProfileOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteInstanceProfile", kindProfile, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	err = s.destroy(ctx, e, func(_ kv.Tx, e *entity) error {
		if e.Role != "" {
			return iamapi.DeleteConflictException(inProfile)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteInstanceProfileOutput{}, nil
}
