package sts

import (
	"context"

	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
)

// GetAccessKeyInfo tells the account of an access key, which its id holds. The
// key may be anybody's, and need not exist any more.
func (s *Service) GetAccessKeyInfo(ctx context.Context, call *api.Call, in *stsapi.GetAccessKeyInfoRequest) (*stsapi.GetAccessKeyInfoResponse, error) {
	if err := s.authz.Authorize(ctx, call, "sts:GetAccessKeyInfo", "*"); err != nil {
		return nil, err
	}
	account, ok := accountOf(in.AccessKeyId)
	if !ok {
		return nil, awserr.Validation("The access key id " + in.AccessKeyId + " tells no account.")
	}
	return &stsapi.GetAccessKeyInfoResponse{Account: &account}, nil
}
