package apigateway

import (
	"fmt"
	"strings"
	"testing"

	"cloudless/internal/api"
)

// TestTheKeyLayoutIsTheOneInTheStore fails when a key changes: data that lies
// in stores would no longer be found.
func TestTheKeyLayoutIsTheOneInTheStore(t *testing.T) {
	var b strings.Builder
	for _, k := range []struct {
		name string
		key  []byte
	}{
		{"owned", ownedKey("111111111111", "us-east-1", "a1b2c3d4e5")},
		{"api", apiKey("a1b2c3d4e5")},
		{"resource", resourceKey("a1b2c3d4e5", "r1r2r3r4r5")},
		{"model", modelKey("a1b2c3d4e5", "Empty")},
		{"stage", stageKey("a1b2c3d4e5", "prod")},
		{"deployment", deploymentKey("a1b2c3d4e5", "d1d2d3")},
		{"authorizer", authorizers.key("a1b2c3d4e5", "a1b2c3")},
		{"validator", validators.key("a1b2c3d4e5", "v1v2v3")},
		{"part", gatewayResponses.key("a1b2c3d4e5", "THROTTLED")},
		{"deployed", append(gatewayResponses.deployed("a1b2c3d4e5", "d1d2d3"), gatewayResponses.key("a1b2c3d4e5", "THROTTLED")[len(gatewayResponses.prefix("a1b2c3d4e5")):]...)},
		{"snapshot", snapshotKey("a1b2c3d4e5", "d1d2d3", "r1r2r3r4r5")},
		{"docpart", documentationPartKey("a1b2c3d4e5", "p1p2p3")},
		{"docversion", documentationVersionKey("a1b2c3d4e5", "v1")},
		{"doccopy", documentationCopyKey("a1b2c3d4e5", "v1", "p1p2p3")},
		{"kept", vpcLinks.key(&api.Call{Account: "111111111111", Region: "us-east-1"}, "l1l2l3l4l5")},
		{"account", accountKey(&api.Call{Account: "111111111111", Region: "us-east-1"})},
		{"domain", domainKey("shop.example.com")},
		{"truststore", truststoreKey("shop.example.com")},
		{"privatename", privateNameKey("shop.example.com", "a1b2c3d4e5")},
		{"access", accessKey("shop.example.com+a1b2c3d4e5", "111111111111", "vpce-1")},
		{"mapping", mappingKey("shop.example.com", "v1")},
	} {
		fmt.Fprintf(&b, "%-12s%q\n", k.name, k.key)
	}
	golden(t, "keys.golden", b.String())
}
