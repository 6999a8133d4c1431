package iam

import (
	"context"
	"slices"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeleteAccessKey deletes a key of a user, for good.
func (s *Service) DeleteAccessKey(ctx context.Context, call *api.Call, in *iamapi.DeleteAccessKeyRequest) (*iamapi.DeleteAccessKeyOutput, error) {
	u, err := s.permittedUser(ctx, call, "iam:DeleteAccessKey", in.UserName)
	if err != nil {
		return nil, err
	}
	err = s.changeKey(ctx, u, in.AccessKeyId, func(tx kv.Tx, u *entity, k *accessKey) error {
		u.AccessKeys = slices.DeleteFunc(u.AccessKeys, func(id string) bool { return id == k.ID })
		tx.Delete(accessKeyKey(k.ID))
		tx.Delete(keyUseKey(k.ID))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteAccessKeyOutput{}, nil
}
