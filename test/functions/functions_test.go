// Package functions has real handlers run through the real server, in the real
// sandbox, as users write and deploy them: the same stories in each language,
// libraries that users build on, and functions that misbehave.
package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/test/servertest"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// cloud is a server with a role for functions, and a table "things" with the key
// "id".
type cloud struct {
	t      *testing.T
	url    string
	role   string
	lambda *lambda.Client
	items  *dynamodb.Client
	apis   *apigateway.Client
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	srv := servertest.Start(t)
	cfg := servertest.SDK("us-east-1", srv.URL, srv.RootKey.ID, srv.RootKey.Secret)
	c := &cloud{t: t, url: srv.URL, lambda: lambda.NewFromConfig(cfg), items: dynamodb.NewFromConfig(cfg), apis: apigateway.NewFromConfig(cfg)}
	roles := iam.NewFromConfig(cfg)
	role, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("worker"), AssumeRolePolicyDocument: aws.String(trust)})
	c.must(err)
	c.role = *role.Role.Arn
	for _, policy := range []string{"service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaRole", "AmazonDynamoDBFullAccess"} {
		_, err := roles.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("worker"), PolicyArn: aws.String("arn:aws:iam::aws:policy/" + policy)})
		c.must(err)
	}
	_, err = c.items.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("things"), BillingMode: ddbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: ddbtypes.ScalarAttributeTypeS}},
		KeySchema:            []ddbtypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: ddbtypes.KeyTypeHash}},
	})
	c.must(err)
	return c
}

func (c *cloud) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// function is a function as a test describes it.
type function struct {
	runtime, handler string
	code             []byte // a zip
	memoryMB         int32  // 512 if it is 0
	timeout          int32  // seconds; 10 if it is 0
	tmpMB            int32  // 512 if it is 0
	variables        map[string]string
	layers           []string
}

// deploy makes a function and waits until it can be invoked. The first one of its
// runtime brings what that needs.
func (c *cloud) deploy(name string, f function) {
	c.t.Helper()
	in := &lambda.CreateFunctionInput{
		FunctionName: &name, Role: &c.role, Runtime: types.Runtime(f.runtime), Handler: &f.handler,
		Code: &types.FunctionCode{ZipFile: f.code}, MemorySize: aws.Int32(orElse(f.memoryMB, 512)), Timeout: aws.Int32(orElse(f.timeout, 10)),
		EphemeralStorage: &types.EphemeralStorage{Size: aws.Int32(orElse(f.tmpMB, 512))},
		Layers:           f.layers,
	}
	if f.variables != nil {
		in.Environment = &types.Environment{Variables: f.variables}
	}
	_, err := c.lambda.CreateFunction(c.t.Context(), in)
	c.must(err)
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		out, err := c.lambda.GetFunctionConfiguration(c.t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &name})
		c.must(err)
		switch out.State {
		case types.StateActive:
			return
		case types.StateFailed:
			c.t.Fatalf("%s: %s", name, aws.ToString(out.StateReason))
		}
	}
	c.t.Fatalf("%s is not active", name)
}

func orElse(value, otherwise int32) int32 {
	if value == 0 {
		return otherwise
	}
	return value
}

// result is what a caller is told.
type result struct{ payload, failure, log string }

func (c *cloud) invoke(name, event string) result {
	c.t.Helper()
	r, err := c.tryInvoke(c.t.Context(), name, event)
	c.must(err)
	return r
}

func (c *cloud) tryInvoke(ctx context.Context, name, event string) (result, error) {
	out, err := c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: []byte(event), LogType: types.LogTypeTail})
	if err != nil {
		return result{}, err
	}
	log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	return result{string(out.Payload), aws.ToString(out.FunctionError), string(log)}, err
}

// item returns the attribute "value" of an item that a function has put.
func (c *cloud) item(id string) string {
	c.t.Helper()
	out, err := c.items.GetItem(c.t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("things"), ConsistentRead: aws.Bool(true),
		Key: map[string]ddbtypes.AttributeValue{"id": &ddbtypes.AttributeValueMemberS{Value: id}},
	})
	c.must(err)
	value, _ := out.Item["value"].(*ddbtypes.AttributeValueMemberS)
	if value == nil {
		return ""
	}
	return value.Value
}

// site gives a function a URL that everyone may ask, and returns what asks it.
func (c *cloud) site(name string, mode types.InvokeMode) func(method, path, body string) *http.Response {
	c.t.Helper()
	made, err := c.lambda.CreateFunctionUrlConfig(c.t.Context(), &lambda.CreateFunctionUrlConfigInput{
		FunctionName: &name, AuthType: types.FunctionUrlAuthTypeNone, InvokeMode: mode,
	})
	c.must(err)
	_, err = c.lambda.AddPermission(c.t.Context(), &lambda.AddPermissionInput{
		FunctionName: &name, StatementId: aws.String("everyone"), Principal: aws.String("*"),
		Action: aws.String("lambda:InvokeFunctionUrl"), FunctionUrlAuthType: types.FunctionUrlAuthTypeNone,
	})
	c.must(err)
	_, err = c.lambda.AddPermission(c.t.Context(), &lambda.AddPermissionInput{
		FunctionName: &name, StatementId: aws.String("everyone-invokes"), Principal: aws.String("*"),
		Action: aws.String("lambda:InvokeFunction"), InvokedViaFunctionUrl: aws.Bool(true),
	})
	c.must(err)
	address, err := url.Parse(*made.FunctionUrl)
	c.must(err)
	return func(method, path, body string) *http.Response {
		c.t.Helper()
		req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
		c.must(err)
		req.Host = address.Host
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		c.must(err)
		c.t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
}

// text reads what is left of an answer.
func text(t *testing.T, resp *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// pack is a package in the making.
type pack struct {
	t   *testing.T
	buf bytes.Buffer
	zip *zip.Writer
}

func newPack(t *testing.T) *pack {
	p := &pack{t: t}
	p.zip = zip.NewWriter(&p.buf)
	return p
}

// text adds a file with a content.
func (p *pack) text(name, content string) *pack { return p.add(name, 0o644, []byte(content)) }

// file adds a file of the machine.
func (p *pack) file(name, from string) *pack {
	p.t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		p.t.Fatal(err)
	}
	data, err := os.ReadFile(from)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.add(name, info.Mode(), data)
}

// tree adds a directory of the machine, or a file, with all that is in it.
func (p *pack) tree(name, from string) *pack {
	p.t.Helper()
	err := filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "__pycache__" || d.Name() == ".bin" {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			rel, err := filepath.Rel(from, file)
			if err != nil {
				return err
			}
			p.file(path.Join(name, filepath.ToSlash(rel)), file)
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return p
}

func (p *pack) add(name string, mode fs.FileMode, data []byte) *pack {
	p.t.Helper()
	h := &zip.FileHeader{Name: name, Method: zip.Store} // it does not travel far
	h.SetMode(mode)
	w, err := p.zip.CreateHeader(h)
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return p
}

func (p *pack) bytes() []byte {
	p.t.Helper()
	if err := p.zip.Close(); err != nil {
		p.t.Fatal(err)
	}
	return p.buf.Bytes()
}
