package apigateway

import (
	"regexp"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// The lines of the log are recorded from AWS.
func TestTestInvokeMethodTellsHowItWent(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	foo := w.below(id, root, "{foo}")
	w.methodOn(id, foo, "GET", agw.PutIntegrationRequest{Type: "AWS", Uri: new(lambdaURI), RequestTemplates: map[string]string{"application/json": `{"v":"$stageVariables.v","q":"$input.params('q')","foo":"$input.params('foo')"}`}})
	w.respondWith(id, foo, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200"})
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: foo, HttpMethod: "GET", PatchOperations: []agw.PatchOperation{
		op("replace", "/authorizationType", "AWS_IAM"), op("replace", "/apiKeyRequired", "true")}})
	w.invoker.says(`{"said":1}`)
	test := agw.TestInvokeMethodRequest{RestApiId: id, ResourceId: foo, HttpMethod: "GET", PathWithQueryString: new("/bar?q=1"), Body: new(`{"test": "val123"}`),
		Headers: map[string]string{"content-type": "application/json"}, StageVariables: map[string]string{"v": "2"}}
	out := do(w, w.TestInvokeMethod, test)
	if *out.Status != 200 || *out.Body != `{"said":1}` || out.Headers["Content-Type"] != "application/json" || len(out.MultiValueHeaders["X-Amzn-Trace-Id"]) != 1 {
		t.Errorf("answered: %s", asJSON(out))
	}
	if w.invoker.payload != `{"v":"2","q":"1","foo":"bar"}` || w.invoker.source.SourceARN != "arn:aws:execute-api:us-east-1:111111111111:"+id+"/test-invoke-stage/GET/{foo}" {
		t.Errorf("invoked with %s for %+v", w.invoker.payload, w.invoker.source)
	}
	want := []string{
		"Execution log for request " + w.call.RequestID,
		"Starting execution for request: " + w.call.RequestID,
		"HTTP Method: GET, Resource Path: /{foo}",
		"Method request path: {foo=bar}",
		"Method request query string: {q=1}",
		"Method request headers: {Content-Type=application/json}",
		`Method request body before transformations: {"test": "val123"}`,
		"Endpoint request URI: https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/" + functionARN + "/invocations",
		"Endpoint request headers: {}",
		`Endpoint request body after transformations: {"v":"2","q":"1","foo":"bar"}`,
		"Sending request to https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/" + functionARN + "/invocations",
		"Received response. Status: 200, Integration latency: 0 ms",
		"Endpoint response headers: {}",
		`Endpoint response body before transformations: {"said":1}`,
		`Method response body after transformations: {"said":1}`,
		"Method response headers: {Content-Type=application/json, X-Amzn-Trace-Id=Root}",
		"Successfully completed execution",
		"Method completed with status: 200",
		"",
	}
	got := regexp.MustCompile(`(?m)^Fri Jan 02 03:04:05 UTC 2026 : `).ReplaceAllString(*out.Log, "")
	got = regexp.MustCompile(`Root=[0-9a-f-]+`).ReplaceAllString(got, "Root")
	if got != strings.Join(want, "\n") {
		t.Errorf("log:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}

	w.invoker.answer = nil
	out = do(w, w.TestInvokeMethod, test)
	if *out.Status != 500 || *out.Body != `{"message": "Internal server error"}` || !strings.Contains(*out.Log, "Execution failed due to configuration error: nobody said what to answer\n") {
		t.Errorf("a failure: %s", asJSON(out))
	}
	test.HttpMethod = "POST"
	refused(w, w.TestInvokeMethod, test, "NotFoundException", "Invalid Method identifier specified")
	test.ResourceId = "nosuch"
	refused(w, w.TestInvokeMethod, test, "NotFoundException", "Invalid Resource identifier specified")
}
