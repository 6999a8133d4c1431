package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// GetUser describes a user; without a name the caller, be it a user or the root
// of the account.
func (s *Service) GetUser(ctx context.Context, call *api.Call, in *iamapi.GetUserRequest) (*iamapi.GetUserResponse, error) {
	if in.UserName == nil && call.Principal.Type == api.PrincipalAccount {
		return s.getRoot(ctx, call)
	}
	e, err := s.permittedUser(ctx, call, "iam:GetUser", in.UserName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetUserResponse{User: wholeUser(e)}, nil
}

func (s *Service) getRoot(ctx context.Context, call *api.Call) (*iamapi.GetUserResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:GetUser", call.Principal.ARN); err != nil {
		return nil, err
	}
	a, err := s.account(ctx, call.Account)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetUserResponse{User: &iamapi.User{
		Arn: call.Principal.ARN, CreateDate: a.Created, Path: "/", UserId: call.Account, UserName: "root",
	}}, nil
}
