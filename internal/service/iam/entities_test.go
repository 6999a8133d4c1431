package iam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/service/iam"
)

func (w *world) createUser(t *testing.T, name string) *iamapi.User {
	t.Helper()
	return done[*iamapi.CreateUserResponse](t)(w.CreateUser(t.Context(), root, &iamapi.CreateUserRequest{UserName: name})).User
}

func (w *world) createGroup(t *testing.T, name string) *iamapi.Group {
	t.Helper()
	return done[*iamapi.CreateGroupResponse](t)(w.CreateGroup(t.Context(), root, &iamapi.CreateGroupRequest{GroupName: name})).Group
}

func (w *world) createPolicy(t *testing.T, name, document string) string {
	t.Helper()
	return *done[*iamapi.CreatePolicyResponse](t)(w.CreatePolicy(t.Context(), root, &iamapi.CreatePolicyRequest{
		PolicyName: name, PolicyDocument: document})).Policy.Arn
}

func principal(u *iamapi.User) api.Principal {
	return api.Principal{Type: api.PrincipalUser, Account: account, ARN: u.Arn, ID: u.UserId}
}

func TestAnEntityWithBelongingsCannotBeDeleted(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "r")
	w.createUser(t, "u")
	w.createGroup(t, "g")
	deleteRole := func() error {
		_, err := w.DeleteRole(t.Context(), root, &iamapi.DeleteRoleRequest{RoleName: "r"})
		return err
	}
	deleteUser := func() error {
		_, err := w.DeleteUser(t.Context(), root, &iamapi.DeleteUserRequest{UserName: "u"})
		return err
	}
	deleteGroup := func() error {
		_, err := w.DeleteGroup(t.Context(), root, &iamapi.DeleteGroupRequest{GroupName: "g"})
		return err
	}
	key := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(t.Context(), root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})).AccessKey
	ctx := t.Context()
	for _, tt := range []struct {
		name    string
		have    func() error
		refused func() error
		message string
		undo    func() error
	}{
		{"a role with a managed policy",
			func() error {
				_, err := w.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: readOnly})
				return err
			}, deleteRole, "Cannot delete entity, must detach all policies first.",
			func() error {
				_, err := w.DetachRolePolicy(ctx, root, &iamapi.DetachRolePolicyRequest{RoleName: "r", PolicyArn: readOnly})
				return err
			}},
		{"a role with an inline policy",
			func() error {
				_, err := w.PutRolePolicy(ctx, root, &iamapi.PutRolePolicyRequest{RoleName: "r", PolicyName: "p", PolicyDocument: allowAll})
				return err
			}, deleteRole, "Cannot delete entity, must delete policies first.",
			func() error {
				_, err := w.DeleteRolePolicy(ctx, root, &iamapi.DeleteRolePolicyRequest{RoleName: "r", PolicyName: "p"})
				return err
			}},
		{"a user with a key",
			func() error { return nil }, deleteUser, "Cannot delete entity, must delete access keys first.",
			func() error {
				_, err := w.DeleteAccessKey(ctx, root, &iamapi.DeleteAccessKeyRequest{UserName: new("u"), AccessKeyId: key.AccessKeyId})
				return err
			}},
		{"a user in a group",
			func() error {
				_, err := w.AddUserToGroup(ctx, root, &iamapi.AddUserToGroupRequest{UserName: "u", GroupName: "g"})
				return err
			}, deleteUser, "Cannot delete entity, must remove users from group first.",
			func() error { return nil }},
		{"a group with a user",
			func() error { return nil }, deleteGroup, "Cannot delete entity, must remove users from group first.",
			func() error {
				_, err := w.RemoveUserFromGroup(ctx, root, &iamapi.RemoveUserFromGroupRequest{UserName: "u", GroupName: "g"})
				return err
			}},
		{"a group with a managed policy",
			func() error {
				_, err := w.AttachGroupPolicy(ctx, root, &iamapi.AttachGroupPolicyRequest{GroupName: "g", PolicyArn: readOnly})
				return err
			}, deleteGroup, "Cannot delete entity, must detach all policies first.",
			func() error {
				_, err := w.DetachGroupPolicy(ctx, root, &iamapi.DetachGroupPolicyRequest{GroupName: "g", PolicyArn: readOnly})
				return err
			}},
	} {
		if err := tt.have(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		wantError(t, "deleting "+tt.name, tt.refused(), "DeleteConflict", tt.message)
		if err := tt.undo(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
	}
	for name, f := range map[string]func() error{"role": deleteRole, "user": deleteUser, "group": deleteGroup} {
		if err := f(); err != nil {
			t.Errorf("deleting the bare %s = %v", name, err)
		}
		wantError(t, "deleting it again", f(), "NoSuchEntity", fmt.Sprintf("The %s with name %s cannot be found.", name, name[:1]))
	}
}

func TestListsComeInPagesByName(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 5 {
		name := fmt.Sprintf("User%d", i)
		want = append(want, name)
		w.createUser(t, name)
	}
	done[*iamapi.CreateUserResponse](t)(w.CreateUser(t.Context(), root, &iamapi.CreateUserRequest{UserName: "apart", Path: new("/apart/")}))
	var got []string
	in := &iamapi.ListUsersRequest{MaxItems: new(int64(2)), PathPrefix: new("/")}
	for pages := 1; ; pages++ {
		out := done[*iamapi.ListUsersResponse](t)(w.ListUsers(t.Context(), root, in))
		for _, u := range out.Users {
			got = append(got, u.UserName)
		}
		if *out.IsTruncated != (out.Marker != nil) {
			t.Errorf("IsTruncated = %t with Marker %v", *out.IsTruncated, out.Marker)
		}
		if out.Marker == nil {
			if pages != 3 {
				t.Errorf("ListUsers took %d pages, want 3", pages)
			}
			break
		}
		in.Marker = out.Marker
	}
	if want := append([]string{"apart"}, want...); !slices.Equal(got, want) {
		t.Errorf("ListUsers = %q, want %q", got, want)
	}
	apart := done[*iamapi.ListUsersResponse](t)(w.ListUsers(t.Context(), root, &iamapi.ListUsersRequest{PathPrefix: new("/apart/")}))
	if len(apart.Users) != 1 || apart.Users[0].Arn != "arn:aws:iam::111111111111:user/apart/apart" {
		t.Errorf("ListUsers below /apart/ = %+v", apart.Users)
	}
	_, err := w.ListUsers(t.Context(), root, &iamapi.ListUsersRequest{Marker: new("no marker of ours")})
	wantError(t, "ListUsers with a strange marker", err, awserr.CodeValidation, "Invalid Marker.")
}

func TestARenamedUserKeepsAllItHas(t *testing.T) {
	w := newWorld(t)
	old := w.createUser(t, "old")
	w.createUser(t, "taken")
	w.createGroup(t, "g")
	ctx := t.Context()
	done[*iamapi.AddUserToGroupOutput](t)(w.AddUserToGroup(ctx, root, &iamapi.AddUserToGroupRequest{UserName: "old", GroupName: "g"}))
	done[*iamapi.PutUserPolicyOutput](t)(w.PutUserPolicy(ctx, root, &iamapi.PutUserPolicyRequest{UserName: "old", PolicyName: "p", PolicyDocument: allowAll}))
	done[*iamapi.AttachUserPolicyOutput](t)(w.AttachUserPolicy(ctx, root, &iamapi.AttachUserPolicyRequest{UserName: "old", PolicyArn: readOnly}))
	key := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("old")})).AccessKey

	_, err := w.UpdateUser(ctx, root, &iamapi.UpdateUserRequest{UserName: "old", NewUserName: new("TAKEN")})
	wantError(t, "UpdateUser to a taken name", err, "EntityAlreadyExists", "User with name TAKEN already exists.")
	done[*iamapi.UpdateUserOutput](t)(w.UpdateUser(ctx, root, &iamapi.UpdateUserRequest{UserName: "old", NewUserName: new("new"), NewPath: new("/x/")}))
	if got := w.authz.last().resource; got != "arn:aws:iam::111111111111:user/x/new" {
		t.Errorf("UpdateUser asked about %s last", got)
	}

	_, err = w.GetUser(ctx, root, &iamapi.GetUserRequest{UserName: new("old")})
	wantError(t, "GetUser by the old name", err, "NoSuchEntity", "The user with name old cannot be found.")
	got := done[*iamapi.GetUserResponse](t)(w.GetUser(ctx, root, &iamapi.GetUserRequest{UserName: new("new")})).User
	if got.UserId != old.UserId || got.Arn != "arn:aws:iam::111111111111:user/x/new" {
		t.Errorf("GetUser = %+v", got)
	}
	if k := done[api.Key](t)(w.Key(ctx, key.AccessKeyId)); k.Principal.ARN != got.Arn || k.Secret != key.SecretAccessKey {
		t.Errorf("Key = %+v", k)
	}
	if docs := w.documentsOf(t, principal(got)); len(docs) != 2 || docs[0] != allowAll {
		t.Errorf("PoliciesOf has %d documents, want the embedded and the attached one", len(docs))
	}
	groups := done[*iamapi.ListGroupsForUserResponse](t)(w.ListGroupsForUser(ctx, root, &iamapi.ListGroupsForUserRequest{UserName: "new"})).Groups
	if len(groups) != 1 || groups[0].GroupName != "g" {
		t.Errorf("ListGroupsForUser = %+v", groups)
	}
	users := done[*iamapi.GetGroupResponse](t)(w.GetGroup(ctx, root, &iamapi.GetGroupRequest{GroupName: "g"})).Users
	if len(users) != 1 || users[0].UserName != "new" {
		t.Errorf("GetGroup = %+v", users)
	}
}

