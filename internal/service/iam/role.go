package iam

import (
	"context"
	"errors"
	"strings"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// Role is what others need to know of a role to assume it.
type Role struct {
	Account           string // 12 digits
	ARN               string
	Name              string
	ID                string // "AROA…"
	TrustPolicy       string // the document that says who may assume it
	MaxSessionSeconds int64
}

// Role returns the role of an ARN, or NoSuchEntity.
func (s *Service) Role(ctx context.Context, arn string) (Role, error) {
	account, name, ok := cutRoleARN(arn)
	if !ok {
		return Role{}, noSuch(kindRole, arn)
	}
	e, err := view(ctx, s, func(r kv.Reader) (*entity, error) { return find(r, account, kindRole, name) })
	if err != nil {
		return Role{}, err
	}
	if e.arn() != arn {
		return Role{}, noSuch(kindRole, name)
	}
	return Role{
		Account: e.Account, ARN: arn, Name: e.Name, ID: e.ID,
		TrustPolicy: e.Trust, MaxSessionSeconds: e.MaxSessionSeconds,
	}, nil
}

// cutRoleARN returns account and name of "arn:aws:iam::account:role/path/name".
func cutRoleARN(arn string) (account, name string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	if !ok {
		return "", "", false
	}
	account, path, ok := strings.Cut(rest, ":role/")
	if !ok {
		return "", "", false
	}
	return account, path[strings.LastIndexByte(path, '/')+1:], true
}

// PolicyDocument returns the document that a managed policy has now, as the
// account sees it, or NoSuchEntity.
func (s *Service) PolicyDocument(ctx context.Context, account, arn string) (string, error) {
	n, err := parsePolicyName(arn)
	if err != nil {
		return "", err
	}
	document, err := view(ctx, s, func(r kv.Reader) (string, error) { return s.documentOf(r, r, account, n) })
	if errors.Is(err, kv.ErrNotFound) {
		return "", notFound(arn)
	}
	return document, err
}

// roleShape is what all answers say of a role.
func roleShape(e *entity) iamapi.Role {
	return iamapi.Role{
		Arn: e.arn(), AssumeRolePolicyDocument: new(escape(e.Trust)), CreateDate: e.Created,
		Description: orNil(e.Description), Path: e.Path, RoleId: e.ID, RoleName: e.Name,
	}
}

// listedRole is a role as lists show it.
func listedRole(e *entity) iamapi.Role {
	r := roleShape(e)
	r.MaxSessionDuration = &e.MaxSessionSeconds
	return r
}

// wholeRole is a role as GetRole shows it.
func wholeRole(e *entity) *iamapi.Role {
	r := listedRole(e)
	r.PermissionsBoundary = boundaryOf(e)
	r.RoleLastUsed = &iamapi.RoleLastUsed{} // when it was last used is not recorded
	r.Tags = e.Tags
	return &r
}

// orNil returns nil for "", which is how text that was never given is kept.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
