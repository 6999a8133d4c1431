package clients

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"cloudless/test/servertest"
)

func TestCurl(t *testing.T) {
	curl := servertest.Program(t, "curl")
	p := deploy(t, "*")
	p.put("1", "Tom", "cat")
	p.put("a b/c", `"Rex"`, "dog")
	const tom = "200 {\"id\": \"1\", \"name\": \"Tom\", \"kind\": \"cat\"}\n"

	for _, tt := range []struct {
		name  string
		args  []string
		stdin string
		want  string // a pattern for status and body
	}{
		{"a host that curl resolves by itself", []string{p.url + "/pets/1"}, "", tom},
		{"AWS's own host, by header", []string{"-H", "Host: " + p.id + ".execute-api.us-east-1.amazonaws.com", p.server + "/prod/pets/1"}, "", tom},
		{"a path, for who can neither resolve nor set a host", []string{p.server + "/_aws/execute-api/" + p.id + "/prod/pets/1"}, "", tom},
		{"HTTP/1.0", []string{"--http1.0", p.url + "/pets/1"}, "", tom},
		{"HTTP/2 without TLS", []string{"--http2-prior-knowledge", p.url + "/pets/1"}, "", tom},
		{"a variable with escapes", []string{p.url + "/pets/a%20b%2Fc"}, "", "200 {\"id\": \"a b/c\", \"name\": \"\\\"Rex\\\"\", \"kind\": \"dog\"}\n"},
		{"a query", []string{"-G", "--data-urlencode", "kind=dog", p.url + "/pets"}, "", `200 [{"id": "a b/c", "name": "\"Rex\"", "kind": "dog"}]` + "\n"},
		{"what is not there", []string{p.url + "/pets/2"}, "", "404 {\"message\": \"there is no such pet\"}\n"},
		{"only the head, which no method answers", []string{"-I", p.url + "/pets/1"}, "", "403 "},
		{"a form's default type, for which there is no template", []string{"-d", "name=Mia", p.url + "/pets"}, "", `415 {"message":"Unsupported Media Type"}`},
		{"JSON", []string{"--json", `{"name": "Mia", "kind": "cat"}`, p.url + "/pets"}, "", `201 {"id": "*", "name": "new", "kind": "cat"}`},
		{"a body of unknown length, in chunks", []string{"-T", "-", "-X", "POST", "-H", "Content-Type: application/json", p.url + "/pets"},
			`{"name": "` + strings.Repeat("M", 100_000) + `", "kind": "cat"}`, `201 {"id": "*", "name": "new", "kind": "cat"}`},
		{"a body that waits for 100 Continue", []string{"-H", "Expect: 100-continue", "-H", "Content-Type: application/json", "--data-binary", "@-", p.url + "/pets"},
			`{"name": "` + strings.Repeat("M", 100_000) + `", "kind": "cat"}`, `201 {"id": "*", "name": "new", "kind": "cat"}`},
		{"a body that is too large", []string{"-H", "Content-Type: application/json", "--data-binary", "@-", p.url + "/pets"},
			strings.Repeat(" ", 10<<20+1), `413 {"message":"Request Too Long"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), curl, append([]string{"-q", "-sS", "--noproxy", "*", "--max-time", "60", "-w", "%{stderr}%{http_code}"}, tt.args...)...)
			cmd.Stdin, cmd.Stderr = strings.NewReader(tt.stdin), &stderr
			body, err := cmd.Output()
			if strings.HasPrefix(tt.want, "403") {
				body = nil // of the head
			}
			got := stderr.String() + " " + string(body)
			pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(tt.want), `"\*"`, `"[-0-9a-f]{36}"`) + "$"
			if err != nil || !regexp.MustCompile(pattern).MatchString(got) {
				t.Errorf("curl %s\n got %s (%v)\nwant %s", strings.Join(tt.args, " "), got, err, tt.want)
			}
		})
	}
}
