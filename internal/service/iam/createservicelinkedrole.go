package iam

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateServiceLinkedRole makes the role that a service acts in, with the
// policy that AWS gives it.
func (s *Service) CreateServiceLinkedRole(ctx context.Context, call *api.Call, in *iamapi.CreateServiceLinkedRoleRequest) (*iamapi.CreateServiceLinkedRoleResponse, error) {
	service := in.AWSServiceName
	linked, known := linkedRoles[service]
	e := &entity{
		Form: entityForm, Account: call.Account, Kind: kindRole, ID: newID(s.clock, roleIDPrefix),
		Name: linkedRolePrefix + linked.name, Path: "/aws-service-role/" + service + "/", Created: s.now(),
		Trust: trustOf(service), Description: linkedDescriptions[service], MaxSessionSeconds: defaultSessionSeconds,
		LinkedService: service, Attached: []string{linkedPolicies + linked.policy},
	}
	if in.Description != nil {
		e.Description = *in.Description
	}
	if in.CustomSuffix != nil {
		e.Name += "_" + *in.CustomSuffix
	}
	if err := s.authz.Authorize(ctx, call, "iam:CreateServiceLinkedRole", e.arn(), api.Given("iam:AWSServiceName", service)); err != nil {
		return nil, err
	}
	if !known {
		return nil, awserr.Unsupported("the service-linked role of " + service)
	}
	if in.CustomSuffix != nil && service != suffixed {
		return nil, iamapi.InvalidInputException("Custom suffix is not allowed for " + service)
	}
	err := s.create(ctx, e, kv.Claims{}, func(tx kv.Tx) error {
		tx.Set(attachedKey(e.Account, e.Attached[0], usagePermissions, e.ID), nil)
		return nil
	})
	if awserr.Code(err) == "EntityAlreadyExists" {
		// AWS answers with another error than for roles that users make.
		return nil, iamapi.InvalidInputException(fmt.Sprintf(
			"Service role name %s has been taken in this account, please try a different suffix.", e.Name))
	}
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateServiceLinkedRoleResponse{Role: new(roleShape(e))}, nil
}
