package openapi

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// golden holds a text against a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", name, got)
	}
}

// Both versions, and both forms of text, say the same of the shop. The golden
// file is that of both.
func TestReadTheWholeLanguage(t *testing.T) {
	for _, name := range []string{"shop.json", "shop.yaml"} {
		t.Run(name, func(t *testing.T) {
			api, warnings, err := Read(file(t, name), Options{APIID: "a1", BasePath: "split"})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "shop.golden.json", asJSON(t, api))
			want := []string{"Reference to model 'Nope' not found. Ignoring.",
				"Invalid format for 'requestParameters'. Expected type string for property 'integration.request.header.nothing' of resource '/shop/things' and method 'POST' but got 'true'"}
			if !slices.Equal(warnings, want) {
				t.Errorf("warnings:\n got %q\nwant %q", warnings, want)
			}
		})
	}
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	api, _, err := Read(file(t, "shop.json"), Options{APIID: "a1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		name string
		form Form
	}{
		{"2.json", Form{}}, {"3.json", Form{Version3: true}}, {"2.yaml", Form{YAML: true}}, {"3.yaml", Form{Version3: true, YAML: true}},
	} {
		t.Run(f.name, func(t *testing.T) {
			f.form.Host, f.form.Stage, f.form.With = "a1.execute-api.us-east-1.amazonaws.com", "prod", Extensions{All: true, Documentation: true}
			doc, err := Write(api, f.form)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "written."+f.name, string(doc))
			again, warnings, err := Read(doc, Options{APIID: "a1"})
			if err != nil || len(warnings) > 0 {
				t.Fatal(err, warnings)
			}
			back, err := Write(again, f.form)
			if err != nil || string(back) != string(doc) {
				t.Errorf("written, read and written again (%v):\n%s", err, back)
			}
		})
	}
}

func TestBasePaths(t *testing.T) {
	swagger := `{"swagger":"2.0","basePath":"%","paths":{"/":{},"/a/":{}}}`
	for _, tt := range []struct{ name, doc, base, want string }{
		{"ignored", strings.ReplaceAll(swagger, "%", "/v1/x"), "", "/ /a"},
		{"prepended", strings.ReplaceAll(swagger, "%", "/v1/x"), "prepend", "/v1/x /v1/x/a"},
		{"split", strings.ReplaceAll(swagger, "%", "/v1/x"), "split", "/x /x/a"},
		{"split, of one part", strings.ReplaceAll(swagger, "%", "v1"), "split", "/ /a"},
		{"none", strings.ReplaceAll(swagger, "%", "/"), "prepend", "/ /a"},
		{"of a server", `{"openapi":"3.0.3","servers":[{"url":"https://h/v1/x"}],"paths":{"/a":{}}}`, "prepend", "/v1/x/a"},
		{"of a server without a host", `{"openapi":"3.0.0","servers":[{"url":"/v1"}],"paths":{"/a":{}}}`, "prepend", "/v1/a"},
		{"of a variable", `{"openapi":"3.0.0","servers":[{"url":"https://h/{b}","variables":{"b":{"default":"/v1"}}}],"paths":{"/a":{}}}`, "prepend", "/v1/a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api, _, err := Read([]byte(tt.doc), Options{BasePath: tt.base})
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, r := range api.Resources {
				paths = append(paths, r.Path)
			}
			if got := strings.Join(paths, " "); got != tt.want {
				t.Errorf("paths = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ",") + "]\n"
	}
	// Each of many methods refers to all of the same much.
	shared := `{"openapi":"3.0.0","paths":{`
	for i := range 2000 {
		shared += fmt.Sprintf(`"/p%d":{"get":{"responses":{"200":{"$ref":"#/components/responses/all"}}}},`, i)
	}
	shared += `"/":{}},"components":{"responses":{"all":{"headers":{"h":{}`
	for i := range 2000 {
		shared += fmt.Sprintf(`,"h%d":{}`, i)
	}
	const swagger = `{"swagger":"2.0","paths":`
	for _, tt := range []struct{ name, doc, want string }{
		{"nothing", ``, "Invalid OpenAPI input."},
		{"what is neither JSON nor YAML", `{"swagger": "2.0"`, "Invalid OpenAPI input."},
		{"a text", `hello`, "Invalid OpenAPI input."},
		{"a list", `[]`, "Invalid OpenAPI input."},
		{"another version", `{"openapi":"3.1.0"}`, "Invalid OpenAPI input."},
		{"a tag of YAML", "swagger: !!python/object 2.0\nx: *y", "Invalid OpenAPI input."},
		{"a bomb", bomb + "swagger: '2.0'\n", "Invalid OpenAPI input."},
		{"a loop", "swagger: '2.0'\nx: &x\n  y: *x\n", "Invalid OpenAPI input."},
		{"endless nesting", `{"swagger":"2.0","x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, "Invalid OpenAPI input."},
		{"much that is shared by many methods", shared + `}}}}}`, "Invalid OpenAPI input."},
		{"a document of more than 6 MB", swagger + `{}}` + strings.Repeat(" ", MaxBytes), "Invalid OpenAPI input."},
		{"a URI that is no text", swagger + `{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"http","uri":{"Fn::Sub":"x"}}}}}}`,
			"Unable to parse API definition because of a malformed integration at path /a."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Read([]byte(tt.doc), Options{})
			if problem, ok := errors.AsType[Problem](err); !ok || string(problem) != tt.want {
				t.Errorf("Read = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestReadDocumentation(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{`{"documentationParts":[{"location":{"type":"API"},"properties":{"a":[1, true]}}]}`, `{"a":[1,true]}`},
		{`{"openapi":"3.0.0","x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"API"},"properties":"{\"a\": 1}"}]}}`, `{"a": 1}`},
	} {
		parts, err := ReadDocumentation([]byte(tt.doc))
		if err != nil || len(parts) != 1 || *parts[0].Properties != tt.want || parts[0].Location.Type != "API" {
			t.Errorf("ReadDocumentation(%s) = %+v, %v", tt.doc, parts, err)
		}
	}
	if _, err := ReadDocumentation([]byte(`{"a":1}`)); err == nil || err.Error() != "Unable to build importer with provided input." {
		t.Errorf("ReadDocumentation = %v", err)
	}
}
