package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// articleAPI makes the API of the serverless article, deployed to prod.
func articleAPI(w *world) (id, root string) {
	w.t.Helper()
	id = *do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "serverless-backend"}).Id
	root = *do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id}).Items[0].Id
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", AuthorizationType: "NONE"})
	do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST",
		Type: "AWS", IntegrationHttpMethod: new("POST"), Uri: new(lambdaURI)})
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST",
		StatusCode: "200", ResponseModels: map[string]string{"application/json": "Empty"}})
	do(w, w.PutIntegrationResponse, agw.PutIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST",
		StatusCode: "200", ResponseTemplates: map[string]string{"application/json": ""}})
	w.deploy(id, "prod")
	return id, root
}

func TestTheArticlesAPIInvokesItsFunction(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	w.invoker.says(`"Put user me with email me@company.com to DynamoDB."`)

	body := `{"uid":"1","username":"me","email":"me@company.com"}`
	answer := w.ask(id, "POST", "/prod/", body, "Content-Type: application/x-www-form-urlencoded")
	wantAnswer(t, answer, 200, `"Put user me with email me@company.com to DynamoDB."`)
	wantHeader(t, answer, "Content-Type", "application/json")
	wantHeader(t, answer, "x-amzn-RequestId", w.call.RequestID)

	if w.invoker.arn != functionARN || w.invoker.payload != body {
		t.Errorf("invoked %s with %s", w.invoker.arn, w.invoker.payload)
	}
	want := Source{SourceARN: "arn:aws:execute-api:us-east-1:111111111111:" + id + "/prod/POST/", Account: testAccount, Region: "us-east-1", RequestID: w.call.RequestID}
	if !strings.HasPrefix(w.invoker.source.TraceID, "Root=1-") {
		t.Errorf("trace = %q", w.invoker.source.TraceID)
	}
	if w.invoker.source.TraceID = ""; w.invoker.source != want {
		t.Errorf("source = %+v, want %+v", w.invoker.source, want)
	}
}

func TestACallThatLeadsNowhereIsRefused(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	for _, tt := range []struct {
		name, api, method, path, errorType, message string
	}{
		{"unknown API", "nosuchapi0", "POST", "/prod/", "ForbiddenException", "Forbidden"},
		{"unknown stage", id, "POST", "/nosuch/", "ForbiddenException", "Forbidden"},
		{"no stage", id, "POST", "/", "ForbiddenException", "Forbidden"},
		{"unknown path", id, "POST", "/prod/nosuch", "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"unknown method", id, "GET", "/prod/", "MissingAuthenticationTokenException", "Missing Authentication Token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.ask(tt.api, tt.method, tt.path, "")
			wantAnswer(t, answer, 403, `{"message":"`+tt.message+`"}`)
			wantHeader(t, answer, "x-amzn-ErrorType", tt.errorType)
			wantHeader(t, answer, "Content-Type", "application/json")
		})
	}
}

func TestAFunctionThatMayNotBeInvokedIsAnInternalServerError(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	answer := w.ask(id, "POST", "/prod/", "{}")
	wantAnswer(t, answer, 500, `{"message": "Internal server error"}`)
	wantHeader(t, answer, "x-amzn-ErrorType", "InternalServerErrorException")
}