func TestDocumentsComeBackByteForByte(t *testing.T) {
	w := newWorld(t)
	w.createGroup(t, "g")
	odd := "{\n  \"Resource\": \"arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3A\",\t\"é\": \"a+b ~*'()!\"}\r\n"
	done[*iamapi.PutGroupPolicyOutput](t)(w.PutGroupPolicy(t.Context(), root, &iamapi.PutGroupPolicyRequest{GroupName: "g", PolicyName: "p", PolicyDocument: odd}))
	got := done[*iamapi.GetGroupPolicyResponse](t)(w.GetGroupPolicy(t.Context(), root, &iamapi.GetGroupPolicyRequest{GroupName: "G", PolicyName: "p"}))
	want := "%7B%0A%20%20%22Resource%22%3A%20%22arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Ftags%2Farn%253Aaws%253A%22%2C%09" +
		"%22%C3%A9%22%3A%20%22a%2Bb%20~%2A%27%28%29%21%22%7D%0D%0A"
	if got.PolicyDocument != want || got.GroupName != "g" {
		t.Errorf("GetGroupPolicy = %+v\nwant %s", got, want)
	}
	g := done[*iamapi.GetGroupResponse](t)(w.GetGroup(t.Context(), root, &iamapi.GetGroupRequest{GroupName: "g"})).Group
	if g.GroupName != "g" {
		t.Errorf("GetGroup = %+v", g)
	}
}

