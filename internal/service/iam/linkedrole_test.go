package iam

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/service/iam/managed"
)

func TestEveryLinkedRoleHasAPolicyOfAWSs(t *testing.T) {
	c := managed.New()
	for service, r := range linkedRoles {
		if p, err := c.Lookup(linkedPolicies + r.policy); p == nil || err != nil {
			t.Errorf("the policy %s of %s is not among AWS's: %v", r.policy, service, err)
		}
	}
}

func TestIDsHaveAWSsForm(t *testing.T) {
	c := clock.NewFake(time.Unix(0, 0), 1)
	id := newAccessKeyID(c, "029608264753")
	b, err := base32.StdEncoding.DecodeString(strings.TrimPrefix(id, "AKIA"))
	if err != nil || len(id) != 20 {
		t.Fatalf("newAccessKeyID = %s, %v", id, err)
	}
	var v uint64
	for _, x := range b[:6] {
		v = v<<8 | uint64(x)
	}
	if got := v >> 7 & (1<<40 - 1); got != 29608264753 {
		t.Errorf("newAccessKeyID = %s of account %d", id, got)
	}
	if again := newAccessKeyID(c, "029608264753"); again == id {
		t.Errorf("newAccessKeyID gave %s twice", id)
	}
}
