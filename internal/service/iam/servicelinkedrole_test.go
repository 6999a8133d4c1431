package iam_test

import (
	"strings"
	"testing"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
)

func TestAServiceLinkedRoleIsTheServicesOwn(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	in := &iamapi.CreateServiceLinkedRoleRequest{AWSServiceName: "ops.apigateway.amazonaws.com"}
	r := done[*iamapi.CreateServiceLinkedRoleResponse](t)(w.CreateServiceLinkedRole(ctx, root, in)).Role
	if r.Arn != "arn:aws:iam::111111111111:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway" {
		t.Errorf("CreateServiceLinkedRole = %+v", r)
	}
	if docs := w.documentsOf(t, session(r)); len(docs) != 1 || !strings.Contains(docs[0], "elasticloadbalancing") {
		t.Errorf("PoliciesOf = %d documents", len(docs))
	}
	_, err := w.CreateServiceLinkedRole(ctx, root, in)
	wantError(t, "CreateServiceLinkedRole twice", err, "InvalidInput",
		"Service role name AWSServiceRoleForAPIGateway has been taken in this account, please try a different suffix.")
	in.CustomSuffix = new("x")
	_, err = w.CreateServiceLinkedRole(ctx, root, in)
	wantError(t, "CreateServiceLinkedRole with a suffix", err, "InvalidInput", "Custom suffix is not allowed for ops.apigateway.amazonaws.com")

	const protected = "Cannot perform the operation on the protected role 'AWSServiceRoleForAPIGateway' - this role is only modifiable by AWS"
	for what, change := range map[string]func() error{
		"DeleteRole": func() error {
			_, err := w.DeleteRole(ctx, root, &iamapi.DeleteRoleRequest{RoleName: r.RoleName})
			return err
		},
		"AttachRolePolicy": func() error {
			_, err := w.AttachRolePolicy(ctx, root, &iamapi.AttachRolePolicyRequest{RoleName: r.RoleName, PolicyArn: readOnly})
			return err
		},
		"PutRolePolicy": func() error {
			_, err := w.PutRolePolicy(ctx, root, &iamapi.PutRolePolicyRequest{RoleName: r.RoleName, PolicyName: "p", PolicyDocument: allowAll})
			return err
		},
		"UpdateAssumeRolePolicy": func() error {
			_, err := w.UpdateAssumeRolePolicy(ctx, root, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: r.RoleName, PolicyDocument: trustEC2})
			return err
		},
	} {
		wantError(t, what, change(), "UnmodifiableEntity", protected)
	}

	out := done[*iamapi.DeleteServiceLinkedRoleResponse](t)(w.DeleteServiceLinkedRole(ctx, root, &iamapi.DeleteServiceLinkedRoleRequest{RoleName: r.RoleName}))
	if !strings.HasPrefix(out.DeletionTaskId, "task/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway/") {
		t.Errorf("DeleteServiceLinkedRole = %s", out.DeletionTaskId)
	}
	status := done[*iamapi.GetServiceLinkedRoleDeletionStatusResponse](t)(w.GetServiceLinkedRoleDeletionStatus(ctx, root,
		&iamapi.GetServiceLinkedRoleDeletionStatusRequest{DeletionTaskId: out.DeletionTaskId}))
	if status.Status != "SUCCEEDED" {
		t.Errorf("GetServiceLinkedRoleDeletionStatus = %+v", status)
	}
	for _, task := range []string{"", "task", out.DeletionTaskId + "x"} {
		if _, err := w.GetServiceLinkedRoleDeletionStatus(ctx, root, &iamapi.GetServiceLinkedRoleDeletionStatusRequest{DeletionTaskId: task}); awserr.Code(err) != "NoSuchEntity" {
			t.Errorf("GetServiceLinkedRoleDeletionStatus(%q) = %v, want NoSuchEntity", task, err)
		}
	}
	w.createRole(t, "ordinary")
	_, err = w.DeleteServiceLinkedRole(ctx, root, &iamapi.DeleteServiceLinkedRoleRequest{RoleName: "ordinary"})
	wantError(t, "DeleteServiceLinkedRole of a user's role", err, "NoSuchEntity", "The role with name ordinary cannot be found.")
}
