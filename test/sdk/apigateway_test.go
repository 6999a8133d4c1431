package sdk

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

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

func TestPrivateAPIsAskThroughWhichEndpointACallComes(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"},` +
		`{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}}]}`
	_, err := g.client().UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &g.api, PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/endpointConfiguration/types/EDGE"), Value: aws.String("PRIVATE")},
		{Op: gatewaytypes.OpAdd, Path: aws.String("/endpointConfiguration/vpcEndpointIds"), Value: aws.String("vpce-1")},
		{Op: gatewaytypes.OpAdd, Path: aws.String("/endpointConfiguration/vpcEndpointIds"), Value: aws.String("vpce-2")},
		{Op: gatewaytypes.OpReplace, Path: aws.String("/policy"), Value: &policy}}})
	g.must(err)
	g.deploy()
	for through, want := range map[string]int{"": 403, "-vpce-1": 200, "-vpce-2": 403, "-vpce-3": 403} {
		called := g
		called.api += through
		if status, body := called.get(aws.Credentials{}, ""); status != want {
			t.Errorf("through %q: %d %s, want %d", through, status, body, want)
		}
	}
}

func TestPrivateDomainNamesAskTheirOwnPolicyFirst(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	c := g.client()
	// A session of the SDK's root key speaks for the account; the API admits everybody.
	_, err := c.UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &g.api, PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/endpointConfiguration/types/EDGE"), Value: aws.String("PRIVATE")},
		{Op: gatewaytypes.OpReplace, Path: aws.String("/policy"), Value: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}`)}}})
	g.must(err)
	g.deploy()
	policy := func(endpoint string) *string {
		return aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"},` +
			`{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*","Condition":{"StringNotEquals":{"aws:SourceVpce":"` + endpoint + `"}}}]}`)
	}
	name := aws.String("shop.example.com")
	d, err := c.CreateDomainName(t.Context(), &apigateway.CreateDomainNameInput{DomainName: name, Policy: policy("vpce-1"),
		CertificateArn:        aws.String("arn:aws:acm:us-east-1:" + servertest.Account + ":certificate/5e1f0a39-0000-4000-8000-000000000002"),
		EndpointConfiguration: &gatewaytypes.EndpointConfiguration{Types: []gatewaytypes.EndpointType{gatewaytypes.EndpointTypePrivate}}})
	g.must(err)
	_, err = c.CreateBasePathMapping(t.Context(), &apigateway.CreateBasePathMappingInput{DomainName: name, DomainNameId: d.DomainNameId, RestApiId: &g.api, Stage: aws.String("prod")})
	g.must(err)
	a, err := c.CreateDomainNameAccessAssociation(t.Context(), &apigateway.CreateDomainNameAccessAssociationInput{DomainNameArn: d.DomainNameArn,
		AccessAssociationSourceType: gatewaytypes.AccessAssociationSourceTypeVpce, AccessAssociationSource: aws.String("vpce-1")})
	g.must(err)
	get := func() int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "GET", g.srv.URL+"/", nil)
		g.must(err)
		r.Host = *name
		answer, err := http.DefaultClient.Do(r)
		g.must(err)
		g.must(answer.Body.Close())
		return answer.StatusCode
	}
	if status := get(); status != 200 {
		t.Errorf("through the endpoint that the policy names: %d", status)
	}
	_, err = c.UpdateDomainName(t.Context(), &apigateway.UpdateDomainNameInput{DomainName: name, DomainNameId: d.DomainNameId, PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/policy"), Value: policy("vpce-2")}}})
	g.must(err)
	if status := get(); status != 403 {
		t.Errorf("through another: %d", status)
	}
	_, err = c.DeleteDomainNameAccessAssociation(t.Context(), &apigateway.DeleteDomainNameAccessAssociationInput{DomainNameAccessAssociationArn: a.DomainNameAccessAssociationArn})
	g.must(err)
}

const authorizerCode = `exports.handler = (event, context, callback) => {
	if (event.authorizationToken === "nobody") { return callback("Unauthorized"); }
	callback(null, { principalId: event.authorizationToken, context: { n: 1 }, policyDocument: { Version: "2012-10-17", Statement: [
		{ Action: "execute-api:Invoke", Effect: event.authorizationToken === "bad" ? "Deny" : "Allow", Resource: event.methodArn } ] } });
};`

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

func TestAuthorizersAreFunctions(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	function := g.function("auth", authorizerCode, g.role("runs", "lambda", ""))
	c := g.client()
	authorizer, err := c.CreateAuthorizer(t.Context(), &apigateway.CreateAuthorizerInput{RestApiId: &g.api, Name: aws.String("auth"), Type: gatewaytypes.AuthorizerTypeToken,
		IdentitySource: aws.String("method.request.header.Authorization"), AuthorizerResultTtlInSeconds: aws.Int32(0),
		AuthorizerUri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations")})
	g.must(err)
	_, err = c.UpdateMethod(t.Context(), &apigateway.UpdateMethodInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/authorizationType"), Value: aws.String("CUSTOM")},
		{Op: gatewaytypes.OpReplace, Path: aws.String("/authorizerId"), Value: authorizer.Id}}})
	g.must(err)
	_, err = c.UpdateIntegrationResponse(t.Context(), &apigateway.UpdateIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		PatchOperations: []gatewaytypes.PatchOperation{{Op: gatewaytypes.OpReplace, Path: aws.String("/responseTemplates/application~1json"), Value: aws.String("$context.authorizer.principalId $context.authorizer.n")}}})
	g.must(err)
	g.deploy()

	ask := func(token string) (int, string) { return g.get(aws.Credentials{}, "", "Authorization: "+token) }
	const wrong = `{"message":null}`
	if status, body := ask("me"); status != 500 || body != wrong {
		t.Errorf("before the permission: %d %s", status, body)
	}
	_, err = c.UpdateAuthorizer(t.Context(), &apigateway.UpdateAuthorizerInput{RestApiId: &g.api, AuthorizerId: authorizer.Id, PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/authorizerCredentials"), Value: aws.String(g.role("asks", "apigateway",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"`+function+`"}]}`))}}})
	g.must(err)
	g.deploy()
	for _, tt := range []struct {
		token  string
		status int
		body   string
	}{
		{"me", 200, "me 1"},
		{"bad", 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`},
		{"nobody", 401, `{"message":"Unauthorized"}`},
	} {
		if status, body := ask(tt.token); status != tt.status || body != tt.body {
			t.Errorf("%s: got %d %s, want %d %s", tt.token, status, body, tt.status, tt.body)
		}
	}

	_, err = c.UpdateAuthorizer(t.Context(), &apigateway.UpdateAuthorizerInput{RestApiId: &g.api, AuthorizerId: authorizer.Id, PatchOperations: []gatewaytypes.PatchOperation{
		{Op: gatewaytypes.OpReplace, Path: aws.String("/authorizerCredentials"), Value: aws.String("")}}})
	g.must(err)
	_, err = lambda.NewFromConfig(g.cfg).AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String("auth"), StatementId: aws.String("gateway"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com"),
		SourceArn: aws.String("arn:aws:execute-api:us-east-1:" + servertest.Account + ":" + g.api + "/authorizers/" + *authorizer.Id)})
	g.must(err)
	g.deploy()
	if status, body := ask("me"); status != 200 || body != "me 1" {
		t.Errorf("with the function's permission: %d %s", status, body)
	}
}

func TestAPIKeysAndTheirPlans(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE"), ApiKeyRequired: true})
	c := g.client()
	key, err := c.CreateApiKey(t.Context(), &apigateway.CreateApiKeyInput{Name: aws.String("key"), Enabled: true})
	g.must(err)
	plan, err := c.CreateUsagePlan(t.Context(), &apigateway.CreateUsagePlanInput{Name: aws.String("plan"), ApiStages: []gatewaytypes.ApiStage{{ApiId: &g.api, Stage: aws.String("prod")}},
		Quota: &gatewaytypes.QuotaSettings{Limit: 3, Period: gatewaytypes.QuotaPeriodTypeMonth}, Throttle: &gatewaytypes.ThrottleSettings{BurstLimit: 2, RateLimit: 0.01}})
	g.must(err)
	_, err = c.CreateUsagePlanKey(t.Context(), &apigateway.CreateUsagePlanKeyInput{UsagePlanId: plan.Id, KeyId: key.Id, KeyType: aws.String("API_KEY")})
	g.must(err)
	check := func(name, value string, status int, body string) {
		t.Helper()
		if gotStatus, got := g.get(aws.Credentials{}, "", "x-api-key: "+value); gotStatus != status || got != body {
			t.Errorf("%s: %d %s, want %d %s", name, gotStatus, got, status, body)
		}
	}
	check("no key", "", 403, `{"message":"Forbidden"}`)
	check("the first call", *key.Value, 200, "")
	check("the second", *key.Value, 200, "")
	check("too fast", *key.Value, 429, `{"message":"Too Many Requests"}`)
	_, err = c.UpdateUsagePlan(t.Context(), &apigateway.UpdateUsagePlanInput{UsagePlanId: plan.Id, PatchOperations: []gatewaytypes.PatchOperation{{Op: gatewaytypes.OpRemove, Path: aws.String("/throttle")}}})
	g.must(err)
	check("the third", *key.Value, 200, "")
	check("too often", *key.Value, 429, `{"message":"Limit Exceeded"}`)
	today := time.Now().UTC().Format(time.DateOnly)
	usage, err := c.GetUsage(t.Context(), &apigateway.GetUsageInput{UsagePlanId: plan.Id, StartDate: &today, EndDate: &today})
	g.must(err)
	if got := usage.Items[*key.Id]; len(got) != 1 || got[0][0] != 3 || got[0][1] != 0 {
		t.Errorf("usage = %v", usage.Items)
	}
	out, err := c.ImportApiKeys(t.Context(), &apigateway.ImportApiKeysInput{Format: gatewaytypes.ApiKeysFormatCsv, Body: []byte("name,key,usageplanids\nmore,apikey1234abcdefghij0123456789," + *plan.Id + "\n")})
	g.must(err)
	if len(out.Ids) != 1 || len(out.Warnings) != 0 {
		t.Errorf("imported %+v", out)
	}
	check("an imported key", "apikey1234abcdefghij0123456789", 200, "")
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

// send calls the API without a signature.
func (g gateway) send(httpMethod, path, body string) (int, string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), httpMethod, g.srv.URL+"/_aws/execute-api/"+g.api+"/prod"+path, strings.NewReader(body))
	g.must(err)
	answer, err := http.DefaultClient.Do(r)
	g.must(err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	g.must(err)
	return answer.StatusCode, string(content)
}

func TestIntegrationsWithDynamoDBAndS3(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	story{t: t, srv: g.srv, cfg: g.cfg}.makeTable()
	bucket := s3.NewFromConfig(g.cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := bucket.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("files")})
	g.must(err)
	role := g.role("gateway", "apigateway", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:Query","s3:PutObject","s3:GetObject"],"Resource":"*"}]}`)
	const actions = "arn:aws:apigateway:us-east-1:dynamodb:action/"
	g.resource("put", "POST", "POST", actions+"PutItem", role, nil, `{"TableName":"user","Item":{"uid":{"S":"$input.path('$.id')"},"name":{"S":"$input.path('$.name')"}}}`)
	g.resource("query", "POST", "POST", actions+"Query", role, nil,
		`{"TableName":"user","KeyConditionExpression":"uid = :u","ExpressionAttributeValues":{":u":{"S":"$input.path('$.id')"}}}`)
	g.resource("delete", "POST", "POST", actions+"DeleteItem", role, nil, `{"TableName":"user","Key":{"uid":{"S":"1"}}}`)
	key := map[string]string{"integration.request.path.key": "method.request.path.key"}
	g.resource("{key+}", "ANY", "ANY", "arn:aws:apigateway:us-east-1:s3:path/files/{key}", role, key, "")
	g.deploy()
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"an item is put", "POST", "/put", `{"id":"1","name":"me"}`, 200, `{}`},
		{"it is found", "POST", "/query", `{"id":"1"}`, 200, `{"Count":1,"Items":[{"name":{"S":"me"},"uid":{"S":"1"}}],"ScannedCount":1}`},
		{"another is not", "POST", "/query", `{"id":"2"}`, 200, `{"Count":0,"Items":[],"ScannedCount":0}`},
		{"an object is put", "PUT", "/a/b%20c.txt", "hello", 200, ""},
		{"it is got", "GET", "/a/b%20c.txt", "", 200, "hello"},
	} {
		status, body := g.send(tt.method, tt.path, tt.body)
		var got, want any
		if json.Unmarshal([]byte(body), &got) == nil && json.Unmarshal([]byte(tt.answer), &want) == nil {
			if status != tt.status || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.answer)
			}
			continue
		}
		if status != tt.status || body != tt.answer {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.answer)
		}
	}
	if status, body := g.send("POST", "/delete", "{}"); status != 200 || !strings.Contains(body, "is not authorized to perform: dynamodb:DeleteItem") {
		t.Errorf("what the role may not: %d %s", status, body)
	}
}

