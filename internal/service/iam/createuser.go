package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// CreateUser makes a user, who has no keys and no policies yet.
func (s *Service) CreateUser(ctx context.Context, call *api.Call, in *iamapi.CreateUserRequest) (*iamapi.CreateUserResponse, error) {
	e := &entity{
		Form: entityForm, Account: call.Account, Kind: kindUser, ID: newID(s.clock, userIDPrefix),
		Name: in.UserName, Path: pathOr(in.Path), Created: s.now(),
	}
	if err := s.authz.Authorize(ctx, call, "iam:CreateUser", e.arn(), creationFacts(in.Tags, in.PermissionsBoundary)...); err != nil {
		return nil, err
	}
	if err := s.createTagged(ctx, e, in.Tags, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	return &iamapi.CreateUserResponse{User: wholeUser(e)}, nil
}

// userShape is a user as lists show it.
func userShape(e *entity) iamapi.User {
	return iamapi.User{Arn: e.arn(), CreateDate: e.Created, Path: e.Path, UserId: e.ID, UserName: e.Name}
}

// wholeUser is a user as GetUser shows it.
func wholeUser(e *entity) *iamapi.User {
	u := userShape(e)
	u.PermissionsBoundary = boundaryOf(e)
	u.Tags = e.Tags
	return &u
}
