// Package terraform_test drives a server with Terraform and AWS's own provider:
// a configuration applies, shows no drift, and destroys.
//
// The provider is not fetched. CLOUDLESS_TERRAFORM_MIRROR names a folder that
// has it, in the layout of Terraform's filesystem mirrors; without it, or without
// the command terraform, the tests say so and are skipped.
package terraform_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

// terraform is one configuration, in a folder of its own, and the server that
// it is for.
type terraform struct {
	t   *testing.T
	srv *app.App
	dir string
	env []string
}

// open copies a configuration and initializes it.
func open(t *testing.T, configuration string) *terraform {
	t.Helper()
	mirror := os.Getenv("CLOUDLESS_TERRAFORM_MIRROR")
	if mirror == "" {
		t.Skip("CLOUDLESS_TERRAFORM_MIRROR names no mirror of Terraform's providers")
	}
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("there is no terraform command")
	}
	tf := &terraform{t: t, srv: servertest.Start(t), dir: t.TempDir()}
	if err := os.CopyFS(tf.dir, os.DirFS(filepath.Join("testdata", configuration))); err != nil {
		t.Fatal(err)
	}
	cli := filepath.Join(tf.dir, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := os.WriteFile(cli, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tf.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+cli, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "HOME="+tf.dir,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PROFILE=", "AWS_ENDPOINT_URL="+tf.srv.URL, "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID="+tf.srv.RootKey.ID, "AWS_SECRET_ACCESS_KEY="+tf.srv.RootKey.Secret)
	tf.run("init")
	return tf
}

// run runs a command of terraform, which has to succeed, and returns what it
// printed.
func (tf *terraform) run(args ...string) string {
	tf.t.Helper()
	out, err := tf.try(args...)
	if err != nil {
		tf.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (tf *terraform) try(args ...string) (string, error) {
	cmd := exec.CommandContext(tf.t.Context(), "terraform", append(args, "-no-color", "-input=false")...)
	cmd.Dir, cmd.Env = tf.dir, tf.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// wantNoDrift plans once more, and shows what would be changed.
func (tf *terraform) wantNoDrift() {
	tf.t.Helper()
	if out, err := tf.try("plan", "-detailed-exitcode"); err != nil {
		tf.t.Errorf("a second plan is not empty: %v\n%s", err, out)
	}
}

// output returns an output of the configuration.
func (tf *terraform) output(name string) string {
	tf.t.Helper()
	cmd := exec.CommandContext(tf.t.Context(), "terraform", "output", "-raw", name)
	cmd.Dir, cmd.Env = tf.dir, tf.env
	out, err := cmd.Output()
	if err != nil {
		tf.t.Fatal(err)
	}
	return string(out)
}

// get calls a deployed API under a host.
func (tf *terraform) get(host, path string) (status int, body string) {
	tf.t.Helper()
	r, err := http.NewRequestWithContext(tf.t.Context(), "GET", tf.srv.URL+path, nil)
	if err != nil {
		tf.t.Fatal(err)
	}
	r.Host = host
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		tf.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		tf.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestAPIGateway(t *testing.T) {
	tf := open(t, "apigateway")
	tf.run("apply", "-auto-approve")
	tf.wantNoDrift()
	for _, tt := range []struct{ name, host, path, body string }{
		{"piece by piece", tf.output("api") + ".execute-api.us-east-1.amazonaws.com", "/prod/pets/7", `{"pet": "7"}`},
		{"from a document", tf.output("imported") + ".execute-api.us-east-1.amazonaws.com", "/live/hello", `{"hello": "world"}`},
		{"under a name of its own", "shop.example.com", "/v1/pets/8", `{"pet": "8"}`},
	} {
		if status, body := tf.get(tt.host, tt.path); status != 200 || body != tt.body {
			t.Errorf("%s: %d %s, want 200 %s", tt.name, status, body, tt.body)
		}
	}
	// What the configuration changes, the server changes, and nothing else.
	tf.run("apply", "-auto-approve", "-var", "greeting=moon")
	if out, err := tf.try("plan", "-detailed-exitcode", "-var", "greeting=moon"); err != nil {
		t.Errorf("a plan after a change is not empty: %v\n%s", err, out)
	}
	tf.run("destroy", "-auto-approve", "-var", "greeting=moon")
	left, err := apigateway.NewFromConfig(servertest.SDK("us-east-1", tf.srv.URL, tf.srv.RootKey.ID, tf.srv.RootKey.Secret)).
		GetRestApis(t.Context(), &apigateway.GetRestApisInput{})
	if err != nil || len(left.Items) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestLambda(t *testing.T) {
	tf := open(t, "lambda")
	tf.writeZip("code.zip", "index.js", `exports.handler = async (event) => ({ statusCode: 200, body: process.env.GREETING + " " + event.name });`)
	tf.run("apply", "-auto-approve")
	tf.wantNoDrift()
	if got := tf.output("result"); got != `{"statusCode":200,"body":"world terraform"}` {
		t.Errorf("the function answered %s", got)
	}
	if got := tf.output("functions"); got != "greet,plain" {
		t.Errorf("there are %s", got)
	}
	if status, body := tf.get(tf.output("url_id")+".lambda-url.us-east-1.on.aws", "/"); status != 200 || body != "world undefined" {
		t.Errorf("the URL answers %d %s", status, body)
	}
	// A change makes a new version, and the alias leads to it.
	tf.run("apply", "-auto-approve", "-var", "greeting=moon")
	if out, err := tf.try("plan", "-detailed-exitcode", "-var", "greeting=moon"); err != nil {
		t.Errorf("a plan after a change is not empty: %v\n%s", err, out)
	}
	if _, body := tf.get(tf.output("url_id")+".lambda-url.us-east-1.on.aws", "/"); body != "moon undefined" {
		t.Errorf("then the URL answers %s", body)
	}
	tf.run("destroy", "-auto-approve", "-var", "greeting=moon")
	left, err := lambda.NewFromConfig(servertest.SDK("us-east-1", tf.srv.URL, tf.srv.RootKey.ID, tf.srv.RootKey.Secret)).
		ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if err != nil || len(left.Functions) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// writeZip writes an archive of one file into the configuration's folder.
func (tf *terraform) writeZip(archive, name, content string) {
	tf.t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err = errors.Join(err, w.Close()); err == nil {
		err = os.WriteFile(filepath.Join(tf.dir, archive), b.Bytes(), 0o600)
	}
	if err != nil {
		tf.t.Fatal(err)
	}
}
