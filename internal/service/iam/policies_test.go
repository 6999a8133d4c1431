package iam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/service/iam"
)

func TestAPolicyLivesThroughItsVersions(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	u := w.createUser(t, "u")
	arn := w.createPolicy(t, "p", allowAll)
	done[*iamapi.AttachUserPolicyOutput](t)(w.AttachUserPolicy(ctx, root, &iamapi.AttachUserPolicyRequest{UserName: "u", PolicyArn: arn}))

	v2 := done[*iamapi.CreatePolicyVersionResponse](t)(w.CreatePolicyVersion(ctx, root, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: denyAll})).PolicyVersion
	if *v2.VersionId != "v2" || *v2.IsDefaultVersion {
		t.Errorf("CreatePolicyVersion = %+v", v2)
	}
	if got := w.documentsOf(t, principal(u)); !slices.Equal(got, []string{allowAll}) {
		t.Errorf("PoliciesOf = %q before v2 counts", got)
	}
	done[*iamapi.SetDefaultPolicyVersionOutput](t)(w.SetDefaultPolicyVersion(ctx, root, &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: arn, VersionId: "v2"}))
	if got := w.documentsOf(t, principal(u)); !slices.Equal(got, []string{denyAll}) {
		t.Errorf("PoliciesOf = %q, want the document of v2", got)
	}

	_, err := w.DeletePolicyVersion(ctx, root, &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v2"})
	wantError(t, "DeletePolicyVersion of the default", err, "DeleteConflict", "Cannot delete the default version of a policy.")
	for range 3 {
		done[*iamapi.CreatePolicyVersionResponse](t)(w.CreatePolicyVersion(ctx, root, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowAll}))
	}
	_, err = w.CreatePolicyVersion(ctx, root, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowAll})
	wantError(t, "CreatePolicyVersion", err, "LimitExceeded",
		"A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	done[*iamapi.DeletePolicyVersionOutput](t)(w.DeletePolicyVersion(ctx, root, &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v5"}))
	again := done[*iamapi.CreatePolicyVersionResponse](t)(w.CreatePolicyVersion(ctx, root, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowAll, SetAsDefault: new(true)})).PolicyVersion
	if *again.VersionId != "v6" || !*again.IsDefaultVersion {
		t.Errorf("CreatePolicyVersion = %s, want v6: no number comes twice", *again.VersionId)
	}

	var ids []string
	in := &iamapi.ListPolicyVersionsRequest{PolicyArn: arn, MaxItems: new(int64(3))}
	for {
		out := done[*iamapi.ListPolicyVersionsResponse](t)(w.ListPolicyVersions(ctx, root, in))
		for _, v := range out.Versions {
			ids = append(ids, *v.VersionId)
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if want := []string{"v6", "v4", "v3", "v2", "v1"}; !slices.Equal(ids, want) {
		t.Errorf("ListPolicyVersions = %q, want %q", ids, want)
	}
	got := done[*iamapi.GetPolicyVersionResponse](t)(w.GetPolicyVersion(ctx, root, &iamapi.GetPolicyVersionRequest{PolicyArn: arn, VersionId: "v2"})).PolicyVersion
	if !strings.HasPrefix(*got.Document, "%7B%22Version%22%3A%222012-10-17%22") || *got.IsDefaultVersion {
		t.Errorf("GetPolicyVersion = %+v", got)
	}
}

func TestPoliciesAreDeletedWhenNothingNeedsThem(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	arn := w.createPolicy(t, "p", allowAll)
	w.createRole(t, "r")
	done[*iamapi.AttachRolePolicyOutput](t)(w.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: arn}))
	remove := func() error {
		_, err := w.DeletePolicy(ctx, root, &iamapi.DeletePolicyRequest{PolicyArn: arn})
		return err
	}
	wantError(t, "DeletePolicy", remove(), "DeleteConflict", "Cannot delete a policy attached to entities.")
	done[*iamapi.DetachRolePolicyOutput](t)(w.DetachRolePolicy(ctx, root, &iamapi.DetachRolePolicyRequest{RoleName: "r", PolicyArn: arn}))
	_, err := w.DetachRolePolicy(ctx, root, &iamapi.DetachRolePolicyRequest{RoleName: "r", PolicyArn: arn})
	wantError(t, "DetachRolePolicy twice", err, "NoSuchEntity", "Policy "+arn+" was not found.")
	done[*iamapi.CreatePolicyVersionResponse](t)(w.CreatePolicyVersion(ctx, root, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: denyAll}))
	wantError(t, "DeletePolicy", remove(), "DeleteConflict",
		"This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	done[*iamapi.DeletePolicyVersionOutput](t)(w.DeletePolicyVersion(ctx, root, &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v2"}))
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	wantError(t, "DeletePolicy again", remove(), "NoSuchEntity", "Policy "+arn+" was not found.")
	if again := w.createPolicy(t, "P", allowAll); again != "arn:aws:iam::111111111111:policy/P" {
		t.Errorf("CreatePolicy = %s", again)
	}
	_, err = w.CreatePolicy(ctx, root, &iamapi.CreatePolicyRequest{PolicyName: "p", Path: new("/x/"), PolicyDocument: allowAll})
	wantError(t, "CreatePolicy of a taken name", err, "EntityAlreadyExists", "A policy called p already exists. Duplicate names are not allowed.")
}

