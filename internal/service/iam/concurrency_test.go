package iam_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
)

// TestOfManyWithOneNameOneIsMade races creations of one name, in several cases.
func TestOfManyWithOneNameOneIsMade(t *testing.T) {
	w := newWorld(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			name := []string{"alice", "Alice", "ALICE", "aLiCe"}[i%4]
			_, err := w.CreateUser(t.Context(), root, &iamapi.CreateUserRequest{UserName: name})
			switch {
			case err == nil:
				made.Add(1)
			case awserr.Code(err) != "EntityAlreadyExists":
				t.Errorf("CreateUser(%s) = %v", name, err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d users were made, want 1", made.Load())
	}
}

// TestNoPolicyGoesWhileItIsBeingAttached races AttachRolePolicy with
// DeletePolicy: one of them must lose.
func TestNoPolicyGoesWhileItIsBeingAttached(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "r")
	for i := range 20 {
		arn := w.createPolicy(t, fmt.Sprintf("p%d", i), allowAll)
		var attached, deleted error
		var wg sync.WaitGroup
		wg.Go(func() {
			_, attached = w.AttachRolePolicy(t.Context(), root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: arn})
		})
		wg.Go(func() {
			_, deleted = w.DeletePolicy(t.Context(), root, &iamapi.DeletePolicyRequest{PolicyArn: arn})
		})
		wg.Wait()
		switch {
		case attached == nil && awserr.Code(deleted) == "DeleteConflict":
			done[*iamapi.DetachRolePolicyOutput](t)(w.DetachRolePolicy(t.Context(), root, &iamapi.DetachRolePolicyRequest{RoleName: "r", PolicyArn: arn}))
		case deleted == nil && awserr.Code(attached) == "NoSuchEntity":
		default:
			t.Errorf("AttachRolePolicy = %v and DeletePolicy = %v", attached, deleted)
		}
	}
}

// TestNoGroupGoesWhileAUserJoins races AddUserToGroup with DeleteGroup.
func TestNoGroupGoesWhileAUserJoins(t *testing.T) {
	w := newWorld(t)
	u := w.createUser(t, "u")
	for i := range 20 {
		name := fmt.Sprintf("g%d", i)
		w.createGroup(t, name)
		var joined, deleted error
		var wg sync.WaitGroup
		wg.Go(func() {
			_, joined = w.AddUserToGroup(t.Context(), root, &iamapi.AddUserToGroupRequest{GroupName: name, UserName: "u"})
		})
		wg.Go(func() {
			_, deleted = w.DeleteGroup(t.Context(), root, &iamapi.DeleteGroupRequest{GroupName: name})
		})
		wg.Wait()
		switch {
		case joined == nil && awserr.Code(deleted) == "DeleteConflict":
			w.documentsOf(t, principal(u)) // all its groups are there
			done[*iamapi.RemoveUserFromGroupOutput](t)(w.RemoveUserFromGroup(t.Context(), root, &iamapi.RemoveUserFromGroupRequest{GroupName: name, UserName: "u"}))
		case deleted == nil && awserr.Code(joined) == "NoSuchEntity":
		default:
			t.Errorf("AddUserToGroup = %v and DeleteGroup = %v", joined, deleted)
		}
	}
}
