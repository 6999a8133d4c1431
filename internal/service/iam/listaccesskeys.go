package iam

import (
	"context"
	"errors"
	"slices"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// ListAccessKeys lists the keys of a user, without their secrets.
func (s *Service) ListAccessKeys(ctx context.Context, call *api.Call, in *iamapi.ListAccessKeysRequest) (*iamapi.ListAccessKeysResponse, error) {
	u, err := s.permittedUser(ctx, call, "iam:ListAccessKeys", in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	onPage, next := cut(p, slices.Sorted(slices.Values(u.AccessKeys)), itself)
	out := &iamapi.ListAccessKeysResponse{AccessKeyMetadata: []iamapi.AccessKeyMetadata{}, IsTruncated: new(next != nil), Marker: next}
	err = s.store.View(ctx, func(r kv.Reader) error {
		for _, id := range onPage {
			k, err := loadKey(r, id)
			if errors.Is(err, kv.ErrNotFound) {
				continue // deleted since the user was read
			}
			if err != nil {
				return err
			}
			out.AccessKeyMetadata = append(out.AccessKeyMetadata, iamapi.AccessKeyMetadata{
				AccessKeyId: &k.ID, CreateDate: &k.Created, Status: k.Status, UserName: &u.Name,
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