func TestAnIntegrationMayActAsTheCaller(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("AWS_IAM")})
	_, err := g.client().PutIntegration(t.Context(), &apigateway.PutIntegrationInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), Type: gatewaytypes.IntegrationTypeAws,
		IntegrationHttpMethod: aws.String("POST"), Uri: aws.String("arn:aws:apigateway:us-east-1:sts:action/GetCallerIdentity"), Credentials: aws.String("arn:aws:iam::*:user/*")})
	g.must(err)
	_, err = g.client().PutIntegrationResponse(t.Context(), &apigateway.PutIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")})
	g.must(err)
	g.deploy()
	caller := g.user("caller", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}`)
	if status, body := g.get(caller, "execute-api"); status != 200 || !strings.Contains(body, "arn:aws:iam::"+servertest.Account+":user/caller") {
		t.Errorf("%d %s", status, body)
	}
}

func TestStagesWriteLogs(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	role := g.role("logs", "apigateway", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`)
	patch := func(op gatewaytypes.Op, path, value string) gatewaytypes.PatchOperation {
		return gatewaytypes.PatchOperation{Op: op, Path: &path, Value: &value}
	}
	_, err := g.client().UpdateAccount(t.Context(), &apigateway.UpdateAccountInput{PatchOperations: []gatewaytypes.PatchOperation{patch(gatewaytypes.OpReplace, "/cloudwatchRoleArn", role)}})
	g.must(err)
	_, err = g.client().UpdateStage(t.Context(), &apigateway.UpdateStageInput{RestApiId: &g.api, StageName: aws.String("prod"), PatchOperations: []gatewaytypes.PatchOperation{
		patch(gatewaytypes.OpAdd, "/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:"+servertest.Account+":log-group:access"),
		patch(gatewaytypes.OpAdd, "/accessLogSettings/format", "$context.httpMethod $context.status"), patch(gatewaytypes.OpReplace, "/*/*/logging/loglevel", "INFO")}})
	g.must(err)
	if status, body := g.get(aws.Credentials{}, ""); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	logs := cloudwatchlogs.NewFromConfig(g.cfg)
	for group, want := range map[string]string{"access": "GET 200", "API-Gateway-Execution-Logs_" + g.api + "/prod": "Method completed with status: 200"} {
		var last string
		for deadline := time.Now().Add(30 * time.Second); !strings.HasSuffix(last, want) && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			out, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
			if err == nil && len(out.Events) > 0 {
				last = *out.Events[len(out.Events)-1].Message
			}
		}
		if !strings.HasSuffix(last, want) {
			t.Errorf("%s: the last line is %q, want %q", group, last, want)
		}
	}
}

