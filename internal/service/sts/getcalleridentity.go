package sts

import (
	"context"

	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
)

// GetCallerIdentity tells callers who they are. It needs no permission, and no
// policy can forbid it.
func (s *Service) GetCallerIdentity(_ context.Context, call *api.Call, _ *stsapi.GetCallerIdentityRequest) (*stsapi.GetCallerIdentityResponse, error) {
	p := &call.Principal
	return &stsapi.GetCallerIdentityResponse{Account: &p.Account, Arn: &p.ARN, UserId: &p.ID}, nil
}
