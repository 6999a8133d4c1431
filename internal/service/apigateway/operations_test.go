package apigateway

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestEveryOperationOfTheModelIsDoneOrRefusedByName goes through the operations
// of AWS's model: each is done, but for a few, and the page about compatibility
// names them all.
func TestEveryOperationOfTheModelIsDoneOrRefusedByName(t *testing.T) {
	refused := []string{"GetSdk", "GetSdkType", "GetSdkTypes"}
	page, err := os.ReadFile("../../../docs/compatibility/apigateway.md")
	if err != nil {
		t.Fatal(err)
	}
	operations := newWorld(t).API().Operations
	if len(operations) < 120 {
		t.Errorf("the model has %d operations", len(operations))
	}
	for name, operation := range operations {
		if operation.Do == nil && !slices.Contains(refused, name) {
			t.Errorf("%s is not done", name)
		}
		if !regexp.MustCompile(`\b` + name + `\b`).Match(page) {
			t.Errorf("docs/compatibility/apigateway.md does not name %s", name)
		}
	}
}