func TestAnEventIsHandedToItsFunctionLater(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	function := g.function("later", `exports.handler = (event, context, callback) => { console.log("got " + event.a); callback(null, "nobody hears this"); };`,
		g.role("runs", "lambda", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`))
	_, err := lambda.NewFromConfig(g.cfg).AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String("later"), StatementId: aws.String("gateway"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com"), SourceArn: aws.String("arn:aws:execute-api:us-east-1:" + servertest.Account + ":" + g.api + "/*")})
	g.must(err)
	_, err = g.client().PutIntegration(t.Context(), &apigateway.PutIntegrationInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), Type: gatewaytypes.IntegrationTypeAws,
		IntegrationHttpMethod: aws.String("POST"), Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"),
		RequestParameters: map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"}, RequestTemplates: map[string]string{"application/json": `{"a":"b"}`}})
	g.must(err)
	_, err = g.client().PutIntegrationResponse(t.Context(), &apigateway.PutIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")})
	g.must(err)
	g.deploy()
	if status, body := g.get(aws.Credentials{}, ""); status != 200 || body != "" {
		t.Fatalf("%d %s", status, body)
	}
	logs := cloudwatchlogs.NewFromConfig(g.cfg)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		out, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/later"), FilterPattern: aws.String(`"got b"`)})
		if err == nil && len(out.Events) == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the function did not run: %v", err)
		}
	}
}

// blocks returns the fenced blocks of a page in one language.
func blocks(t *testing.T, page, language string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestThePageOnSecurityHolds(t *testing.T) {
	documents, code := blocks(t, "securing-apis.md", "json"), blocks(t, "securing-apis.md", "js")
	if len(documents) != 2 || len(code) != 1 {
		t.Fatalf("%d documents and %d programs", len(documents), len(code))
	}
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("AWS_IAM")})
	if status, body := g.get(g.user("ann", documents[0]), "execute-api"); status != 200 {
		t.Errorf("the policy of a user: %d %s", status, body)
	}

	c := g.client()
	function := g.function("who", code[0], g.role("runs", "lambda", ""))
	authorizer, err := c.CreateAuthorizer(t.Context(), &apigateway.CreateAuthorizerInput{RestApiId: &g.api, Name: aws.String("who"), Type: gatewaytypes.AuthorizerTypeToken,
		IdentitySource: aws.String("method.request.header.Authorization"),
		AuthorizerUri:  aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations")})
	g.must(err)
	_, err = lambda.NewFromConfig(g.cfg).AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String("who"), StatementId: aws.String("who"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com"),
		SourceArn: aws.String("arn:aws:execute-api:us-east-1:" + servertest.Account + ":" + g.api + "/authorizers/*")})
	g.must(err)
	replace := func(path, value string) gatewaytypes.PatchOperation {
		return gatewaytypes.PatchOperation{Op: gatewaytypes.OpReplace, Path: &path, Value: &value}
	}
	_, err = c.UpdateMethod(t.Context(), &apigateway.UpdateMethodInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"),
		PatchOperations: []gatewaytypes.PatchOperation{replace("/authorizationType", "CUSTOM"), replace("/authorizerId", *authorizer.Id)}})
	g.must(err)
	_, err = c.UpdateIntegrationResponse(t.Context(), &apigateway.UpdateIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		PatchOperations: []gatewaytypes.PatchOperation{replace("/responseTemplates/application~1json", "$context.authorizer.principalId $context.authorizer.team")}})
	g.must(err)
	_, err = c.UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &g.api, PatchOperations: []gatewaytypes.PatchOperation{replace("/policy", documents[1])}})
	g.must(err)
	g.deploy()
	for token, want := range map[string]string{"let-me-in": "200 ann pets", "nobody": `401 {"message":"Unauthorized"}`} {
		if status, body := g.get(aws.Credentials{}, "", "Authorization: "+token); fmt.Sprint(status, " ", body) != want {
			t.Errorf("%s: %d %s, want %s", token, status, body, want)
		}
	}
}
