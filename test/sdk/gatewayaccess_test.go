package sdk

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"cloudless/test/servertest"
)

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
