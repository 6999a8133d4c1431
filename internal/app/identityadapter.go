package app

import (
	"context"

	"cloudless/internal/api"
	"cloudless/internal/identity"
	"cloudless/internal/identity/policy"
	"cloudless/internal/service/iam"
	"cloudless/internal/service/sts"
)

// policies is IAM as the authorizer sees it.
type policies func() *iam.Service

// Policies implements identity.Policies.
func (p policies) Policies(ctx context.Context, principal api.Principal) (identity.Documents, error) {
	found, err := p().PoliciesOf(ctx, principal)
	if err != nil {
		return identity.Documents{}, err
	}
	return identity.Documents{Identity: found.Identity, Boundary: found.Boundary, Version: found.Version}, nil
}

// documents is the policy language as IAM sees it.
type documents struct{}

// Check implements iam.Documents.
func (documents) Check(document string, kind iam.DocumentKind) error {
	_, err := policy.Parse(document, map[iam.DocumentKind]policy.Kind{
		iam.ManagedDocument: policy.Managed,
		iam.InlineDocument:  policy.Inline,
		iam.TrustDocument:   policy.Trust,
	}[kind])
	return err
}

// sessionDocuments is the policy language as STS sees it.
type sessionDocuments struct{}

// Check implements sts.Documents.
func (sessionDocuments) Check(document string) error {
	_, err := policy.Parse(document, policy.Inline)
	return err
}

// assumable is IAM's roles as STS sees them.
type assumable struct{ iam *iam.Service }

// Role implements sts.Roles.
func (a assumable) Role(ctx context.Context, arn string) (sts.Role, error) {
	r, err := a.iam.Role(ctx, arn)
	return sts.Role(r), err
}

// resourceDocuments is the policy language as S3 and DynamoDB see it.
type resourceDocuments struct{}

// Check implements s3.Documents and dynamodb.Documents.
func (resourceDocuments) Check(document string) error {
	_, err := policy.Parse(document, policy.Resource)
	return err
}
