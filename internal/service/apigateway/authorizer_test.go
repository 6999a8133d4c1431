package apigateway

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	agw "cloudless/internal/api/apigateway"
)

const authorizerURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:auth/invocations"

// authorizer makes an authorizer.
func (w *world) authorizer(apiID string, in agw.CreateAuthorizerRequest) string {
	w.t.Helper()
	in.RestApiId, in.Name, in.AuthorizerUri = apiID, "auth"+in.Type, new(authorizerURI)
	return *do(w, w.CreateAuthorizer, in).Id
}

// asking is an API whose resource /pets/{pet} asks an authorizer, and answers
// with what the authorizer knows.
func asking(w *world, in agw.CreateAuthorizerRequest) (apiID, authorizerID string) {
	w.t.Helper()
	apiID, root := w.makeAPI()
	authorizerID = w.authorizer(apiID, in)
	pet := w.below(apiID, w.below(apiID, root, "pets"), "{pet}")
	w.methodOn(apiID, pet, "GET", agw.PutIntegrationRequest{Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	w.respondWith(apiID, pet, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: map[string]string{
		"application/json": "$context.authorizer.principalId $context.authorizer.number $context.authorizer.flag $context.authorizer.text"}})
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: apiID, ResourceId: pet, HttpMethod: "GET", PatchOperations: []agw.PatchOperation{
		op("replace", "/authorizationType", "CUSTOM"), op("replace", "/authorizerId", authorizerID)}})
	w.deploy(apiID, "prod")
	return apiID, authorizerID
}

func TestAnAuthorizerDecides(t *testing.T) {
	const word = `{"principalId":"me","policyDocument":"%s","context":{"number":1,"flag":true,"text":"a b"}}`
	const nothing = `{"message":null}`
	for _, tt := range []struct {
		name, payload string
		fails         bool
		policy        string // of the API
		status        int
		body          string
		errorType     string
	}{
		{"it allows", fmt.Sprintf(word, "allow"), false, "", 200, "me 1 true a b", ""},
		{"it denies", fmt.Sprintf(word, "deny"), false, "", 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, "AccessDeniedException"},
		{"it says nothing", fmt.Sprintf(word, "silent"), false, "", 403, `{"Message":"User is not authorized to access this resource"}`, "AccessDeniedException"},
		{"it says nothing, and the API's policy allows", fmt.Sprintf(word, "silent"), false, "allow", 200, "me 1 true a b", ""},
		{"it allows, and the API's policy says nothing", fmt.Sprintf(word, "allow"), false, "silent", 200, "me 1 true a b", ""},
		{"it denies, and the API's policy allows", fmt.Sprintf(word, "deny"), false, "allow", 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, "AccessDeniedException"},
		{"it finds nobody", `{"errorMessage":"Unauthorized"}`, true, "", 401, `{"message":"Unauthorized"}`, "UnauthorizedException"},
		{"it fails", `{"errorMessage":"other"}`, true, "", 500, nothing, "AuthorizerConfigurationException"},
		{"it returns no policy", `{"principalId":"me"}`, false, "", 500, nothing, "AuthorizerConfigurationException"},
		{"it returns a policy that is none", fmt.Sprintf(word, "nonsense"), false, "", 500, nothing, "AuthorizerConfigurationException"},
		{"it returns nobody", `{"policyDocument":"allow"}`, false, "", 500, nothing, "AuthorizerConfigurationException"},
		{"it returns more than scalars", `{"principalId":"me","policyDocument":"allow","context":{"list":[]}}`, false, "", 500, nothing, "AuthorizerConfigurationException"},
		{"it returns too much", `{"principalId":"me","policyDocument":"allow","context":{"a":"` + strings.Repeat("x", 8<<10) + `"}}`, false, "", 500, nothing, "AuthorizerConfigurationException"},
		{"it returns no JSON", `me`, false, "", 500, nothing, "AuthorizerConfigurationException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, authorizerID := asking(w, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token")})
			if tt.policy != "" {
				do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/policy", tt.policy)})
				w.deploy(id, "prod")
			}
			if w.invoker.says(tt.payload); tt.fails {
				w.invoker.fails(tt.payload)
			}
			answer := w.ask(id, "GET", "/prod/pets/7", "", "Token: secret")
			wantAnswer(t, answer, tt.status, tt.body)
			wantHeader(t, answer, "x-amzn-ErrorType", tt.errorType)
			want := `{"type":"TOKEN","methodArn":"arn:aws:execute-api:us-east-1:111111111111:` + id + `/prod/GET/pets/7","authorizationToken":"secret"}`
			if w.invoker.payload != want {
				t.Errorf("event = %s\n want %s", w.invoker.payload, want)
			}
			if want := "arn:aws:execute-api:us-east-1:111111111111:" + id + "/authorizers/" + authorizerID; w.invoker.source.SourceARN != want {
				t.Errorf("source = %s, want %s", w.invoker.source.SourceARN, want)
			}
		})
	}
}

