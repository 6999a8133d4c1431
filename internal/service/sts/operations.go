package sts

import (
	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
)

// API returns the table of the operations.
func (s *Service) API() *api.Service {
	return stsapi.Handlers{
		AssumeRole:        s.AssumeRole,
		GetAccessKeyInfo:  s.GetAccessKeyInfo,
		GetCallerIdentity: s.GetCallerIdentity,
		GetSessionToken:   s.GetSessionToken,
	}.Service()
}
