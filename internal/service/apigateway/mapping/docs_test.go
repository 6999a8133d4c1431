package mapping_test

import (
	"os"
	"strings"
	"testing"

	"cloudless/internal/service/apigateway/mapping"
	"cloudless/internal/service/apigateway/value"
)

// TestWorkedExamples renders the examples of docs/mapping-templates.md. Each has a
// heading, a template in a block "velocity" and, in most cases, its output in a block
// "json".
func TestWorkedExamples(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/mapping-templates.md")
	if err != nil {
		t.Fatal(err)
	}
	_, examples, _ := strings.Cut(string(page), "\n## Worked examples\n")
	examples, _, _ = strings.Cut(examples, "\n## ")
	for _, tt := range []struct {
		title string
		call  *mapping.Call
		want  string // if the page has no block for it
	}{
		{"Rename fields", &mapping.Call{Body: `{"name": "Rex", "kind": "dog", "age": 3}`}, ""},
		{"Make a list", &mapping.Call{Body: `{"pets": [{"id": 1, "type": "dog"}, {"id": 2, "type": "cat"}]}`}, ""},
		{"Put an item into DynamoDB without a function", &mapping.Call{
			Body:           `{"id": "u1", "email": "me@company.com", "tags": ["a", "b"]}`,
			StageVariables: value.MapOf("table", "users"),
		}, ""},
		{"And take items out again", &mapping.Call{
			Body: `{"Count": 2, "Items": [{"id": {"S": "u1"}, "age": {"N": "30"}}, {"id": {"S": "u2"}}]}`,
		}, ""},
		{"Optional parameters", &mapping.Call{}, `{"Limit": 25}`},
		{"Optional parameters", &mapping.Call{Querystring: value.MapOf("limit", "5")}, `{"Limit": 5}`},
		{"Answer a status of your own", &mapping.Call{Body: `{"status": "missing"}`}, `{"message": "not found"}`},
		{"Answer a status of your own", &mapping.Call{Body: `{"status": "ok"}`}, `{"status":"ok"}`},
	} {
		t.Run(tt.title, func(t *testing.T) {
			_, section, ok := strings.Cut(examples, "\n### "+tt.title+"\n")
			if !ok {
				t.Fatalf("the page has no example %q", tt.title)
			}
			section, _, _ = strings.Cut(section, "\n### ")
			want := tt.want
			if want == "" {
				want = fenced(t, section, "json")
			}
			if got := render(t, fenced(t, section, "velocity"), tt.call); strings.TrimSpace(got) != want {
				t.Errorf("the page says\n%s\nit renders\n%s", want, got)
			}
		})
	}
}

// fenced returns the content of the first block of that language.
func fenced(t *testing.T, section, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(section, "```"+language+"\n")
	body, _, closed := strings.Cut(rest, "\n```")
	if !ok || !closed {
		t.Fatalf("no block of %s in\n%s", language, section)
	}
	return body
}
