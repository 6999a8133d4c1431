package sdk

import (
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
	answer, err := http.DefaultClient.Do(r)
	g.must(err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	g.must(err)
	return answer.StatusCode, string(content)
}

func TestMethodsOfIAMAndThePolicyOfTheAPI(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("AWS_IAM")})
	allowed := g.user("allowed", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*:*:`+g.api+`/prod/GET/"}]}`)
	stranger := g.user("stranger", "")
	forged := aws.Credentials{AccessKeyID: allowed.AccessKeyID, SecretAccessKey: "forged"}
	resource := "arn:aws:execute-api:us-east-1:********" + servertest.Account[8:] + ":" + g.api + "/prod/GET/"
	user := "arn:aws:iam::" + servertest.Account + ":user/"

	type want struct {
		name, service string
		key           aws.Credentials
		status        int
		body          string
	}
	check := func(wants ...want) {
		t.Helper()
		for _, w := range wants {
			if status, body := g.get(w.key, w.service); status != w.status || body != w.body {
				t.Errorf("%s:\n got %d %s\nwant %d %s", w.name, status, body, w.status, w.body)
			}
		}
	}
	check(
		want{"unsigned", "", aws.Credentials{}, 403, `{"message":"Missing Authentication Token"}`},
		want{"a user whose policy allows it", "execute-api", allowed, 200, user + "allowed"},
		want{"a user without a policy", "execute-api", stranger, 403, `{"Message":"User: ` + user + `stranger is not authorized to perform: execute-api:Invoke on resource: ` + resource +
			` because no identity-based policy allows the execute-api:Invoke action"}`},
		want{"a forged signature", "execute-api", forged, 403, `{"message":"The request signature we calculated does not match the signature you provided. ` +
			`Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}`},
		want{"a signature for another service", "lambda", allowed, 403, `{"message":"Credential should be scoped to correct service: 'execute-api'. "}`},
	)

	policy := `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Principal":{"AWS":"` + user + `stranger"},"Action":"execute-api:Invoke","Resource":"execute-api:/prod/*"},` +
		`{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*","Condition":{"StringEquals":{"aws:username":"allowed"}}}]}`
	_, err := g.client().UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &g.api, PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/policy"), Value: &policy}}})
	g.must(err)
	g.deploy()
	check(
		want{"a user whom the API's policy allows it", "execute-api", stranger, 200, user + "stranger"},
		want{"a user whom the API's policy denies it", "execute-api", allowed, 403, `{"Message":"User: ` + user + `allowed is not authorized to perform: execute-api:Invoke on resource: ` + resource +
			` with an explicit deny in a resource-based policy"}`},
	)
}

func TestThePolicyOfAnAPIDecidesWhereNobodySigns(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	resource := "arn:aws:execute-api:us-east-1:********" + servertest.Account[8:] + ":" + g.api + "/prod/GET/"
	for _, tt := range []struct {
		name, addresses string
		status          int
		body            string
	}{
		{"from an address that it allows", "127.0.0.0/8", 200, ""},
		{"from another", "192.0.2.0/24", 403, `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: ` + resource +
			` because no resource-based policy allows the execute-api:Invoke action"}`},
	} {
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*",` +
			`"Condition":{"IpAddress":{"aws:SourceIp":"` + tt.addresses + `"}}}]}`
		_, err := g.client().UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &g.api, PatchOperations: []gatewaytypes.PatchOperation{
			{Op: gatewaytypes.OpReplace, Path: aws.String("/policy"), Value: &policy}}})
		g.must(err)
		g.deploy()
		if status, body := g.get(aws.Credentials{}, ""); status != tt.status || body != tt.body {
			t.Errorf("%s:\n got %d %s\nwant %d %s", tt.name, status, body, tt.status, tt.body)
		}
	}
}
