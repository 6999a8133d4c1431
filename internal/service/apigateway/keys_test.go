package apigateway

import (
	"fmt"
	"strings"
	"testing"
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
		{"part", gatewayResponses.key("a1b2c3d4e5", "THROTTLED")},
		{"deployed", append(gatewayResponses.deployed("a1b2c3d4e5", "d1d2d3"), gatewayResponses.key("a1b2c3d4e5", "THROTTLED")[len(gatewayResponses.prefix("a1b2c3d4e5")):]...)},
		{"snapshot", snapshotKey("a1b2c3d4e5", "d1d2d3", "r1r2r3r4r5")},
	} {
		fmt.Fprintf(&b, "%-12s%q\n", k.name, k.key)
	}
	golden(t, "keys.golden", b.String())
}
