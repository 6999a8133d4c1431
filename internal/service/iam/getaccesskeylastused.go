package iam

import (
	"context"
	"errors"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// GetAccessKeyLastUsed tells when, where and for what a key was last used.
func (s *Service) GetAccessKeyLastUsed(ctx context.Context, call *api.Call, in *iamapi.GetAccessKeyLastUsedRequest) (*iamapi.GetAccessKeyLastUsedResponse, error) {
	type lookup struct {
		user *entity
		use  *keyUse
	}
	found, err := view(ctx, s, func(r kv.Reader) (out lookup, err error) {
		k, err := loadKey(r, in.AccessKeyId)
		if errors.Is(err, kv.ErrNotFound) || err == nil && k.Account != call.Account {
			return out, noSuchKey(in.AccessKeyId)
		}
		if err != nil {
			return out, err
		}
		if out.user, err = load(r, k.Account, k.UserID); err != nil {
			return out, err
		}
		out.use, err = loadUse(r, k.ID)
		return out, err
	})
	if err != nil && !isNoSuchEntity(err) {
		return nil, err
	}
	arn := kindUser.arn(call.Account, "/", "*")
	if found.user != nil {
		arn = found.user.arn()
	}
	if denied := s.authz.Authorize(ctx, call, "iam:GetAccessKeyLastUsed", arn); denied != nil {
		return nil, denied
	}
	if err != nil {
		return nil, err
	}
	return &iamapi.GetAccessKeyLastUsedResponse{UserName: &found.user.Name, AccessKeyLastUsed: found.use.shape()}, nil
}
