package iam_test

import (
	"slices"
	"testing"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/service/iam"
)

func TestTagsAreByKeyWhateverItsCase(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "r")
	ctx := t.Context()
	for _, tags := range [][]iamapi.Tag{
		{{Key: "team", Value: "a"}, {Key: "stage", Value: "dev"}},
		{{Key: "Team", Value: "b"}},
	} {
		done[*iamapi.TagRoleOutput](t)(w.TagRole(ctx, root, &iamapi.TagRoleRequest{RoleName: "r", Tags: tags}))
	}
	q := w.authz.last()
	if got := q.given("aws:RequestTag/Team"); !slices.Equal(got, []string{"b"}) {
		t.Errorf("TagRole gave aws:RequestTag/Team %q", got)
	}
	if got := q.given("aws:ResourceTag/team"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("TagRole gave aws:ResourceTag/team %q", got)
	}
	list := func() []iamapi.Tag {
		return done[*iamapi.ListRoleTagsResponse](t)(w.ListRoleTags(ctx, root, &iamapi.ListRoleTagsRequest{RoleName: "r"})).Tags
	}
	if got, want := list(), []iamapi.Tag{{Key: "Team", Value: "b"}, {Key: "stage", Value: "dev"}}; !slices.Equal(got, want) {
		t.Errorf("ListRoleTags = %v, want %v", got, want)
	}
	done[*iamapi.UntagRoleOutput](t)(w.UntagRole(ctx, root, &iamapi.UntagRoleRequest{RoleName: "r", TagKeys: []string{"STAGE", "none"}}))
	if got, want := list(), []iamapi.Tag{{Key: "Team", Value: "b"}}; !slices.Equal(got, want) {
		t.Errorf("ListRoleTags = %v, want %v", got, want)
	}
}

func TestABoundaryIsKeptUntilTheEntityGoes(t *testing.T) {
	w := newWorld(t)
	arn := w.createPolicy(t, "bound", denyAll)
	ctx := t.Context()
	u := done[*iamapi.CreateUserResponse](t)(w.CreateUser(ctx, root, &iamapi.CreateUserRequest{UserName: "u", PermissionsBoundary: &arn})).User
	if u.PermissionsBoundary == nil || *u.PermissionsBoundary.PermissionsBoundaryArn != arn || u.PermissionsBoundary.PermissionsBoundaryType != "Policy" {
		t.Errorf("CreateUser = %+v", u.PermissionsBoundary)
	}
	if p := done[*iam.Policies](t)(w.PoliciesOf(ctx, principal(u))); p.Boundary == nil || *p.Boundary != denyAll || len(p.Identity) != 0 {
		t.Errorf("PoliciesOf = %+v", p)
	}
	policy := done[*iamapi.GetPolicyResponse](t)(w.GetPolicy(ctx, root, &iamapi.GetPolicyRequest{PolicyArn: arn})).Policy
	if *policy.PermissionsBoundaryUsageCount != 1 || *policy.AttachmentCount != 0 {
		t.Errorf("GetPolicy = %d boundaries, %d attachments, want 1, 0", *policy.PermissionsBoundaryUsageCount, *policy.AttachmentCount)
	}
	_, err := w.DeletePolicy(ctx, root, &iamapi.DeletePolicyRequest{PolicyArn: arn})
	wantError(t, "DeletePolicy of a boundary", err, "DeleteConflict", "Cannot delete a policy attached to entities.")

	done[*iamapi.PutUserPermissionsBoundaryOutput](t)(w.PutUserPermissionsBoundary(ctx, root, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "u", PermissionsBoundary: readOnly}))
	if got := w.authz.last().given("iam:PermissionsBoundary"); !slices.Equal(got, []string{readOnly}) {
		t.Errorf("PutUserPermissionsBoundary gave iam:PermissionsBoundary %q, want the new one", got)
	}
	done[*iamapi.DeletePolicyOutput](t)(w.DeletePolicy(ctx, root, &iamapi.DeletePolicyRequest{PolicyArn: arn}))
	done[*iamapi.DeleteUserOutput](t)(w.DeleteUser(ctx, root, &iamapi.DeleteUserRequest{UserName: "u"}))
	used := done[*iamapi.ListEntitiesForPolicyResponse](t)(w.ListEntitiesForPolicy(ctx, root, &iamapi.ListEntitiesForPolicyRequest{PolicyArn: readOnly}))
	if len(used.PolicyUsers) != 0 {
		t.Errorf("ListEntitiesForPolicy = %+v after the user has gone", used.PolicyUsers)
	}
}
