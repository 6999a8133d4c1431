package iam_test

import (
	"testing"

	iamapi "cloudless/internal/api/iam"
)

func TestAnInstanceProfileHoldsOneRole(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createRole(t, "r")
	w.createRole(t, "s")
	in := &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "P", Tags: []iamapi.Tag{{Key: "a", Value: "b"}}}
	p := done[*iamapi.CreateInstanceProfileResponse](t)(w.CreateInstanceProfile(ctx, root, in)).InstanceProfile
	if p.Arn != "arn:aws:iam::111111111111:instance-profile/P" || p.InstanceProfileId[:4] != "AIPA" || len(p.Roles) != 0 || len(p.Tags) != 1 {
		t.Errorf("CreateInstanceProfile = %+v", p)
	}
	_, err := w.CreateInstanceProfile(ctx, root, &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "p"})
	wantError(t, "CreateInstanceProfile twice", err, "EntityAlreadyExists", "Instance Profile p already exists.")

	add := func(role string) error {
		_, err := w.AddRoleToInstanceProfile(ctx, root, &iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: "p", RoleName: role})
		return err
	}
	if err := add("r"); err != nil {
		t.Fatal(err)
	}
	if q := w.authz.last(); q.action != "iam:PassRole" || q.resource != "arn:aws:iam::111111111111:role/r" {
		t.Errorf("AddRoleToInstanceProfile asked for %s on %s last", q.action, q.resource)
	}
	wantError(t, "AddRoleToInstanceProfile of a second", add("s"), "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")

	got := done[*iamapi.GetInstanceProfileResponse](t)(w.GetInstanceProfile(ctx, root, &iamapi.GetInstanceProfileRequest{InstanceProfileName: "p"})).InstanceProfile
	if len(got.Roles) != 1 || got.Roles[0].RoleName != "r" || got.InstanceProfileName != "P" {
		t.Errorf("GetInstanceProfile = %+v", got)
	}
	of := done[*iamapi.ListInstanceProfilesForRoleResponse](t)(w.ListInstanceProfilesForRole(ctx, root, &iamapi.ListInstanceProfilesForRoleRequest{RoleName: "r"})).InstanceProfiles
	if len(of) != 1 || of[0].InstanceProfileName != "P" || len(of[0].Roles) != 1 {
		t.Errorf("ListInstanceProfilesForRole = %+v", of)
	}

	const conflict = "Cannot delete entity, must remove roles from instance profile first."
	_, err = w.DeleteRole(ctx, root, &iamapi.DeleteRoleRequest{RoleName: "r"})
	wantError(t, "DeleteRole", err, "DeleteConflict", conflict)
	_, err = w.DeleteInstanceProfile(ctx, root, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "p"})
	wantError(t, "DeleteInstanceProfile", err, "DeleteConflict", conflict)

	_, err = w.RemoveRoleFromInstanceProfile(ctx, root, &iamapi.RemoveRoleFromInstanceProfileRequest{InstanceProfileName: "p", RoleName: "s"})
	wantError(t, "RemoveRoleFromInstanceProfile of another", err, "NoSuchEntity", "The role with name s cannot be found.")
	done[*iamapi.RemoveRoleFromInstanceProfileOutput](t)(w.RemoveRoleFromInstanceProfile(ctx, root, &iamapi.RemoveRoleFromInstanceProfileRequest{InstanceProfileName: "p", RoleName: "r"}))
	done[*iamapi.DeleteRoleOutput](t)(w.DeleteRole(ctx, root, &iamapi.DeleteRoleRequest{RoleName: "r"}))
	done[*iamapi.DeleteInstanceProfileOutput](t)(w.DeleteInstanceProfile(ctx, root, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "p"}))
	_, err = w.GetInstanceProfile(ctx, root, &iamapi.GetInstanceProfileRequest{InstanceProfileName: "p"})
	wantError(t, "GetInstanceProfile", err, "NoSuchEntity", "Instance Profile p cannot be found.")
	if all := done[*iamapi.ListInstanceProfilesResponse](t)(w.ListInstanceProfiles(ctx, root, &iamapi.ListInstanceProfilesRequest{})).InstanceProfiles; len(all) != 0 {
		t.Errorf("ListInstanceProfiles = %+v", all)
	}
}
