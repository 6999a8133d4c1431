package sdk

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

// gateway is a server with an API whose root answers GET without a backend.
type gateway struct {
	t         *testing.T
	srv       *app.App
	cfg       aws.Config
	api, root string
}

func newGateway(t *testing.T, method apigateway.PutMethodInput) gateway {
	srv := servertest.Start(t)
	g := gateway{t: t, srv: srv, cfg: servertest.SDK("us-east-1", srv.URL, srv.RootKey.ID, srv.RootKey.Secret)}
	c := g.client()
	api, err := c.CreateRestApi(t.Context(), &apigateway.CreateRestApiInput{Name: aws.String("gateway")})
	g.must(err)
	g.api, g.root = *api.Id, *api.RootResourceId
	method.RestApiId, method.ResourceId, method.HttpMethod = api.Id, api.RootResourceId, aws.String("GET")
	_, err = c.PutMethod(t.Context(), &method)
	g.must(err)
	_, err = c.PutMethodResponse(t.Context(), &apigateway.PutMethodResponseInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")})
	g.must(err)
	_, err = c.PutIntegration(t.Context(), &apigateway.PutIntegrationInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"),
		Type: gatewaytypes.IntegrationTypeMock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	g.must(err)
	_, err = c.PutIntegrationResponse(t.Context(), &apigateway.PutIntegrationResponseInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"),
		StatusCode: aws.String("200"), ResponseTemplates: map[string]string{"application/json": "$context.identity.userArn"}})
	g.must(err)
	g.deploy()
	return g
}

func (g gateway) client() *apigateway.Client { return apigateway.NewFromConfig(g.cfg) }

func (g gateway) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g gateway) deploy() {
	g.t.Helper()
	_, err := g.client().CreateDeployment(g.t.Context(), &apigateway.CreateDeploymentInput{RestApiId: &g.api, StageName: aws.String("prod")})
	g.must(err)
}

// user makes a user who may do what the document says, and its key.
func (g gateway) user(name, document string) aws.Credentials {
	g.t.Helper()
	c := iam.NewFromConfig(g.cfg)
	_, err := c.CreateUser(g.t.Context(), &iam.CreateUserInput{UserName: &name})
	g.must(err)
	if document != "" {
		_, err = c.PutUserPolicy(g.t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("p"), PolicyDocument: &document})
		g.must(err)
	}
	key, err := c.CreateAccessKey(g.t.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	g.must(err)
	return aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
}

// get calls the API, signed with a key unless that is empty, by its path on
// the server.
func (g gateway) get(key aws.Credentials, service string, header ...string) (status int, body string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), "GET", g.srv.URL+"/_aws/execute-api/"+g.api+"/prod/", nil)
	g.must(err)
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	if key.AccessKeyID != "" {
		hash := sha256.Sum256(nil)
		g.must(v4.NewSigner().SignHTTP(g.t.Context(), key, r, hex.EncodeToString(hash[:]), service, "us-east-1", time.Now()))
	}
	return g.do(r)
}

// send calls the API without a signature.
func (g gateway) send(httpMethod, path, body string) (int, string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), httpMethod, g.srv.URL+"/_aws/execute-api/"+g.api+"/prod"+path, strings.NewReader(body))
	g.must(err)
	return g.do(r)
}

// do sends a request, and returns what is answered.
func (g gateway) do(r *http.Request) (status int, body string) {
	g.t.Helper()
	answer, err := http.DefaultClient.Do(r)
	g.must(err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	g.must(err)
	return answer.StatusCode, string(content)
}

// function makes a function of one file, and waits until it may be called.
func (g gateway) function(name, code, role string) (arn string) {
	g.t.Helper()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	f, err := z.Create("index.js")
	g.must(err)
	_, err = io.WriteString(f, code)
	g.must(err)
	g.must(z.Close())
	c := lambda.NewFromConfig(g.cfg)
	out, err := c.CreateFunction(g.t.Context(), &lambda.CreateFunctionInput{FunctionName: &name, Code: &lambdatypes.FunctionCode{ZipFile: archive.Bytes()},
		Role: &role, Handler: aws.String("index.handler"), Runtime: lambdatypes.RuntimeNodejs610})
	g.must(err)
	g.must(lambda.NewFunctionActiveV2Waiter(c).Wait(g.t.Context(), &lambda.GetFunctionInput{FunctionName: &name}, time.Minute))
	return *out.FunctionArn
}

// role makes a role that a service may assume, and which may do what the
// document says.
func (g gateway) role(name, service, document string) (arn string) {
	g.t.Helper()
	c := iam.NewFromConfig(g.cfg)
	out, err := c.CreateRole(g.t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(strings.Replace(trust, "lambda", service, 1))})
	g.must(err)
	if document != "" {
		_, err = c.PutRolePolicy(g.t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("p"), PolicyDocument: &document})
		g.must(err)
	}
	return *out.Role.Arn
}

// resource makes a resource below the root with a method that leads to a
// service, in the name of a role.
func (g gateway) resource(path, httpMethod, integrationMethod, uri, role string, parameters map[string]string, template string) {
	g.t.Helper()
	c := g.client()
	r, err := c.CreateResource(g.t.Context(), &apigateway.CreateResourceInput{RestApiId: &g.api, ParentId: &g.root, PathPart: &path})
	g.must(err)
	declared := map[string]bool{}
	for _, from := range parameters {
		declared[from] = true
	}
	_, err = c.PutMethod(g.t.Context(), &apigateway.PutMethodInput{RestApiId: &g.api, ResourceId: r.Id, HttpMethod: &httpMethod, AuthorizationType: aws.String("NONE"), RequestParameters: declared})
	g.must(err)
	in := &apigateway.PutIntegrationInput{RestApiId: &g.api, ResourceId: r.Id, HttpMethod: &httpMethod, Type: gatewaytypes.IntegrationTypeAws, IntegrationHttpMethod: &integrationMethod,
		Uri: &uri, Credentials: &role, RequestParameters: parameters}
	if template != "" {
		in.RequestTemplates = map[string]string{"application/json": template}
	}
	_, err = c.PutIntegration(g.t.Context(), in)
	g.must(err)
	_, err = c.PutMethodResponse(g.t.Context(), &apigateway.PutMethodResponseInput{RestApiId: &g.api, ResourceId: r.Id, HttpMethod: &httpMethod, StatusCode: aws.String("200")})
	g.must(err)
	_, err = c.PutIntegrationResponse(g.t.Context(), &apigateway.PutIntegrationResponseInput{RestApiId: &g.api, ResourceId: r.Id, HttpMethod: &httpMethod, StatusCode: aws.String("200")})
	g.must(err)
}
