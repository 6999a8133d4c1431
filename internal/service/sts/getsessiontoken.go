package sts

import (
	"context"
	"strings"
	"time"

	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
)

const (
	defaultUserSession = 12 * time.Hour
	maxRootSession     = time.Hour
)

// GetSessionToken begins a session of the calling user or root, who may do in
// it what they may do without. It needs no permission.
func (s *Service) GetSessionToken(ctx context.Context, call *api.Call, in *stsapi.GetSessionTokenRequest) (*stsapi.GetSessionTokenResponse, error) {
	p := call.Principal
	if p.Type == api.PrincipalAssumedRole || strings.HasPrefix(p.AccessKeyID, sessionKeyPrefix) {
		return nil, awserr.AccessDenied("Cannot call GetSessionToken with session credentials")
	}
	if in.SerialNumber != nil || in.TokenCode != nil {
		return nil, awserr.Unsupported("multi-factor authentication")
	}
	lasts := defaultUserSession
	if in.DurationSeconds != nil {
		lasts = time.Duration(*in.DurationSeconds) * time.Second
	}
	if p.Type == api.PrincipalAccount {
		lasts = min(lasts, maxRootSession) // AWS shortens it in silence
	}
	key, err := s.begin(ctx, p, lasts, bounds{})
	if err != nil {
		return nil, err
	}
	return &stsapi.GetSessionTokenResponse{Credentials: credentials(key)}, nil
}
