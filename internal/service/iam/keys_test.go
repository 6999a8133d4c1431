package iam

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestTheKeyLayoutIsTheOneInTheStore fails when a key changes: data that lies
// in stores would no longer be found.
func TestTheKeyLayoutIsTheOneInTheStore(t *testing.T) {
	const account = "111111111111"
	var b strings.Builder
	for _, k := range []struct {
		name string
		key  []byte
	}{
		{"entity", entityKey(account, "AROAX")},
		{"name", nameKey(account, kindRole, "Reader")},
		{"inline", inlineKey(account, "AROAX", "Policy")},
		{"member", memberKey(account, "AGPAX", "AIDAX")},
		{"policy", policyKey(account, "Policy")},
		{"document", documentKey(account, "ANPAX", "v1")},
		{"attached", attachedKey(account, "arn:aws:iam::aws:policy/P", usagePermissions, "AROAX")},
		{"boundary", attachedKey(account, "arn:aws:iam::aws:policy/P", usageBoundary, "AROAX")},
		{"account", accountKey(account)},
		{"deletion", deletionKey(account, "ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway")},
		{"alias", aliasKey("shop")},
		{"access key", accessKeyKey("AKIAX")},
		{"access key use", keyUseKey("AKIAX")},
	} {
		fmt.Fprintf(&b, "%-15s%q\n", k.name, k.key)
	}
	const golden = "testdata/keys.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the keys are\n%s\nand were\n%s", &b, want)
	}
}