func TestQuotasCountNoWhiteSpace(t *testing.T) {
	w := newWorld(t)
	w.createUser(t, "u")
	put := func(name string, chars int) error {
		document := `{"a":"` + strings.Repeat("x", chars-8) + `"}` + strings.Repeat(" \n\t\r", 1000)
		_, err := w.PutUserPolicy(t.Context(), root, &iamapi.PutUserPolicyRequest{UserName: "u", PolicyName: name, PolicyDocument: document})
		return err
	}
	if err := put("first", 1000); err != nil {
		t.Fatal(err)
	}
	if err := put("second", 1048); err != nil {
		t.Errorf("PutUserPolicy up to the quota = %v", err)
	}
	wantError(t, "PutUserPolicy beyond the quota", put("third", 10), "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user u")
	wantError(t, "PutUserPolicy in place of a smaller one", put("first", 1001), "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user u")
	if err := put("first", 500); err != nil {
		t.Errorf("PutUserPolicy in place of a larger one = %v", err)
	}
	names := done[*iamapi.ListUserPoliciesResponse](t)(w.ListUserPolicies(t.Context(), root, &iamapi.ListUserPoliciesRequest{UserName: "u"})).PolicyNames
	if !slices.Equal(names, []string{"first", "second"}) {
		t.Errorf("ListUserPolicies = %q", names)
	}
}

func TestUpdateRoleChangesWhatIsGiven(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "r")
	ctx := t.Context()
	done[*iamapi.UpdateRoleResponse](t)(w.UpdateRole(ctx, root, &iamapi.UpdateRoleRequest{RoleName: "r", MaxSessionDuration: new(int64(7200))}))
	done[*iamapi.UpdateRoleDescriptionResponse](t)(w.UpdateRoleDescription(ctx, root, &iamapi.UpdateRoleDescriptionRequest{RoleName: "r", Description: "reads"}))
	_, err := w.UpdateAssumeRolePolicy(ctx, root, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: "["})
	wantError(t, "UpdateAssumeRolePolicy", err, "MalformedPolicyDocument", "This policy contains invalid Json")
	done[*iamapi.UpdateAssumeRolePolicyOutput](t)(w.UpdateAssumeRolePolicy(ctx, root, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: `{"Version":"2012-10-17"}`}))
	got := done[*iamapi.GetRoleResponse](t)(w.GetRole(ctx, root, &iamapi.GetRoleRequest{RoleName: "r"})).Role
	if *got.MaxSessionDuration != 7200 || *got.Description != "reads" {
		t.Errorf("GetRole = %+v", got)
	}
	r := done[iam.Role](t)(w.Role(ctx, got.Arn))
	if r.TrustPolicy != `{"Version":"2012-10-17"}` || r.MaxSessionSeconds != 7200 || r.ID != got.RoleId || r.Account != account {
		t.Errorf("Role = %+v", r)
	}
	for _, arn := range []string{"", "r", "arn:aws:iam::111111111111:role/path/r", "arn:aws:iam::222222222222:role/r", "arn:aws:iam::111111111111:user/r"} {
		if _, err := w.Role(ctx, arn); awserr.Code(err) != "NoSuchEntity" {
			t.Errorf("Role(%s) = %v, want NoSuchEntity", arn, err)
		}
	}
}

func TestAUserCanBeInTenGroups(t *testing.T) {
	w := newWorld(t)
	w.createUser(t, "u")
	var err error
	for i := range 11 {
		name := fmt.Sprintf("g%d", i)
		w.createGroup(t, name)
		_, err = w.AddUserToGroup(t.Context(), root, &iamapi.AddUserToGroupRequest{UserName: "u", GroupName: name})
	}
	wantError(t, "AddUserToGroup of the eleventh", err, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
}
