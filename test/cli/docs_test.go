package cli

import (
	"os"
	"strings"
	"testing"

	"cloudless/test/servertest"
)

// TestTheGuideHasTheScriptsDocument holds docs/openapi.md against the script
// that tells its story.
func TestTheGuideHasTheScriptsDocument(t *testing.T) {
	script, err := os.ReadFile("testdata/script/openapi-dynamodb.txt")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/openapi.md")
	if err != nil {
		t.Fatal(err)
	}
	_, document, _ := strings.Cut(string(script), "-- users.yaml --\n")
	document = strings.ReplaceAll(document, servertest.Account, "000000000000")
	if !strings.Contains(string(page), "```yaml\n"+document+"```\n") {
		t.Error("the document on the page is not the script's")
	}
}
