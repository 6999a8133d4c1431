package apigateway

import (
	"net/http"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// mockAPI is an API of one resource, /{name}, that is mocked.
func mockAPI(w *world, request, response string) (id, resource string) {
	w.t.Helper()
	id, root := w.makeAPI()
	resource = w.below(id, root, "{name}")
	w.methodOn(id, resource, "POST", agw.PutIntegrationRequest{Type: "MOCK", RequestTemplates: map[string]string{"application/json": request}})
	w.respondWith(id, resource, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: map[string]string{"application/json": response}})
	do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("s"), Variables: map[string]string{"v": "1"}})
	return id, resource
}

func TestMockAnswersWithItsTemplates(t *testing.T) {
	for _, tt := range []struct {
		name, request, response string
		status                  int
		body                    string
	}{
		{"a text", `{"statusCode": 200}`, `{"id": 42}`, 200, `{"id": 42}`},
		{"quotes that are missing", `{statusCode: 200}`, `ok`, 200, `ok`},
		{"a path variable", `{"statusCode": 200}`, `$input.params('name') $input.params().path.name`, 200, `fido fido`},
		{"context and stage variables", `{"statusCode": 200}`, `$context.stage $context.resourcePath $context.identity.sourceIp $stageVariables.v`, 200, `s /{name} 127.0.0.1 1`},
		{"an override of the request that the answer sees", `#set($context.requestOverride.path.p = $input.params('name')){"statusCode": 200}`,
			`#if($context.requestOverride.path.p == "fido")yes#{else}no#end`, 200, `yes`},
		{"an override of the status", `{"statusCode": 200}`, `#set($context.responseOverride.status = 202)made`, 202, `made`},
		{"no status", `{}`, `ok`, 500, `{"message": "Internal server error"}`},
		{"no object", `text`, `ok`, 500, `{"message": "Internal server error"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, _ := mockAPI(w, tt.request, tt.response)
			wantAnswer(t, w.ask(id, "POST", "/s/fido", ""), tt.status, tt.body)
		})
	}
}

func TestAnswersOfMocksHaveNoTrace(t *testing.T) {
	w := newWorld(t)
	id, _ := mockAPI(w, `{"statusCode": 200}`, `#set($context.responseOverride.header.X-Made = "here")ok`)
	answer := w.ask(id, "POST", "/s/fido", "")
	wantHeader(t, answer, "X-Made", "here")
	wantHeader(t, answer, "X-Amzn-Trace-Id", "")
	if got := map[string][]string(answer.Header)["x-amz-apigw-id"]; len(got) != 1 {
		t.Errorf("header = %v", answer.Header)
	}
}

func TestAMockChoosesItsResponseByTheStatus(t *testing.T) {
	w := newWorld(t)
	id, resource := mockAPI(w, `{"statusCode": $input.params('name')}`, `default`)
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: resource, HttpMethod: "POST", StatusCode: "404"})
	w.respondWith(id, resource, "POST", agw.PutIntegrationResponseRequest{StatusCode: "404", SelectionPattern: new(`4\d\d`),
		ResponseTemplates: map[string]string{"application/json": "none"}})
	w.deploy(id, "s")
	wantAnswer(t, w.ask(id, "POST", "/s/410", ""), 404, "none")
	wantAnswer(t, w.ask(id, "POST", "/s/302", ""), 200, "default")
}

func TestPassthroughBehavior(t *testing.T) {
	const refusal = `{"message": "Unsupported Media Type"}`
	for _, tt := range []struct {
		behavior, contentType string
		templates             map[string]string
		status                int
		want                  string // the event, or the answer's body
	}{
		{"WHEN_NO_MATCH", "text/plain", map[string]string{"application/json": `{"t": 1}`}, 200, `{"a": 1}`},
		{"WHEN_NO_MATCH", "application/json; charset=utf-8", map[string]string{"application/json": `{"t": $input.json('$.a')}`}, 200, `{"t": 1}`},
		{"WHEN_NO_MATCH", "", map[string]string{"application/json": `{"t": 1}`}, 200, `{"t": 1}`},
		{"WHEN_NO_TEMPLATES", "text/plain", map[string]string{"application/json": `{"t": 1}`}, 415, refusal},
		{"WHEN_NO_TEMPLATES", "text/plain", nil, 200, `{"a": 1}`},
		{"NEVER", "text/plain", nil, 415, refusal},
		{"NEVER", "application/json", map[string]string{"application/json": `{"t": 1}`}, 200, `{"t": 1}`},
	} {
		t.Run(tt.behavior+" "+tt.contentType, func(t *testing.T) {
			w := newWorld(t)
			id, root := w.makeAPI()
			w.methodOn(id, root, "POST", agw.PutIntegrationRequest{Type: "AWS", Uri: new(lambdaURI), PassthroughBehavior: &tt.behavior, RequestTemplates: tt.templates})
			w.respondWith(id, root, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200"})
			w.deploy(id, "s")
			w.invoker.says(`"ok"`)
			var headers []string
			if tt.contentType != "" {
				headers = []string{"Content-Type: " + tt.contentType}
			}
			answer := w.ask(id, "POST", "/s", `{"a": 1}`, headers...)
			if tt.status != 200 {
				wantAnswer(t, answer, tt.status, tt.want)
				return
			}
			if answer.StatusCode != 200 || w.invoker.payload != tt.want {
				t.Errorf("status %d, event %s, want %s", answer.StatusCode, w.invoker.payload, tt.want)
			}
		})
	}
}

func TestTheAnswersTemplateFollowsWhatTheClientAccepts(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS", Uri: new(lambdaURI)})
	w.respondWith(id, root, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: map[string]string{
		"application/xml": `<m>$input.path('$.m')</m>`, "application/json": `{"made": $input.json('$.m')}`}})
	w.deploy(id, "s")
	w.invoker.says(`{"m": "hi"}`)
	for _, tt := range []struct{ accept, contentType, body string }{
		{"application/xml", "application/xml", `<m>hi</m>`},
		{"text/html, application/xml;q=0.9", "application/xml", `<m>hi</m>`},
		{"application/json", "application/json", `{"made": "hi"}`},
		{"*/*", "application/json", `{"made": "hi"}`},
		{"", "application/json", `{"made": "hi"}`},
	} {
		answer := w.ask(id, "GET", "/s", "", "Accept: "+tt.accept)
		wantAnswer(t, answer, http.StatusOK, tt.body)
		wantHeader(t, answer, "Content-Type", tt.contentType)
	}
}

func TestTemplatesThatAreNoneAreRefusedWhenTheyArePut(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	put := func(name, text string) agw.PutIntegrationResponseRequest {
		return agw.PutIntegrationResponseRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", StatusCode: "200", ResponseTemplates: map[string]string{name: text}}
	}
	refused(w, w.PutIntegrationResponse, put("123", "x"), "BadRequestException", "Validation Result: warnings : [], errors : [Invalid content type specified: 123]")
	if _, err := w.PutIntegrationResponse(t.Context(), w.call, new(put("application/json", "#if("))); err == nil {
		t.Error("a template that is cut off was taken")
	}
}
