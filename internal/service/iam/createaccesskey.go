package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// CreateAccessKey makes a key of a user. This is the one time that its secret
// is told.
func (s *Service) CreateAccessKey(ctx context.Context, call *api.Call, in *iamapi.CreateAccessKeyRequest) (*iamapi.CreateAccessKeyResponse, error) {
	u, err := s.permittedUser(ctx, call, "iam:CreateAccessKey", in.UserName)
	if err != nil {
		return nil, err
	}
	k := &accessKey{
		Form: accessKeyForm, ID: newAccessKeyID(s.clock, call.Account), Secret: newSecret(s.clock), Status: statusActive,
		Account: u.Account, UserID: u.ID, Created: s.now(),
	}
	err = s.change(ctx, u, kv.Claims{Write: [][]byte{accessKeyKey(k.ID)}}, func(tx kv.Tx, u *entity) error {
		if len(u.AccessKeys) >= maxAccessKeysPerUser {
			return exceeds("AccessKeysPerUser", maxAccessKeysPerUser)
		}
		u.AccessKeys = append(u.AccessKeys, k.ID)
		return put(tx, accessKeyKey(k.ID), k)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateAccessKeyResponse{AccessKey: &iamapi.AccessKey{
		AccessKeyId: k.ID, SecretAccessKey: k.Secret, Status: k.Status, UserName: u.Name, CreateDate: &k.Created,
	}}, nil
}
