package functions

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/test/servertest"
)

// withPackages makes a package of one file of Node's, and of the packages whose
// folders match: its libraries, and what they need.
func withPackages(t *testing.T, name, file, folders string) *pack {
	t.Helper()
	p := newPack(t).file(name, "testdata/node/"+file)
	modules := servertest.Tool(t, "packages", "node_modules")
	found, err := filepath.Glob(filepath.Join(modules, folders))
	if err != nil || len(found) == 0 {
		t.Fatalf("no packages: %v", err)
	}
	for _, dir := range found {
		p.tree("node_modules/"+filepath.Base(dir), dir)
	}
	return p
}

// unscoped are the folders of packages whose names have no scope: Express is made
// of such.
const unscoped = "[a-z]*"

func TestPowertoolsForTypeScript(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	_, err := c.items.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]ddbtypes.AttributeValue{
		"id": &ddbtypes.AttributeValueMemberS{Value: "greeting"}, "value": &ddbtypes.AttributeValueMemberS{Value: "hello"},
	}})
	c.must(err)
	c.deploy("orders", function{runtime: "nodejs22.x", handler: "app.handler", code: withPackages(t, "app.mjs", "powertools.mjs", "@aws*").bytes()})
	r := c.invoke("orders", `{"order":7}`)
	if r.failure != "" || r.payload != `{"greeting":"hello"}` {
		t.Fatalf("answer = %q %s\n%s", r.failure, r.payload, r.log)
	}
	wantLogged(t, r.log, map[string]any{"level": "INFO", "message": "an order", "order": 7., "service": "orders", "cold_start": true,
		"function_name": "orders", "function_memory_size": "512", "function_arn": "arn:aws:lambda:us-east-1:" + servertest.Account + ":function:orders"})
	wantLogged(t, r.log, map[string]any{"service": "orders", "taken": 1.})
}

func TestPowertoolsForPython(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	f := function{runtime: "python3.12", handler: "app.order", code: withPowertools(t)}
	c.deploy("orders", f)
	for _, tt := range []struct{ event, want string }{
		{`{"order":7}`, `{"number": 1}`}, {`{"order":7}`, `{"number": 1}`}, {`{"order":8}`, `{"number": 2}`},
	} {
		r := c.invoke("orders", tt.event)
		if r.failure != "" || r.payload != tt.want {
			t.Fatalf("%s: answer = %q %s, want %s\n%s", tt.event, r.failure, r.payload, tt.want, r.log)
		}
		if tt.event == `{"order":8}` {
			wantLogged(t, r.log, map[string]any{"level": "INFO", "message": "an order", "order": 8., "service": "orders", "cold_start": false,
				"function_name": "orders", "function_memory_size": "512"})
			wantLogged(t, r.log, map[string]any{"service": "orders", "taken": []any{1.}})
		}
	}
	f.handler = "app.site"
	c.deploy("site", f)
	ask := c.site("site", types.InvokeModeBuffered)
	wantAnswer(t, ask("GET", "/hello/Ada?from=us", ""), 200, "application/json", `{"hello":"Ada","from":"us"}`)
	wantAnswer(t, ask("GET", "/absent", ""), 404, "application/json", `{"statusCode":404,"message":"there is nothing"}`)
}

// withPowertools makes a package with the library; what it needs beside, AWS's
// runtimes have.
func withPowertools(t *testing.T) []byte {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(servertest.Tool(t, "python", "lib"), "python3*", "site-packages", "aws_lambda_powertools"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the library is in %q, %v", found, err)
	}
	return newPack(t).file("app.py", "testdata/python/powertools.py").
		tree("aws_lambda_powertools", found[0]).
		file("typing_extensions.py", filepath.Join(filepath.Dir(found[0]), "typing_extensions.py")).bytes()
}

