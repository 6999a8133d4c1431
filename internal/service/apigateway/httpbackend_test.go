package apigateway

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// backend echoes what it is asked, with the status that the path ends in.
func backend(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/x-echo")
		w.Header().Set("X-Backend", "yes")
		w.Header().Set("Server", "echo")
		if strings.HasSuffix(r.URL.Path, "/400") {
			w.WriteHeader(400)
		}
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RequestURI(), body)
		for _, name := range []string{"Accept", "Content-Type", "User-Agent", "X-Mapped", "X-Client", "X-Forwarded-For"} {
			if v := r.Header.Get(name); v != "" {
				fmt.Fprintf(w, " %s=%s", name, v)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// httpAPI is an API with one resource, /pets/{id}, before a backend.
func httpAPI(w *world, i agw.PutIntegrationRequest) (id, resource string) {
	w.t.Helper()
	id, root := w.makeAPI()
	resource = w.below(id, w.below(id, root, "pets"), "{id}")
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: resource, HttpMethod: "ANY", AuthorizationType: "NONE",
		RequestParameters: map[string]bool{"method.request.path.id": true, "method.request.querystring.q": false, "method.request.header.X-Client": false}})
	i.RestApiId, i.ResourceId, i.HttpMethod, i.IntegrationHttpMethod = id, resource, "ANY", new("ANY")
	do(w, w.PutIntegration, i)
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: resource, HttpMethod: "ANY", StatusCode: "200",
		ResponseParameters: map[string]bool{"method.response.header.X-From-Backend": true, "method.response.header.X-Fixed": true, "method.response.header.X-Stage": true}})
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: resource, HttpMethod: "ANY", StatusCode: "404"})
	return id, resource
}

func TestHTTPProxyPassesAllThrough(t *testing.T) {
	w := newWorld(t)
	server := backend(t)
	id, _ := httpAPI(w, agw.PutIntegrationRequest{Type: "HTTP_PROXY", Uri: new("${stageVariables.backend}/p/{id}"), RequestParameters: map[string]string{
		"integration.request.path.id":          "method.request.path.id",
		"integration.request.querystring.from": "context.stage",
		"integration.request.header.X-Mapped":  "method.request.querystring.q",
	}})
	do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("s"), Variables: map[string]string{"backend": server.URL}})

	answer := w.ask(id, "PUT", "/s/pets/a%2Fb?q=1&q=2", "body", "X-Client: here", "User-Agent: test/1", "Content-Type: text/plain")
	wantAnswer(t, answer, 200, "PUT /p/a%2Fb?from=s&q=1&q=2 body Content-Type=text/plain User-Agent=test/1 X-Mapped=2 X-Client=here X-Forwarded-For=127.0.0.1")
	wantHeader(t, answer, "X-Backend", "yes")
	wantHeader(t, answer, "Content-Type", "text/x-echo")
	wantHeader(t, answer, "x-amzn-Remapped-Server", "echo")

	answer = w.ask(id, "GET", "/s/pets/400", "")
	if answer.StatusCode != 400 {
		t.Errorf("status = %d, want the backend's", answer.StatusCode)
	}
}

func TestHTTPMapsRequestAndAnswer(t *testing.T) {
	w := newWorld(t)
	server := backend(t)
	id, resource := httpAPI(w, agw.PutIntegrationRequest{Type: "HTTP", Uri: new(server.URL + "/p/{id}"), RequestParameters: map[string]string{
		"integration.request.path.id":         "method.request.path.id",
		"integration.request.header.X-Mapped": "method.request.body.a[0].b",
	}})
	w.respondWith(id, resource, "ANY", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseParameters: map[string]string{
		"method.response.header.X-From-Backend": "integration.response.header.X-Backend",
		"method.response.header.X-Fixed":        "'text'",
		"method.response.header.X-Stage":        "context.stage",
	}})
	w.respondWith(id, resource, "ANY", agw.PutIntegrationResponseRequest{StatusCode: "404", SelectionPattern: new(`4\d{2}`)})
	w.deploy(id, "s")

	body := `{"a":[{"b":"fixed"}]}`
	answer := w.ask(id, "POST", "/s/pets/7?q=1", body, "X-Client: here", "User-Agent: test/1")
	wantAnswer(t, answer, 200, "POST /p/7 "+body+" Accept=application/json Content-Type=application/json User-Agent=AmazonAPIGateway_"+id+" X-Mapped=fixed")
	wantHeader(t, answer, "X-From-Backend", "yes")
	wantHeader(t, answer, "X-Fixed", "text")
	wantHeader(t, answer, "X-Stage", "s")
	wantHeader(t, answer, "X-Backend", "")
	wantHeader(t, answer, "Content-Type", "application/json")
	if got := w.ask(id, "GET", "/s/pets/400", "").StatusCode; got != 404 {
		t.Errorf("status = %d, want that of the response whose pattern matches", got)
	}
}

