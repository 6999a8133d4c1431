package dynamodb

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheCompatibilityPageTellsTheTruth holds the page for users against the
// table of operations.
func TestTheCompatibilityPageTellsTheTruth(t *testing.T) {
	page, err := os.ReadFile("../../../docs/compatibility/dynamodb.md")
	if err != nil {
		t.Fatal(err)
	}
	there, missing, ok := strings.Cut(string(page), "| not implemented |")
	if !ok {
		t.Fatal("the page has no table of what is not implemented")
	}
	named := func(text string) map[string]bool {
		names := map[string]bool{}
		for line := range strings.Lines(text) {
			cells := strings.Split(line, "|")
			if len(cells) < 3 {
				continue
			}
			for _, name := range regexp.MustCompile(`[A-Z]\w+`).FindAllString(cells[1], -1) {
				names[name] = true
			}
		}
		return names
	}
	implemented, refused := named(there), named(missing)
	f := newFixture(t)
	for name, op := range f.API().Operations {
		if got := op.Do != nil; got != implemented[name] || got == refused[name] {
			t.Errorf("%s is implemented: %v; the page names it among what is there: %v, among what is not: %v", name, got, implemented[name], refused[name])
		}
	}
}