func TestMiddy(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("hello", function{runtime: "nodejs22.x", handler: "app.handler", code: withPackages(t, "app.mjs", "middy.mjs", "@middy").bytes()})
	ask := c.site("hello", types.InvokeModeBuffered)
	wantAnswer(t, ask("POST", "/", `{"name":"Ada"}`), 200, "text/plain", "hello Ada")
	wantAnswer(t, ask("POST", "/", `{}`), 422, "text/plain", "who are you?")
	wantAnswer(t, ask("POST", "/", `{"name`), 422, "text/plain", "Invalid or malformed JSON was provided")
}

func TestExpressThroughServerlessHTTP(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("site", function{runtime: "nodejs20.x", handler: "app.handler", code: withPackages(t, "app.js", "express.js", unscoped).bytes()})
	express(t, c.site("site", types.InvokeModeBuffered))
}

// TestExpressThroughAWSsWebAdapter has the same program as a server, behind an
// extension that asks for events and makes requests of them.
func TestExpressThroughAWSsWebAdapter(t *testing.T) {
	t.Parallel()
	adapter := filepath.Join(os.Getenv("CLOUDLESS_TEST_TOOLS"), "adapter", "bin", "lambda-adapter")
	if _, err := os.Stat(adapter); err != nil { // in CI too: set-up needs none of what builds it
		t.Skip("there is no Lambda Web Adapter: make test builds it where cargo can")
	}
	c := newCloud(t)
	layer, err := c.lambda.PublishLayerVersion(t.Context(), &lambda.PublishLayerVersionInput{
		LayerName: aws.String("adapter"),
		Content: &types.LayerVersionContentInput{ZipFile: newPack(t).
			file("extensions/lambda-adapter", adapter).
			add("bootstrap", 0o755, []byte("#!/bin/sh\nexec \"$LAMBDA_TASK_ROOT/$_HANDLER\"\n")).bytes()},
	})
	c.must(err)
	c.deploy("site", function{
		runtime: "nodejs22.x", handler: "run.sh", timeout: 30,
		code:      withPackages(t, "app.js", "express.js", unscoped).add("run.sh", 0o755, []byte("#!/bin/sh\nexec node app.js\n")).bytes(),
		variables: map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap", "PORT": "8080", "AWS_LWA_READINESS_CHECK_PATH": "/hello/x"},
		layers:    []string{*layer.LayerVersionArn},
	})
	express(t, c.site("site", types.InvokeModeBuffered))
}

func express(t *testing.T, ask func(method, path, body string) *http.Response) {
	t.Helper()
	wantAnswer(t, ask("GET", "/hello/Ada%20L?from=us", ""), 200, "application/json", `{"hello":"Ada L","from":"us"}`)
	made := ask("POST", "/echo", `{"ü":[1,null]}`)
	if made.Header.Get("X-Kind") != "express" {
		t.Errorf("headers = %v", made.Header)
	}
	wantAnswer(t, made, 201, "application/json", `{"ü":[1,null]}`)
	if resp := ask("GET", "/absent", ""); resp.StatusCode != 404 {
		t.Errorf("status = %d, want 404", resp.StatusCode)
	}
}

func wantAnswer(t *testing.T, resp *http.Response, status int, contentType, body string) {
	t.Helper()
	if got := text(t, resp); resp.StatusCode != status || !strings.HasPrefix(resp.Header.Get("Content-Type"), contentType) || got != body {
		t.Errorf("answer = %d %s %q, want %d %s %q", resp.StatusCode, resp.Header.Get("Content-Type"), got, status, contentType, body)
	}
}

// wantLogged looks for a line of JSON that has all these members.
func wantLogged(t *testing.T, log string, want map[string]any) {
	t.Helper()
lines:
	for line := range strings.Lines(log) {
		var got map[string]any
		if json.Unmarshal([]byte(line), &got) != nil {
			continue
		}
		for name, value := range want {
			wanted, _ := json.Marshal(value)
			found, _ := json.Marshal(got[name])
			if string(wanted) != string(found) {
				continue lines
			}
		}
		return
	}
	t.Errorf("no line of the log has %v:\n%s", want, log)
}
