package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const trivial = `exports.handler = async (event) => ({ok: true});`

// modern does what the article's function does, with the SDK of today, which
// keeps its connections.
const modern = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const db = new DynamoDBClient({});
exports.handler = async ({ uid, username, email }) => {
  await db.send(new PutItemCommand({ TableName: 'user', Item: { pk: { S: uid }, username: { S: username }, email: { S: email } } }));
  return 'Put user ' + username + ' with email ' + email + ' to DynamoDB.';
};`

// compiled is how long functions are called before that counts. Node compiles
// what it runs often, and a call of the SDK takes a third of the time after some
// thousand calls; each of several environments does that for itself.
const compiled = 8 * time.Second

// runFunctions makes two functions and the article's API, and measures calls
// of them beside the bare server.
func runFunctions(ctx context.Context, b *bench) (section, error) {
	s, err := b.target(ctx)
	if err != nil {
		return section{}, err
	}
	old, today, static, err := s.createArticle(ctx)
	if err != nil {
		return section{}, err
	}
	invoke := invocations("trivial", "{}", `"ok":true`)
	post := func(api string) maker {
		return func(ctx context.Context, s server, _ int) ([]request, error) {
			body := []byte(`{"uid":"1","username":"me","email":"me@company.com"}`)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/_aws/execute-api/"+api+"/prod/", nil)
			if err != nil {
				return nil, err
			}
			req.Header.Set("Content-Type", "application/json")
			r, err := newRequest(req, body)
			r.want = `"Put user me`
			return []request{r}, err
		}
	}
	t, err := b.besideBare(ctx, "Functions, beside a bare net/http server", s, []profile{
		{name: "Invoke, warm, Node 22", connections: 1, requests: invoke, warmUp: compiled},
		{name: "Invoke, warm, Node 22", connections: 8, requests: invoke, warmUp: compiled},
		{name: "Invoke, cold, one after another, Node 22", connections: 1, requests: invoke, before: s.coolDown("trivial")},
		{name: "POST → API → function → PutItem, the article's on Node 6.10", connections: 1, requests: post(old), warmUp: compiled},
		{name: "POST → API → function → PutItem, the article's on Node 6.10", connections: 8, requests: post(old), warmUp: compiled},
		{name: "POST → API → function → PutItem, on Node 22", connections: 1, requests: post(today), warmUp: compiled},
		{name: "POST → API → function → PutItem, on Node 22", connections: 8, requests: post(today), warmUp: compiled},
		{name: "POST → API → function → PutItem, a static program in Go", connections: 1, requests: post(static), warmUp: compiled},
		{name: "POST → API → function → PutItem, a static program in Go", connections: 8, requests: post(static), warmUp: compiled},
	})
	t.notes = append(t.notes, fmt.Sprintf("What is warm was called for %v before, since JavaScript is compiled while it runs.", compiled))
	return t, err
}

// createArticle makes a trivial function, and the article's with its table and
// its API, as it is, as one would write it today, and in Go. It returns the ids
// of the APIs.
func (s server) createArticle(ctx context.Context) (old, today, static string, err error) {
	article, err := os.ReadFile("examples/article/putitem.js")
	if err != nil {
		return "", "", "", err
	}
	bootstrap, err := buildBootstrap(ctx)
	if err != nil {
		return "", "", "", err
	}
	if err := s.create(ctx, dataset{table: "user"}); err != nil && !strings.Contains(err.Error(), "ResourceInUse") {
		return "", "", "", err
	}
	role, err := s.createRole(ctx, "functions")
	if err != nil {
		return "", "", "", err
	}
	if _, err := s.createFunction(ctx, program{name: "trivial", source: trivial, runtime: "nodejs22.x"}, role); err != nil {
		return "", "", "", err
	}
	var apis [3]string
	for i, p := range []program{
		{name: "putitem", source: strings.ReplaceAll(string(article), `"uid": uid`, `"pk": uid`), runtime: "nodejs6.10"},
		{name: "modern", source: modern, runtime: "nodejs22.x"},
		{name: "static", file: "bootstrap", source: bootstrap, runtime: "provided.al2023"},
	} {
		function, err := s.createFunction(ctx, p, role)
		if err != nil {
			return "", "", "", err
		}
		if apis[i], err = s.createAPI(ctx, function); err != nil {
			return "", "", "", err
		}
	}
	return apis[0], apis[1], apis[2], nil
}

// buildBootstrap builds the function in Go.
func buildBootstrap(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "bootstrap")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", path, "./bench/bootstrap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	built, err := os.ReadFile(path)
	return string(built), err
}

