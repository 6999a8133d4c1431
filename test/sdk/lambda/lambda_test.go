// Package lambda tells Lambda's stories through AWS's SDKs, each against a server
// of its own.
package lambda

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

const region = "us-east-1"

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// teller is a client of a server, with a role for functions.
type teller struct {
	*lambda.Client
	t    *testing.T
	srv  *app.App
	role string
}

func newTeller(t *testing.T) teller {
	t.Helper()
	return newTellerAt(t, filepath.Join(t.TempDir(), "data"))
}

// newTellerAt is one of a server on a data directory.
func newTellerAt(t *testing.T, dataDir string) teller {
	t.Helper()
	srv := servertest.StartAt(t, dataDir)
	cfg := servertest.SDK(region, srv.URL, srv.RootKey.ID, srv.RootKey.Secret)
	c := iam.NewFromConfig(cfg)
	role, err := c.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("runner"), AssumeRolePolicyDocument: aws.String(trust)})
	if err == nil {
		_, err = c.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("runner"), PolicyArn: aws.String("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")})
	}
	if err != nil {
		t.Fatal(err)
	}
	return teller{lambda.NewFromConfig(cfg), t, srv, *role.Role.Arn}
}

// create makes a Node function and waits until it is active.
func (s teller) create(name, code string, edit ...func(*lambda.CreateFunctionInput)) {
	s.t.Helper()
	in := &lambda.CreateFunctionInput{
		FunctionName: &name, Role: &s.role, Handler: aws.String("index.handler"), Runtime: types.RuntimeNodejs22x,
		Code: &types.FunctionCode{ZipFile: archive(s.t, "index.js", code)},
	}
	for _, e := range edit {
		e(in)
	}
	_, err := s.CreateFunction(s.t.Context(), in)
	if err == nil {
		err = lambda.NewFunctionActiveV2Waiter(s.Client).Wait(s.t.Context(), &lambda.GetFunctionInput{FunctionName: &name}, time.Minute)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// python runs a script of boto3, which ends with "ok".
func (s teller) python(script string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), servertest.Tool(s.t, "python", "bin", "python"), script)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.t.TempDir(), "AWS_ENDPOINT_URL=" + s.srv.URL, "AWS_DEFAULT_REGION=" + region,
		"AWS_ACCESS_KEY_ID=" + s.srv.RootKey.ID, "AWS_SECRET_ACCESS_KEY=" + s.srv.RootKey.Secret,
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "ok") {
		s.t.Errorf("%s: %v\n%s", script, err, out)
	}
}

// archive makes a zip of one file.
func archive(t *testing.T, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	entry, err := w.Create(name)
	if err == nil {
		_, err = entry.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