func TestAnAuthorizerIsNotAskedInVain(t *testing.T) {
	w := newWorld(t)
	id, _ := asking(w, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token"), IdentityValidationExpression: new("Bearer [a-z]+")})
	for name, header := range map[string]string{"no token": "Other: x", "a token of another form": "Token: Bearer a1"} {
		w.invoker.payload = ""
		wantAnswer(t, w.ask(id, "GET", "/prod/pets/7", "", header), 401, `{"message":"Unauthorized"}`)
		if w.invoker.payload != "" {
			t.Errorf("%s: asked", name)
		}
	}
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/policy", "deny")})
	w.deploy(id, "prod")
	w.authz.deny = "execute-api:Invoke"
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/7", "", "Token: Bearer a"), 403, `{"Message":"no execute-api:Invoke"}`)
	if w.invoker.payload != "" {
		t.Error("asked, though the API's policy denies the call")
	}
}

func TestTheWordOfAnAuthorizerHoldsForItsTime(t *testing.T) {
	for _, tt := range []struct {
		name string
		ttl  *int64
		then func(w *world, id string)
		kept bool
	}{
		{"at once", new(int64(60)), func(*world, string) {}, true},
		{"when it is over", new(int64(60)), func(w *world, _ string) { w.clock.Advance(60 * time.Second) }, false},
		{"five minutes, unless said", nil, func(w *world, _ string) { w.clock.Advance(299 * time.Second) }, true},
		{"not at all", new(int64(0)), func(*world, string) {}, false},
		{"until it is flushed", new(int64(60)), func(w *world, id string) {
			do(w, w.FlushStageAuthorizersCache, agw.FlushStageAuthorizersCacheRequest{RestApiId: id, StageName: "prod"})
		}, false},
		{"until the API is deployed", new(int64(60)), func(w *world, id string) { w.deploy(id, "prod") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, _ := asking(w, agw.CreateAuthorizerRequest{Type: "REQUEST", IdentitySource: new("method.request.header.Token, method.request.querystring.q,stageVariables.v"), AuthorizerResultTtlInSeconds: tt.ttl})
			do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/variables/v", "1")})
			calls := 0
			w.invoker.answer = func(_ context.Context, _ []byte) (Answer, error) {
				calls++
				return Answer{Payload: []byte(`{"principalId":"me","policyDocument":"allow"}`)}, nil
			}
			get := func(path, token string) { w.ask(id, "GET", path, "", "Token: "+token).Body.Close() }
			get("/prod/pets/7?q=1", "a")
			tt.then(w, id)
			get("/prod/pets/8?q=1", "a")
			want := 2
			if tt.kept {
				want = 1
			}
			if calls != want {
				t.Errorf("asked %d times, want %d", calls, want)
			}
			if get("/prod/pets/7?q=2", "a"); calls != want+1 {
				t.Errorf("another identity: asked %d times, want %d", calls, want+1)
			}
		})
	}
}

func TestARequestAuthorizerSeesTheRequest(t *testing.T) {
	w := newWorld(t)
	id, _ := asking(w, agw.CreateAuthorizerRequest{Type: "REQUEST", AuthorizerResultTtlInSeconds: new(int64(0)), AuthorizerCredentials: new("arn:aws:iam::111111111111:role/r")})
	w.invoker.says(`{"principalId":"me","policyDocument":"allow"}`)
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/7?q=1&q=2", "", "X-A: 1"), 200, "me   ")
	var e requestEvent
	if err := json.Unmarshal([]byte(w.invoker.payload), &e); err != nil {
		t.Fatal(err)
	}
	if e.Type != "REQUEST" || e.Resource != "/pets/{pet}" || e.Path != "/pets/7" || e.HTTPMethod != "GET" || e.Headers["X-A"] != "1" || len(e.MultiValueQueryStringParameters["q"]) != 2 ||
		e.PathParameters["pet"] != "7" || e.RequestContext.APIID != id || strings.Contains(w.invoker.payload, `"body"`) || !strings.Contains(w.invoker.payload, `"stageVariables":{}`) {
		t.Errorf("event = %s", w.invoker.payload)
	}
	if w.invoker.source.Role != "arn:aws:iam::111111111111:role/r" {
		t.Errorf("role = %s", w.invoker.source.Role)
	}
}

func TestFunctionsSeeWhatTheAuthorizerSaid(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w)
	authorizerID := w.authorizer(id, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token")})
	for _, r := range do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id}).Items {
		if *r.Path != "/" {
			do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: *r.Id, HttpMethod: "ANY", PatchOperations: []agw.PatchOperation{
				op("replace", "/authorizationType", "CUSTOM"), op("replace", "/authorizerId", authorizerID)}})
		}
	}
	w.deploy(id, "stage")
	w.invoker.answer = func(_ context.Context, event []byte) (Answer, error) {
		if strings.Contains(string(event), `"type":"TOKEN"`) {
			w.clock.Advance(7 * time.Millisecond)
			return Answer{Payload: []byte(`{"principalId":"me","policyDocument":"allow","context":{"a":1,"b":null}}`)}, nil
		}
		return Answer{Payload: []byte(`{}`)}, nil
	}
	w.ask(id, "GET", "/stage/x", "", "Token: t").Body.Close()
	if want := `"authorizer":{"a":"1","integrationLatency":7,"principalId":"me"}`; !strings.Contains(w.invoker.payload, want) {
		t.Errorf("event = %s, want in it %s", w.invoker.payload, want)
	}
}