// call makes one signed REST call and reads its JSON answer.
func (s server) call(ctx context.Context, service, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	r, err := s.sign(ctx, service, method, path, map[string]string{"Content-Type": "application/json"}, body)
	if err != nil {
		return err
	}
	status, text, err := roundTrip(ctx, s.url, r)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, status, text)
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// createRole makes a role for functions.
func (s server) createRole(ctx context.Context, name string) (arn string, err error) {
	iam := func(form url.Values) (string, error) {
		form.Set("Version", "2010-05-08")
		r, err := s.sign(ctx, "iam", http.MethodPost, "/", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(form.Encode()))
		if err != nil {
			return "", err
		}
		status, text, err := roundTrip(ctx, s.url, r)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%s: %d %.300s", form.Get("Action"), status, text)
		}
		return string(text), err
	}
	text, err := iam(url.Values{"Action": {"CreateRole"}, "RoleName": {name}, "AssumeRolePolicyDocument": {
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}})
	if err != nil {
		return "", err
	}
	_, after, _ := strings.Cut(text, "<Arn>")
	arn, _, _ = strings.Cut(after, "</Arn>")
	for _, policy := range []string{"service-role/AWSLambdaBasicExecutionRole", "AmazonDynamoDBFullAccess"} {
		if _, err := iam(url.Values{"Action": {"AttachRolePolicy"}, "RoleName": {name}, "PolicyArn": {"arn:aws:iam::aws:policy/" + policy}}); err != nil {
			return "", err
		}
	}
	return arn, nil
}

// program is the code of a function, which is one file.
type program struct {
	name, source, runtime string
	file                  string // "index.js" by default
	memoryMB              int    // one core by default
}

// archive is the program as a package.
func (p program) archive() ([]byte, error) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	head := &zip.FileHeader{Name: cmp.Or(p.file, "index.js"), Method: zip.Deflate}
	head.SetMode(0o755)
	entry, err := w.CreateHeader(head)
	if err != nil {
		return nil, err
	}
	if _, err := entry.Write([]byte(p.source)); err != nil {
		return nil, err
	}
	err = w.Close()
	return archive.Bytes(), err
}

// createFunction makes a function and waits until it is active.
func (s server) createFunction(ctx context.Context, p program, role string) (arn string, err error) {
	archive, err := p.archive()
	if err != nil {
		return "", err
	}
	var made struct{ FunctionArn, State string }
	err = s.call(ctx, "lambda", http.MethodPost, "/2015-03-31/functions", map[string]any{
		"FunctionName": p.name, "Runtime": p.runtime, "Handler": "index.handler", "Role": role, "Timeout": 120,
		"MemorySize": cmp.Or(p.memoryMB, 1769), "Code": map[string]any{"ZipFile": archive},
	}, &made)
	if err != nil {
		return "", err
	}
	return made.FunctionArn, s.waitActive(ctx, p.name)
}

// waitActive waits for a new or changed function.
func (s server) waitActive(ctx context.Context, name string) error {
	for ctx.Err() == nil {
		var now struct{ State, LastUpdateStatus, StateReason string }
		err := s.call(ctx, "lambda", http.MethodGet, "/2015-03-31/functions/"+name+"/configuration", nil, &now)
		switch {
		case err != nil:
			return err
		case now.State == "Active" && now.LastUpdateStatus == "Successful":
			return nil
		case now.State == "Failed":
			return errors.New(now.StateReason)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return ctx.Err()
}

// coolDown changes a function, so that the next call needs a new environment.
func (s server) coolDown(name string) func(context.Context) error {
	n := 0
	return func(ctx context.Context) error {
		n++
		err := s.call(ctx, "lambda", http.MethodPut, "/2015-03-31/functions/"+name+"/configuration",
			map[string]any{"Environment": map[string]any{"Variables": map[string]string{"ROUND": fmt.Sprint(time.Now().UnixNano(), n)}}}, nil)
		if err != nil {
			return err
		}
		return s.waitActive(ctx, name)
	}
}

// createAPI makes the article's API in front of a function.
func (s server) createAPI(ctx context.Context, function string) (id string, err error) {
	g, err := s.newGateway(ctx, 0)
	if err != nil {
		return "", err
	}
	err = g.put(ctx, g.root, http.MethodPost,
		part{"", map[string]any{"authorizationType": "NONE"}},
		part{"/integration", map[string]any{"type": "AWS", "httpMethod": "POST",
			"uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"}},
		part{"/responses/200", map[string]any{"responseModels": map[string]string{"application/json": "Empty"}}},
		part{"/integration/responses/200", map[string]any{"responseTemplates": map[string]string{"application/json": ""}}})
	if err != nil {
		return "", err
	}
	if err := g.deploy(ctx); err != nil {
		return "", err
	}
	arn := strings.Split(function, ":")
	account, name := arn[4], arn[6]
	return g.id, s.call(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/"+name+"/policy", map[string]any{
		"StatementId": "bench", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
		"SourceArn": "arn:aws:execute-api:us-east-1:" + account + ":" + g.id + "/prod/POST/",
	}, nil)
}
