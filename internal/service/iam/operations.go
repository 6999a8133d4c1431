package iam

import (
	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// API returns the table of the operations.
func (s *Service) API() *api.Service {
	return iamapi.Handlers{
		CreateRole:       s.CreateRole,
		GetRole:          s.GetRole,
		AttachRolePolicy: s.AttachRolePolicy,
	}.Service()
}