func TestAWSsPoliciesLookLikeAWSs(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createRole(t, "r")
	done[*iamapi.AttachRolePolicyOutput](t)(w.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: basicRole}))
	p := done[*iamapi.GetPolicyResponse](t)(w.GetPolicy(ctx, root, &iamapi.GetPolicyRequest{PolicyArn: basicRole})).Policy
	if *p.PolicyName != "AWSLambdaBasicExecutionRole" || *p.Path != "/service-role/" || *p.DefaultVersionId != "v1" || *p.AttachmentCount != 1 ||
		!strings.HasPrefix(*p.PolicyId, "ANPA") || len(*p.PolicyId) != 21 || p.Tags == nil {
		t.Errorf("GetPolicy = %+v", p)
	}
	v := done[*iamapi.GetPolicyVersionResponse](t)(w.GetPolicyVersion(ctx, root, &iamapi.GetPolicyVersionRequest{PolicyArn: basicRole, VersionId: "v1"})).PolicyVersion
	if !*v.IsDefaultVersion || !strings.Contains(*v.Document, "logs%3ACreateLogGroup") {
		t.Errorf("GetPolicyVersion = %+v", v)
	}
	_, err := w.GetPolicyVersion(ctx, root, &iamapi.GetPolicyVersionRequest{PolicyArn: basicRole, VersionId: "v2"})
	wantError(t, "GetPolicyVersion", err, "NoSuchEntity", "Policy "+basicRole+" version v2 does not exist or is not attachable.")
	_, err = w.GetPolicyVersion(ctx, root, &iamapi.GetPolicyVersionRequest{PolicyArn: readOnly, VersionId: "v1"})
	wantError(t, "GetPolicyVersion", err, awserr.CodeNotImplemented, "cloudless does not implement versions of AWS's managed policies other than the default one yet.")
	_, err = w.DeletePolicy(ctx, root, &iamapi.DeletePolicyRequest{PolicyArn: basicRole})
	wantError(t, "DeletePolicy", err, awserr.CodeAccessDenied,
		"User: arn:aws:iam::111111111111:root is not authorized to perform: iam:DeletePolicy on resource: policy "+basicRole)
}