func TestAuthorizersFromCreateToDelete(t *testing.T) {
	w := newWorld(t)
	id, authorizerID := asking(w, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token")})
	a := do(w, w.GetAuthorizer, agw.GetAuthorizerRequest{RestApiId: id, AuthorizerId: authorizerID})
	want := agw.Authorizer{Id: &authorizerID, Name: new("authTOKEN"), Type: "TOKEN", AuthType: new("custom"), AuthorizerUri: new(authorizerURI), IdentitySource: new("method.request.header.Token")}
	if asJSON(a) != asJSON(want) {
		t.Errorf("got %s, want %s", asJSON(a), asJSON(want))
	}
	a = do(w, w.UpdateAuthorizer, agw.UpdateAuthorizerRequest{RestApiId: id, AuthorizerId: authorizerID, PatchOperations: []agw.PatchOperation{
		op("replace", "/name", "other"), op("replace", "/authorizerResultTtlInSeconds", "0"), op("replace", "/identityValidationExpression", "a+")}})
	if *a.Name != "other" || *a.AuthorizerResultTtlInSeconds != 0 || *a.IdentityValidationExpression != "a+" {
		t.Errorf("updated: %s", asJSON(a))
	}
	if all := do(w, w.GetAuthorizers, agw.GetAuthorizersRequest{RestApiId: id}); len(all.Items) != 1 {
		t.Errorf("all: %s", asJSON(all))
	}
	refused(w, w.DeleteAuthorizer, agw.DeleteAuthorizerRequest{RestApiId: id, AuthorizerId: authorizerID}, "ConflictException", "Cannot delete authorizer 'other', is referenced in method: GET//pets/{pet}")
	unused := w.authorizer(id, agw.CreateAuthorizerRequest{Type: "REQUEST", IdentitySource: new("context.identity.sourceIp")})
	do(w, w.DeleteAuthorizer, agw.DeleteAuthorizerRequest{RestApiId: id, AuthorizerId: unused})
	refused(w, w.GetAuthorizer, agw.GetAuthorizerRequest{RestApiId: id, AuthorizerId: unused}, "NotFoundException", "Invalid Authorizer identifier specified")
	refused(w, w.GetAuthorizers, agw.GetAuthorizersRequest{RestApiId: "api_id"}, "NotFoundException", "Invalid API identifier specified 111111111111:api_id")
}

func TestCreateAuthorizerRefuses(t *testing.T) {
	w := newWorld(t)
	id, _ := asking(w, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token")})
	header := new("method.request.header.A")
	for _, tt := range []struct {
		name          string
		in            agw.CreateAuthorizerRequest
		code, message string
	}{
		{"an unknown API", agw.CreateAuthorizerRequest{RestApiId: "nosuch", Name: "a", Type: "TOKEN", AuthorizerUri: new(authorizerURI), IdentitySource: header}, "ConflictException",
			"Unable to complete operation due to concurrent modification. Please try again later."},
		{"a name that is taken", agw.CreateAuthorizerRequest{Name: "authTOKEN", Type: "TOKEN", AuthorizerUri: new(authorizerURI), IdentitySource: header}, "BadRequestException",
			"Authorizer name must be unique. Authorizer authTOKEN already exists in this RestApi."},
		{"a token that is no header", agw.CreateAuthorizerRequest{Name: "a", Type: "TOKEN", AuthorizerUri: new(authorizerURI), IdentitySource: new("method.request.querystring.key")}, "BadRequestException",
			"Invalid token source expression: method.request.querystring.key. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'."},
		{"nothing to keep words by", agw.CreateAuthorizerRequest{Name: "a", Type: "REQUEST", AuthorizerUri: new(authorizerURI)}, "BadRequestException",
			"Identity source must be set if authorizer caching is enabled (TTL is greater than 0)"},
		{"no function", agw.CreateAuthorizerRequest{Name: "a", Type: "TOKEN", AuthorizerUri: new("arn:aws:lambda:us-east-1:111111111111:function:f"), IdentitySource: header}, "BadRequestException",
			"Invalid Authorizer URI: arn:aws:lambda:us-east-1:111111111111:function:f. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."},
	} {
		if tt.in.RestApiId == "" {
			tt.in.RestApiId = id
		}
		t.Run(tt.name, func(t *testing.T) { refused(w, w.CreateAuthorizer, tt.in, tt.code, tt.message) })
	}
}

func FuzzAuthorization(f *testing.F) {
	f.Add([]byte(`{"principalId":"me","policyDocument":{"Version":"2012-10-17"},"context":{"a":1,"b":"c","d":null},"usageIdentifierKey":"k"}`))
	f.Add([]byte(`{"context":{"a":{}}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if said, err := readAuthorization(payload); err == nil && (said.PrincipalID == "" || said.Policy == "") {
			t.Errorf("read %+v of %s", said, payload)
		}
	})
}

func TestTestInvokeAuthorizerTellsWhatItSaid(t *testing.T) {
	w := newWorld(t)
	id, authorizerID := asking(w, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token")})
	test := func(token string) *agw.TestInvokeAuthorizerResponse {
		return do(w, w.TestInvokeAuthorizer, agw.TestInvokeAuthorizerRequest{RestApiId: id, AuthorizerId: authorizerID, Headers: map[string]string{"Token": token}})
	}
	w.invoker.says(`{"principalId":"somebody known","policyDocument":"deny"}`)
	out := test("secret")
	if *out.ClientStatus != 0 || *out.PrincipalId != "somebody known" || *out.Policy != `"deny"` || !strings.Contains(*out.Log, "Fri Jan 02 03:04:05 UTC 2026 : Successfully completed authorizer execution\n") {
		t.Errorf("answered: %s", asJSON(out))
	}
	if want := `{"type":"TOKEN","methodArn":"arn:aws:execute-api:us-east-1:111111111111:` + id + `/ESTestInvoke-stage/GET/","authorizationToken":"secret"}`; w.invoker.payload != want {
		t.Errorf("event = %s, want %s", w.invoker.payload, want)
	}
	if out := test(""); *out.ClientStatus != 401 || out.Policy != nil {
		t.Errorf("without a token: %s", asJSON(out))
	}
	w.invoker.says(`{}`)
	if out := test("secret"); *out.ClientStatus != 500 || !strings.Contains(*out.Log, "AuthorizerConfigurationException") {
		t.Errorf("nonsense: %s", asJSON(out))
	}
	refused(w, w.TestInvokeAuthorizer, agw.TestInvokeAuthorizerRequest{RestApiId: id, AuthorizerId: "nosuch"}, "NotFoundException", "Invalid Authorizer identifier specified")
}

func TestNoTwoIdentitiesHaveTheSameKey(t *testing.T) {
	seen := map[string]string{}
	for _, identity := range [][]string{{}, {""}, {"a", "b"}, {"a\x00b"}, {"ab"}, {"a", "b", ""}, {"", "a", "b"}} {
		key, name := identityKey("id", identity), fmt.Sprintf("%q", identity)
		if other, found := seen[key]; found || len(key) != 32 {
			t.Errorf("%s has the key of %s, of %d bytes", name, other, len(key))
		}
		seen[key] = name
	}
}
