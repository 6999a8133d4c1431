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
		{"Filter a list", &mapping.Call{
			Body: `{"pets": [{"name": "Rex", "age": 3}, {"name": "Max", "age": 1}, {"name": "Tom", "age": 5}]}`,
		}, ""},
		{"Count by kind", &mapping.Call{Body: `{"pets": [{"type": "dog"}, {"type": "cat"}, {"type": "dog"}]}`}, ""},
		{"Hand everything on", &mapping.Call{
			Body: `{"a": 1}`, Path: value.MapOf("id", "7"), Querystring: value.MapOf("lang", "en"), Header: value.NewMap(),
			Context: mapping.NewContext(value.MapOf("httpMethod", "GET", "stage", "prod")),
		}, ""},
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

// TestWhatThePageSaysHolds renders what the page says in passing.
func TestWhatThePageSaysHolds(t *testing.T) {
	call := func() *mapping.Call {
		return &mapping.Call{Body: `{"owner":{"name":"Ann","age":30},"list":["a/b"]}`}
	}
	for _, tt := range []struct{ claim, template, want string }{
		{"nothing is the empty string, and holds", `[$nope]#if($input.path('$.nope'))holds#end#if($nope == "")empty#end`, "[]holdsempty"},
		{"literals never hold", `#if(1)a#{else}b#end#if("x")a#{else}b#end#if(true)a#{else}b#end`, "bba"},
		{"maps print as Java", `$input.path('$.owner')`, "{name=Ann, age=30}"},
		{"lists print as JSON, with escaped slashes", `$input.path('$.list')`, `["a\/b"]`},
		{"the quote that JSON does not know can be taken back", `$util.escapeJavaScript("it's").replaceAll("\\'", "'")`, "it's"},
		{"a hyphen belongs to the name", `#set($a-b = 3)#set($a = 1)$a-b ${a}-b`, "3 1-b"},
		{"subtraction wants blanks", `#set($a = 3)#set($c = $a - 1)$c`, "2"},
		{"null sets the empty string", `#set($map = {})#set($a = $map.get("nope"))[$a]`, "[]"},
		{"what cannot be calculated changes nothing", `#set($a = 1)#set($a = 1/0)$a`, "1"},
		{"macros print as they are written", `#macro(m)x#end#m()`, "#m()"},
		{"blocks are there", `#define($b)q#end$b`, "q"},
		{"static methods are reached through any value of the class", `#set($Integer = 0)$Integer.parseInt("42")`, "42"},
		{"json brings quotes, and an absent value is an empty string", `$input.json('$.owner.name')$input.json('$.nope')`, `"Ann"""`},
		{"escapes", `\$name \#if`, "$name #if"},
		{"text in which nothing is live", `#[[$x #if]]#`, "$x #if"},
		{"indexes from the end", `#set($l = [1, 2, 3])$l[-1] $l.size()`, "3 3"},
		{"where a loop is", `#foreach($i in [1..2])$foreach.index$foreach.count$velocityCount#if($foreach.hasNext),#end#end`, "011,122"},
	} {
		t.Run(tt.claim, func(t *testing.T) {
			if got := render(t, tt.template, call()); got != tt.want {
				t.Errorf("%s renders %q, want %q", tt.template, got, tt.want)
			}
		})
	}
	for _, template := range []string{`#set($a = 3)#set($c = $a -1)`, `cost $`, `item #`, `$x.size( )`, `#include("x")`, `#parse("x")`} {
		if _, err := mapping.Parse(template); err == nil {
			t.Errorf("Parse(%s) succeeds", template)
		}
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