func TestABackendThatIsNotThereIsANetworkError(t *testing.T) {
	w := newWorld(t)
	server := backend(t)
	server.Close()
	id, _ := httpAPI(w, agw.PutIntegrationRequest{Type: "HTTP_PROXY", Uri: new(server.URL)})
	w.deploy(id, "s")
	wantAnswer(t, w.ask(id, "GET", "/s/pets/1", ""), 504, `{"message": "Network error communicating with endpoint"}`)
}

func TestMappingsOfTheGatewaysOwnHeadersFailWhenCalled(t *testing.T) {
	w := newWorld(t)
	id, _ := httpAPI(w, agw.PutIntegrationRequest{Type: "HTTP_PROXY", Uri: new("http://127.0.0.1:1"), RequestParameters: map[string]string{
		"integration.request.header.Transfer-Encoding": "'chunked'"}})
	w.deploy(id, "s")
	wantAnswer(t, w.ask(id, "GET", "/s/pets/1", ""), 500, `{"message": "Internal server error"}`)
}

func TestMappingsRefuse(t *testing.T) {
	w := newWorld(t)
	id, resource := httpAPI(w, agw.PutIntegrationRequest{Type: "HTTP", Uri: new("http://127.0.0.1:1")})
	refusal := func(expression string) string {
		return "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: " + expression + "]"
	}
	for _, tt := range []struct{ target, expression, named string }{
		{"integration.request.path.id", "method.request.path.nosuch", "method.request.path.nosuch"},
		{"integration.request.path.id", "method.request.cookie.a", "method.request.cookie.a"},
		{"integration.request.path.id", "'open", "'open"},
		{"integration.request.cookie.id", "'a'", "integration.request.cookie.id"},
	} {
		refused(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resource, HttpMethod: "ANY",
			PatchOperations: []agw.PatchOperation{op("add", "/requestParameters/"+tt.target, tt.expression)}}, "BadRequestException", refusal(tt.named))
	}
	refused(w, w.PutIntegrationResponse, agw.PutIntegrationResponseRequest{RestApiId: id, ResourceId: resource, HttpMethod: "ANY", StatusCode: "200",
		ResponseParameters: map[string]string{"method.response.header.X-Nosuch": "'a'"}}, "BadRequestException", refusal("method.response.header.X-Nosuch"))
}

func TestACertificateOfNobodyKnownIsTakenWhereThatIsAsked(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	elsewhere := strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // which the certificate is not for
	for _, tt := range []struct {
		name, url string
		skip      bool
		status    int
	}{
		{"not asked", server.URL, false, 504},
		{"asked", server.URL, true, 200},
		{"asked, but of another host", elsewhere, true, 504},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, resource := httpAPI(w, agw.PutIntegrationRequest{Type: "HTTP_PROXY", Uri: &tt.url})
			if tt.skip {
				do(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resource, HttpMethod: "ANY", PatchOperations: replace("/tlsConfig/insecureSkipVerification", "true")})
			}
			w.deploy(id, "s")
			if answer := w.ask(id, "GET", "/s/pets/1", ""); answer.StatusCode != tt.status {
				t.Errorf("status %d, want %d", answer.StatusCode, tt.status)
			}
		})
	}
	w := newWorld(t)
	id, root := w.makeAPI()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", AuthorizationType: "NONE"})
	refused(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", Type: "AWS", Uri: new(lambdaURI), IntegrationHttpMethod: new("POST"),
		TlsConfig: &agw.TlsConfig{InsecureSkipVerification: new(true)}}, "NotImplemented", "cloudless does not implement the tlsConfig parameter of an integration yet.")
}
