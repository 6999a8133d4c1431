package lambda

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheCompatibilityPageTellsTheTruth holds the page for users against the
// table of operations.
func TestTheCompatibilityPageTellsTheTruth(t *testing.T) {
	page, err := os.ReadFile("../../../docs/compatibility/lambda.md")
	if err != nil {
		t.Fatal(err)
	}
	there, missing, ok := strings.Cut(string(page), "| not implemented |")
	if !ok {
		t.Fatal("the page has no table of what is not implemented")
	}
	word := regexp.MustCompile(`[A-Z]\w+`)
	named := func(text string) map[string]bool {
		names := map[string]bool{}
		for line := range strings.Lines(text) {
			if cells := strings.Split(line, "|"); len(cells) >= 3 {
				for _, n := range word.FindAllString(cells[1], -1) {
					names[n] = true
				}
			}
		}
		return names
	}
	implemented, refused := named(there), named(missing)
	operations := newHarness(t).API().Operations
	for name, op := range operations {
		if got := op.Do != nil; got != implemented[name] || got == refused[name] {
			t.Errorf("%s is implemented: %v; the page names it among what is there: %v, among what is not: %v", name, got, implemented[name], refused[name])
		}
	}
	for _, names := range []map[string]bool{implemented, refused} {
		for name := range names {
			if _, ok := operations[name]; !ok {
				t.Errorf("%s, which the page names, is no operation", name)
			}
		}
	}
}
