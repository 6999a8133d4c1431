package apigateway

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

var alice = api.Principal{Type: api.PrincipalUser, Account: testAccount, ARN: "arn:aws:iam::111111111111:user/alice", ID: "AIDAALICE", AccessKeyID: "AKIAALICE"}

// guardedAPI is an API whose root answers GET with what the template says.
func guardedAPI(w *world, authorization, template string) (id, root string) {
	w.t.Helper()
	id, root = w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	w.respondWith(id, root, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: map[string]string{"application/json": template}})
	if authorization != "NONE" {
		do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", PatchOperations: replace("/authorizationType", authorization)})
	}
	w.deploy(id, "prod")
	return id, root
}

func TestAMethodOfIAMIsForThoseWhoSigned(t *testing.T) {
	for _, tt := range []struct {
		name      string
		who       api.Principal
		err       error
		deny      string
		status    int
		body      string
		errorType string
	}{
		{"nobody signed", api.Principal{}, nil, "", 403, `{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{"the anonymous", api.Principal{Type: api.PrincipalAnonymous}, nil, "", 403, `{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{"a wrong signature", api.Principal{}, &awserr.Error{Code: "InvalidSignatureException", Status: 403, Message: "It does not match."}, "",
			403, `{"message":"It does not match."}`, "InvalidSignatureException"},
		{"no signature of AWS's", api.Principal{}, &awserr.Error{Code: "IncompleteSignatureException", Status: 400, Message: "Not whole."}, "",
			403, `{"message":"Not whole."}`, "IncompleteSignatureException"},
		{"keys that cannot be read", api.Principal{}, errors.New("disk"), "", 500, `{"message": "Internal server error"}`, "InternalServerErrorException"},
		{"whom policies allow it", alice, nil, "", 200, `AKIAALICE AIDAALICE arn:aws:iam::111111111111:user/alice 111111111111`, ""},
		{"whom no policy allows it", alice, nil, "execute-api:Invoke", 403, `{"Message":"no execute-api:Invoke"}`, "AccessDeniedException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, _ := guardedAPI(w, "AWS_IAM", "$context.identity.accessKey $context.identity.caller $context.identity.userArn $context.identity.accountId")
			w.signer, w.signerError, w.authz.deny = tt.who, tt.err, tt.deny
			answer := w.ask(id, "GET", "/prod/", "")
			wantAnswer(t, answer, tt.status, tt.body)
			wantHeader(t, answer, "x-amzn-ErrorType", tt.errorType)
		})
	}
}

func TestPoliciesAreAskedForThePathThatWasCalled(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, w.below(id, root, "{pet}"), "ANY", agw.PutIntegrationRequest{Type: "MOCK"})
	w.deploy(id, "prod")
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/policy", `{"Version":"2012-10-17"}`)})
	w.ask(id, "GET", "/prod/7", "")
	if last := w.authz.asked[len(w.authz.asked)-1]; strings.Contains(last, "execute-api") {
		t.Errorf("asked %s before the policy was deployed", last)
	}
	w.deploy(id, "prod")
	w.ask(id, "GET", "/prod/7", "")
	if last := w.authz.asked[len(w.authz.asked)-1]; last != "execute-api:Invoke arn:aws:execute-api:us-east-1:111111111111:"+id+"/prod/GET/7" {
		t.Errorf("asked %s", last)
	}
}

func TestWhatIsRefusedShowsFourDigitsOfTheAccount(t *testing.T) {
	for in, want := range map[string]string{
		"arn:aws:execute-api:us-east-1:111111112345:abc/prod/GET/": "arn:aws:execute-api:us-east-1:********2345:abc/prod/GET/",
		"arn:aws:execute-api:us-east-1::abc":                       "arn:aws:execute-api:us-east-1::abc",
	} {
		if got := maskAccount(in, "111111112345"); got != want {
			t.Errorf("maskAccount(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestASignatureOfAnotherKindIsNamedWhereThereIsNoMethod(t *testing.T) {
	w := newWorld(t)
	id, _ := guardedAPI(w, "NONE", "")
	w.signerError = &awserr.Error{Code: "IncompleteSignatureException", Status: 400, Message: "Authorization header requires 'Credential' parameter."}
	answer := w.ask(id, "GET", "/prod/nosuch", "", "Authorization: Bearer x")
	wantAnswer(t, answer, http.StatusForbidden, `{"message":"Authorization header requires 'Credential' parameter."}`)
	wantHeader(t, answer, "x-amzn-ErrorType", "IncompleteSignatureException")
	wantAnswer(t, w.ask(id, "GET", "/prod/nosuch", ""), http.StatusForbidden, `{"message":"Missing Authentication Token"}`)
}

func TestThePolicyOfAnAPIIsShownAsTheInsideOfAString(t *testing.T) {
	w := newWorld(t)
	id := *do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "a", Policy: new(`{"Resource":"execute-api:/prod/*"}`)}).Id
	want := `{\"Resource\":\"arn:aws:execute-api:us-east-1:111111111111:` + id + `/prod/*\"}`
	if got := deref(do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id}).Policy); got != want {
		t.Errorf("policy = %s, want %s", got, want)
	}
	update := func(patch ...agw.PatchOperation) *agw.RestApi {
		return do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: patch})
	}
	if got := deref(update(op("replace", "/description", "d")).Policy); got != want {
		t.Errorf("after another patch: %s", got)
	}
	if got := deref(update(op("replace", "/policy", `{"a":"<b>"}`)).Policy); got != `{\"a\":\"<b>\"}` {
		t.Errorf("replaced: %s", got)
	}
	refused(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/policy", "wrong")},
		"BadRequestException", "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "a", Policy: new("wrong")},
		"BadRequestException", "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	if a := update(op("replace", "/policy", "")); a.Policy != nil {
		t.Errorf("emptied: %s", *a.Policy)
	}
}

func TestNoSpellingOfAPathGetsPastAPolicy(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	a := w.below(id, root, "a@b")
	for _, resource := range []string{w.below(id, a, "{pet}"), w.below(id, w.below(id, root, "p"), "{proxy+}"), a,
		w.below(id, w.below(id, w.below(id, root, "q"), "{a}"), "{b}")} {
		w.methodOn(id, resource, "ANY", agw.PutIntegrationRequest{Type: "MOCK"})
	}
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/policy", "allow")})
	w.deploy(id, "prod")
	for target, want := range map[string]string{
		"/prod/a@b":           "a@b",
		"/prod/%61%40b":       "a@b",
		"/prod//a%40b/":       "a@b",
		"/pr%6fd/a@b/%74om":   "a@b/tom",
		"/prod/a@b/t%2fm%2E/": "a@b/t%2Fm.",
		"/prod/p/x%2F//y/":    "p/x%2F//y",
		"/prod/p/%7e%7B":      "p/~%7B",
		"/prod/q/{b}/x":       "q/%7Bb%7D/x",
	} {
		w.authz.asked = nil
		w.ask(id, "GET", target, "").Body.Close()
		if want := "execute-api:Invoke arn:aws:execute-api:us-east-1:111111111111:" + id + "/prod/GET/" + want; len(w.authz.asked) != 1 || w.authz.asked[0] != want {
			t.Errorf("%s: asked %v, want %s", target, w.authz.asked, want)
		}
	}
	for _, method := range []string{"get", "TRACE", "ANY"} {
		wantAnswer(t, w.ask(id, method, "/prod/a@b", ""), 403, `{"message":"Missing Authentication Token"}`)
	}
}