func TestListPoliciesKeepsToItsScope(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createRole(t, "r")
	own := w.createPolicy(t, "mine", allowAll)
	idle := w.createPolicy(t, "idle", allowAll)
	for _, arn := range []string{own, basicRole} {
		done[*iamapi.AttachRolePolicyOutput](t)(w.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: arn}))
	}
	done[*iamapi.PutRolePermissionsBoundaryOutput](t)(w.PutRolePermissionsBoundary(ctx, root, &iamapi.PutRolePermissionsBoundaryRequest{RoleName: "r", PermissionsBoundary: readOnly}))
	for _, tt := range []struct {
		name string
		in   iamapi.ListPoliciesRequest
		want []string
	}{
		{"the account's", iamapi.ListPoliciesRequest{Scope: "Local"}, []string{idle, own}},
		{"all attached", iamapi.ListPoliciesRequest{OnlyAttached: new(true)}, []string{own, readOnly, basicRole}},
		{"AWS's attached", iamapi.ListPoliciesRequest{Scope: "AWS", OnlyAttached: new(true)}, []string{readOnly, basicRole}},
		{"boundaries", iamapi.ListPoliciesRequest{PolicyUsageFilter: "PermissionsBoundary"}, []string{readOnly}},
		{"permissions", iamapi.ListPoliciesRequest{PolicyUsageFilter: "PermissionsPolicy"}, []string{own, basicRole}},
		{"attached below a path", iamapi.ListPoliciesRequest{PathPrefix: new("/service-role/"), OnlyAttached: new(true)}, []string{basicRole}},
	} {
		var got []string
		for _, p := range done[*iamapi.ListPoliciesResponse](t)(w.ListPolicies(ctx, root, &tt.in)).Policies {
			got = append(got, *p.Arn)
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("ListPolicies of %s = %q, want %q", tt.name, got, tt.want)
		}
	}

	seen := map[string]bool{}
	in := &iamapi.ListPoliciesRequest{MaxItems: new(int64(500))}
	for {
		out := done[*iamapi.ListPoliciesResponse](t)(w.ListPolicies(ctx, root, in))
		for _, p := range out.Policies {
			seen[*p.Arn] = true
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if len(seen) != 1487 {
		t.Errorf("ListPolicies = %d policies, want 1485 of AWS and 2 of the account", len(seen))
	}
}

func TestListEntitiesForPolicyFinds(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createRole(t, "r")
	w.createUser(t, "u")
	w.createGroup(t, "g")
	done[*iamapi.AttachRolePolicyOutput](t)(w.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: readOnly}))
	done[*iamapi.AttachGroupPolicyOutput](t)(w.AttachGroupPolicy(ctx, root, &iamapi.AttachGroupPolicyRequest{GroupName: "g", PolicyArn: readOnly}))
	done[*iamapi.PutUserPermissionsBoundaryOutput](t)(w.PutUserPermissionsBoundary(ctx, root, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "u", PermissionsBoundary: readOnly}))
	for _, tt := range []struct {
		name string
		in   iamapi.ListEntitiesForPolicyRequest
		want string
	}{
		{"all", iamapi.ListEntitiesForPolicyRequest{}, "role r, user u, group g"},
		{"roles", iamapi.ListEntitiesForPolicyRequest{EntityFilter: "Role"}, "role r"},
		{"boundaries", iamapi.ListEntitiesForPolicyRequest{PolicyUsageFilter: "PermissionsBoundary"}, "user u"},
		{"permissions", iamapi.ListEntitiesForPolicyRequest{PolicyUsageFilter: "PermissionsPolicy"}, "role r, group g"},
		{"another path", iamapi.ListEntitiesForPolicyRequest{PathPrefix: new("/x/")}, ""},
	} {
		tt.in.PolicyArn = readOnly
		out := done[*iamapi.ListEntitiesForPolicyResponse](t)(w.ListEntitiesForPolicy(ctx, root, &tt.in))
		var got []string
		for _, e := range out.PolicyRoles {
			got = append(got, "role "+*e.RoleName)
		}
		for _, e := range out.PolicyUsers {
			got = append(got, "user "+*e.UserName)
		}
		for _, e := range out.PolicyGroups {
			got = append(got, "group "+*e.GroupName)
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("ListEntitiesForPolicy, %s = %q, want %s", tt.name, got, tt.want)
		}
	}
}

