package apigateway

import (
	"io"
	"net/http"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

const gatewayRole = "arn:aws:iam::111111111111:role/r"

// serviceAPI is an API whose resource /{bucket}/{key+} leads to a service.
func serviceAPI(w *world, i agw.PutIntegrationRequest) (apiID, resourceID string) {
	w.t.Helper()
	apiID, root := w.makeAPI()
	resourceID = w.below(apiID, w.below(apiID, root, "{bucket}"), "{key+}")
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: apiID, ResourceId: resourceID, HttpMethod: "ANY", AuthorizationType: "NONE", RequestParameters: map[string]bool{
		"method.request.path.bucket": true, "method.request.path.key": true, "method.request.querystring.v": false, "method.request.header.Content-Type": false}})
	i.RestApiId, i.ResourceId, i.HttpMethod, i.Type = apiID, resourceID, "ANY", "AWS"
	if i.Credentials == nil {
		i.Credentials = new(gatewayRole)
	}
	do(w, w.PutIntegration, i)
	for _, status := range []string{"200", "404"} {
		do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: apiID, ResourceId: resourceID, HttpMethod: "ANY", StatusCode: status, ResponseParameters: map[string]bool{"method.response.header.ETag": true}})
	}
	w.respondWith(apiID, resourceID, "ANY", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseParameters: map[string]string{"method.response.header.ETag": "integration.response.header.ETag"}})
	w.respondWith(apiID, resourceID, "ANY", agw.PutIntegrationResponseRequest{StatusCode: "404", SelectionPattern: new("4\\d\\d"), ResponseTemplates: map[string]string{"application/json": `{"nothing":true}`}})
	w.deploy(apiID, "prod")
	return apiID, resourceID
}

// answers makes the service answer.
func (f *fakeServices) answers(status int, body string, header ...string) {
	f.answer = func(*http.Request) *http.Response {
		h := http.Header{}
		for _, line := range header {
			name, value, _ := strings.Cut(line, ": ")
			h.Set(name, value)
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
	}
}

func TestAnIntegrationCallsAnAction(t *testing.T) {
	w := newWorld(t)
	id, _ := serviceAPI(w, agw.PutIntegrationRequest{IntegrationHttpMethod: new("POST"), Uri: new("arn:aws:apigateway:eu-west-1:dynamodb:action/GetItem"),
		RequestTemplates: map[string]string{"application/json": `{"TableName":"t","Key":{"id":{"S":"$input.params('key')"}}}`}})
	w.aws.answers(200, `{"Item":{}}`, "ETag: e")
	answer := w.ask(id, "GET", "/prod/b/k", "")
	wantAnswer(t, answer, 200, `{"Item":{}}`)
	wantHeader(t, answer, "ETag", "e")
	if w.aws.to != (Endpoint{Region: "eu-west-1", Service: "dynamodb", Action: "GetItem"}) || w.aws.from.Role != gatewayRole || w.aws.body != `{"TableName":"t","Key":{"id":{"S":"k"}}}` || w.aws.asked.Method != "POST" {
		t.Errorf("asked %+v for %+v: %s %s", w.aws.to, w.aws.from, w.aws.asked.Method, w.aws.body)
	}
	w.aws.answers(400, `{"__type":"ResourceNotFoundException"}`)
	wantAnswer(t, w.ask(id, "GET", "/prod/b/k", ""), 404, `{"nothing":true}`)
}

func TestAnIntegrationCallsAPath(t *testing.T) {
	w := newWorld(t)
	id, resourceID := serviceAPI(w, agw.PutIntegrationRequest{IntegrationHttpMethod: new("ANY"), Uri: new("arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}?acl"),
		RequestParameters: map[string]string{"integration.request.path.bucket": "method.request.path.bucket", "integration.request.path.key": "method.request.path.key",
			"integration.request.querystring.versionId": "method.request.querystring.v", "integration.request.header.Content-Type": "method.request.header.Content-Type"}})
	w.aws.answers(200, "ok")
	wantAnswer(t, w.ask(id, "PUT", "/prod/b/x/y%20z?v=7", "body", "Content-Type: text/plain"), 200, "ok")
	r := w.aws.asked
	if r.Method != "PUT" || r.URL.EscapedPath() != "/b/x/y%20z" || r.URL.RawQuery != "acl=&versionId=7" || r.Header.Get("Content-Type") != "text/plain" || w.aws.body != "body" || w.aws.to.Service != "s3" || w.aws.to.Action != "" {
		t.Errorf("asked %s %s %v: %s", r.Method, r.URL, r.Header, w.aws.body)
	}
	do(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resourceID, HttpMethod: "ANY", PatchOperations: replace("/uri", "arn:aws:apigateway:us-east-1:my.bucket.s3:path/{key}")})
	w.deploy(id, "prod")
	w.ask(id, "GET", "/prod/b/k", "").Body.Close()
	if w.aws.to.Subdomain != "my.bucket" || w.aws.asked.URL.Path != "/k" {
		t.Errorf("asked %+v %s", w.aws.to, w.aws.asked.URL)
	}
}

func TestCredentialsOfIntegrations(t *testing.T) {
	const failed = `{"message": "Internal server error"}`
	w := newWorld(t)
	id, resourceID := serviceAPI(w, agw.PutIntegrationRequest{IntegrationHttpMethod: new("POST"), Uri: new("arn:aws:apigateway:us-east-1:dynamodb:action/GetItem"), Credentials: new(asCaller)})
	w.aws.answers(200, "ok")
	wantAnswer(t, w.ask(id, "GET", "/prod/b/k", ""), 500, failed)
	set := func(patch ...agw.PatchOperation) {
		t.Helper()
		do(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resourceID, HttpMethod: "ANY", PatchOperations: patch})
		w.deploy(id, "prod")
	}
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: resourceID, HttpMethod: "ANY", PatchOperations: replace("/authorizationType", "AWS_IAM")})
	w.deploy(id, "prod")
	w.signer = alice
	wantAnswer(t, w.ask(id, "GET", "/prod/b/k", ""), 200, "ok")
	if c := w.aws.from.Caller; c == nil || c.ARN != alice.ARN || w.aws.from.Role != "" {
		t.Errorf("from %+v", w.aws.from)
	}
	set(op("replace", "/credentials", "arn:aws:iam::111111111111:role/untrusting"))
	wantAnswer(t, w.ask(id, "GET", "/prod/b/k", ""), 500, failed)
	set(op("replace", "/credentials", gatewayRole), op("replace", "/uri", lambdaURI))
	w.invoker.says(`"ok"`)
	wantAnswer(t, w.ask(id, "GET", "/prod/b/k", ""), 200, `"ok"`)
	if w.invoker.source.Role != gatewayRole {
		t.Errorf("function was invoked for %+v", w.invoker.source)
	}
	w.authz.deny = "iam:PassRole"
	refused(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resourceID, HttpMethod: "ANY", PatchOperations: replace("/credentials", "arn:aws:iam::111111111111:role/other")},
		"AccessDeniedException", "no iam:PassRole")
	refused(w, w.CreateAuthorizer, agw.CreateAuthorizerRequest{RestApiId: id, Name: "a", Type: "TOKEN", AuthorizerUri: new(authorizerURI), AuthorizerCredentials: new(gatewayRole), IdentitySource: new("method.request.header.A")},
		"AccessDeniedException", "no iam:PassRole")
}
