package dynamodb

import (
	"strings"
	"testing"

	"cloudless/test/servertest"
)

// The quick starts of libraries on top of the SDKs, each a program that ends
// with "ok".

func TestQuickStartOfPynamoDB(t *testing.T) {
	start(t, servertest.Tool(t, "python", "bin", "python"), "python/pynamodb_start.py")
}

func TestQuickStartOfOneTable(t *testing.T) {
	start(t, node(t), "js/onetable.js")
}

func TestQuickStartOfElectroDB(t *testing.T) {
	start(t, node(t), "js/electrodb.js")
}

func start(t *testing.T, program, script string) {
	t.Helper()
	t.Parallel()
	out, err := run(t, servertest.Start(t), nil, program, script)
	if err != nil || !strings.HasSuffix(strings.TrimSpace(out), "ok") {
		t.Errorf("%s: %v\n%s", script, err, out)
	}
}