func TestARoleHasTenManagedPoliciesAtMost(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "r")
	var err error
	for i := range 11 {
		arn := w.createPolicy(t, fmt.Sprintf("p%02d", i), allowAll)
		_, err = w.AttachRolePolicy(t.Context(), root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: arn})
	}
	wantError(t, "AttachRolePolicy of the eleventh", err, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
	var names []string
	in := &iamapi.ListAttachedRolePoliciesRequest{RoleName: "r", MaxItems: new(int64(4))}
	for {
		out := done[*iamapi.ListAttachedRolePoliciesResponse](t)(w.ListAttachedRolePolicies(t.Context(), root, in))
		for _, p := range out.AttachedPolicies {
			names = append(names, *p.PolicyName)
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if len(names) != 10 || names[0] != "p00" || names[9] != "p09" {
		t.Errorf("ListAttachedRolePolicies = %q", names)
	}
}

// TestEveryChangeCountsAtOnce asks for a user's policies after each kind of
// change that can make them others, and between changes.
func TestEveryChangeCountsAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	u := w.createUser(t, "u")
	w.createGroup(t, "g")
	own := w.createPolicy(t, "p", `{"p":1}`)
	step := func(name string, change func() error, want ...string) {
		t.Helper()
		if err := change(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		first := done[*iam.Policies](t)(w.PoliciesOf(ctx, principal(u)))
		if !slices.Equal(first.Identity, want) {
			t.Errorf("after %s PoliciesOf = %q, want %q", name, first.Identity, want)
		}
		if second := done[*iam.Policies](t)(w.PoliciesOf(ctx, principal(u))); second != first {
			t.Errorf("after %s PoliciesOf read everything twice", name)
		}
	}
	step("putting an inline policy", func() error {
		_, err := w.PutUserPolicy(ctx, root, &iamapi.PutUserPolicyRequest{UserName: "u", PolicyName: "i", PolicyDocument: `{"i":1}`})
		return err
	}, `{"i":1}`)
	step("replacing it by one of the same size", func() error {
		_, err := w.PutUserPolicy(ctx, root, &iamapi.PutUserPolicyRequest{UserName: "u", PolicyName: "i", PolicyDocument: `{"i":2}`})
		return err
	}, `{"i":2}`)
	step("joining a group", func() error {
		_, err := w.AddUserToGroup(ctx, root, &iamapi.AddUserToGroupRequest{UserName: "u", GroupName: "g"})
		return err
	}, `{"i":2}`)
	step("a policy of the group", func() error {
		_, err := w.PutGroupPolicy(ctx, root, &iamapi.PutGroupPolicyRequest{GroupName: "g", PolicyName: "i", PolicyDocument: `{"g":1}`})
		return err
	}, `{"i":2}`, `{"g":1}`)
	step("attaching a policy to the group", func() error {
		_, err := w.AttachGroupPolicy(ctx, root, &iamapi.AttachGroupPolicyRequest{GroupName: "g", PolicyArn: own})
		return err
	}, `{"i":2}`, `{"g":1}`, `{"p":1}`)
	step("a new default version", func() error {
		_, err := w.CreatePolicyVersion(ctx, root, &iamapi.CreatePolicyVersionRequest{PolicyArn: own, PolicyDocument: `{"p":2}`, SetAsDefault: new(true)})
		return err
	}, `{"i":2}`, `{"g":1}`, `{"p":2}`)
	step("leaving the group", func() error {
		_, err := w.RemoveUserFromGroup(ctx, root, &iamapi.RemoveUserFromGroupRequest{UserName: "u", GroupName: "g"})
		return err
	}, `{"i":2}`)
	before := done[*iam.Policies](t)(w.PoliciesOf(ctx, principal(u)))
	done[*iamapi.DeleteUserPolicyOutput](t)(w.DeleteUserPolicy(ctx, root, &iamapi.DeleteUserPolicyRequest{UserName: "u", PolicyName: "i"}))
	done[*iamapi.DeleteUserOutput](t)(w.DeleteUser(ctx, root, &iamapi.DeleteUserRequest{UserName: "u"}))
	w.createUser(t, "u") // of the same name, but somebody else
	gone := done[*iam.Policies](t)(w.PoliciesOf(ctx, principal(u)))
	if len(gone.Identity) != 0 || gone.Version == before.Version {
		t.Errorf("PoliciesOf one who is gone = %+v", gone)
	}
}
