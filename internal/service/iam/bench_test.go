package iam_test

import (
	"context"
	"testing"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/clock"
	"cloudless/internal/service/iam"
	"cloudless/internal/storage/memkv"
)

// BenchmarkPoliciesOf measures what each decision about a function's call pays.
func BenchmarkPoliciesOf(b *testing.B) {
	store := memkv.New()
	defer store.Close()
	s := iam.New(iam.Config{Store: store, Clock: clock.NewFake(today, 1), Authorizer: &authorizer{}, Documents: documents{}})
	ctx := context.Background()
	out, err := s.CreateRole(ctx, root, &iamapi.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: trustEC2})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: basicRole}); err != nil {
		b.Fatal(err)
	}
	p := api.Principal{Type: api.PrincipalAssumedRole, Account: account, ID: out.Role.RoleId + ":s"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.PoliciesOf(ctx, p); err != nil {
			b.Fatal(err)
		}
	}
}
