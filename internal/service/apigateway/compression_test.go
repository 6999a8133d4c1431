package apigateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

func encodedAs(t testing.TB, coding, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := io.WriteCloser(gzip.NewWriter(&b))
	if coding == codingDeflate {
		w = zlib.NewWriter(&b)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// compressingAPI makes an API that compresses from a size on (negative for
// never), whose root a function answers by proxy, with the body that it got.
func compressingAPI(w *world, from int64) (id, root string) {
	w.t.Helper()
	in := agw.CreateRestApiRequest{Name: "api"}
	if from >= 0 {
		in.MinimumCompressionSize = &from
	}
	a := do(w, w.CreateRestApi, in)
	id, root = *a.Id, *a.RootResourceId
	w.methodOn(id, root, "POST", agw.PutIntegrationRequest{Type: "HTTP", IntegrationHttpMethod: new("POST"), Uri: new(echo(w.t))})
	w.respondWith(id, root, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200"})
	w.deploy(id, "prod")
	return id, root
}

// echo is a backend that answers with what it got, and with the coding that it
// was told of.
func echo(t testing.TB) string {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Coding", r.Header.Get("Content-Encoding"))
		w.Header().Set("Content-Type", "application/json")
		body, _ := io.ReadAll(r.Body) // whole: what is not read when the answer begins is lost
		_, _ = w.Write(body)
	}))
	t.Cleanup(backend.Close)
	return backend.URL
}

func TestAnEncodedBodyIsDecodedForTheIntegration(t *testing.T) {
	const unsupported = `{"message": "Unsupported Media Type"}`
	text := strings.Repeat("a text ", 20)
	for _, tt := range []struct {
		name, coding, body string
		status             int
		answer             string
	}{
		{"gzip", "gzip", encodedAs(t, "gzip", text), 200, text},
		{"gzip in capitals", "GZIP", encodedAs(t, "gzip", text), 200, text},
		{"deflate", "deflate", encodedAs(t, "deflate", text), 200, text},
		{"identity", "identity", text, 200, text},
		{"unknown", "br", text, 415, unsupported},
		{"two codings", "gzip, gzip", text, 415, unsupported},
		{"something else than was said", "gzip", text, 415, unsupported},
		{"a part", "gzip", encodedAs(t, "gzip", text)[:30], 415, unsupported},
		{"too large", "gzip", encodedAs(t, "gzip", strings.Repeat("x", maxPayload+1)), 413, `{"message":"Request Too Long"}`},
		{"nothing", "gzip", "", 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, root := compressingAPI(w, -1)
			wantAnswer(t, w.ask(id, "POST", "/prod", tt.body, "Content-Encoding: "+tt.coding), tt.status, tt.answer)

			do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: "HTTP_PROXY", IntegrationHttpMethod: new("POST"), Uri: new(echo(t))})
			w.deploy(id, "prod")
			got := w.ask(id, "POST", "/prod", tt.body, "Content-Encoding: "+tt.coding)
			if tt.body != "" {
				wantHeader(t, got, "X-Coding", "")
			}
			wantAnswer(t, got, tt.status, tt.answer)
		})
	}
}

// AWS's guide has it that neither is applied to what is smaller than the threshold.
func TestABodyBelowTheThresholdIsNotDecoded(t *testing.T) {
	w := newWorld(t)
	id, root := compressingAPI(w, 1000)
	body := encodedAs(t, "gzip", "text")
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: []agw.PatchOperation{op("add", "/binaryMediaTypes/*~1*", "")}})
	do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: "HTTP_PROXY", IntegrationHttpMethod: new("POST"), Uri: new(echo(t))})
	w.deploy(id, "prod")
	got := w.ask(id, "POST", "/prod", body, "Content-Encoding: gzip")
	wantHeader(t, got, "X-Coding", "gzip")
	wantAnswer(t, got, 200, body)
}

func TestAnAnswerIsCompressedForAClientThatWantsIt(t *testing.T) {
	for _, tt := range []struct {
		accept string
		from   int64
		size   int
		coding string
	}{
		{"gzip", 100, 100, "gzip"},
		{"gzip", 100, 99, ""},
		{"gzip", 0, 1, "gzip"},
		{"gzip", 0, 0, ""},
		{"gzip", -1, 1000, ""},
		{"deflate,gzip", 0, 50, "deflate"},
		{"deflate;q=0.5,gzip;q=1.0", 0, 50, "gzip"},
		{"gzip;q=1.0, identity; q=0.5, *;q=0", 0, 50, "gzip"},
		{"gzip, deflate, br", 0, 50, "gzip"},
		{"br, gzip", 0, 50, ""},
		{"identity, gzip;q=0.5", 0, 50, ""},
		{"gzip;q=0", 0, 50, ""},
		{"*", 0, 50, ""},
		{"", 0, 50, ""},
	} {
		for _, kind := range []string{"HTTP", "HTTP_PROXY"} {
			w := newWorld(t)
			id, root := compressingAPI(w, tt.from)
			if kind == "HTTP_PROXY" {
				do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: kind, IntegrationHttpMethod: new("POST"), Uri: new(echo(t))})
				w.deploy(id, "prod")
			}
			text := strings.Repeat("x", tt.size)
			got := w.ask(id, "POST", "/prod", text, "Accept-Encoding: "+tt.accept)
			wantHeader(t, got, "Content-Encoding", tt.coding)
			body, err := io.ReadAll(got.Body)
			if err != nil {
				t.Fatal(err)
			}
			if plain := decoded(t, tt.coding, body); plain != text {
				t.Errorf("%s, accepting %q from %d: %d bytes %.40q, want %d of them", kind, tt.accept, tt.from, len(body), body, tt.size)
			}
		}
	}
}

func decoded(t *testing.T, coding string, body []byte) string {
	t.Helper()
	if coding == "" {
		return string(body)
	}
	plain, err := decodeContent(body, coding)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestWhatTheIntegrationEncodedIsLeftAsItIs(t *testing.T) {
	w := newWorld(t)
	id, root := compressingAPI(w, 0)
	do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: "AWS_PROXY", IntegrationHttpMethod: new("POST"), Uri: new(lambdaURI)})
	w.deploy(id, "prod")
	w.invoker.says(`{"body":"coded","headers":{"content-encoding":"mine"}}`)
	got := w.ask(id, "POST", "/prod", "", "Accept-Encoding: gzip")
	wantHeader(t, got, "content-encoding", "mine")
	wantAnswer(t, got, 200, "coded")
	// What the gateway answers of itself is not compressed.
	w.invoker.fails(`{}`)
	got = w.ask(id, "POST", "/prod", "", "Accept-Encoding: gzip")
	wantHeader(t, got, "Content-Encoding", "")
	wantAnswer(t, got, 502, `{"message": "Internal server error"}`)
}

// A cache keeps one answer for clients that accept a coding and those that do not.
func TestACachedAnswerIsCompressedForWhoWantsIt(t *testing.T) {
	w := newWorld(t)
	id, _ := compressingAPI(w, 0)
	patchStage(w, id, op("replace", "/cacheClusterEnabled", "true"), op("replace", "/~1/POST/caching/enabled", "true"))
	wantAnswer(t, w.ask(id, "POST", "/prod", "first"), 200, "first")
	got := w.ask(id, "POST", "/prod", "second", "Accept-Encoding: gzip")
	wantHeader(t, got, "Content-Encoding", "gzip")
	body, err := io.ReadAll(got.Body)
	if err != nil || decoded(t, "gzip", body) != "first" {
		t.Errorf("%q, %v", body, err)
	}
	wantAnswer(t, w.ask(id, "POST", "/prod", "third"), 200, "first")
}

func TestTheSizeToCompressFromIsSetAndTakenAway(t *testing.T) {
	w := newWorld(t)
	id, _ := compressingAPI(w, 5)
	update := func(value *string) agw.UpdateRestApiRequest {
		return agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: []agw.PatchOperation{{Op: "replace", Path: new("/minimumCompressionSize"), Value: value}}}
	}
	for _, tt := range []struct {
		value *string
		want  string
	}{{new("10485760"), "10485760"}, {new(""), "null"}, {new("0"), "0"}, {nil, "null"}} {
		if got := asJSON(do(w, w.UpdateRestApi, update(tt.value)).MinimumCompressionSize); got != tt.want {
			t.Errorf("minimumCompressionSize = %s, want %s", got, tt.want)
		}
	}
	for _, value := range []string{"-1", "10485761", "many"} {
		refused(w, w.UpdateRestApi, update(&value), "BadRequestException", "Invalid minimum compression size, must be between 0 and 10485760")
	}
	// A document says it too, and an export and a clone have it.
	const document = `{"swagger":"2.0","info":{"title":"a","version":"1"},"paths":{},"x-amazon-apigateway-minimum-compression-size":%}`
	refused(w, w.ImportRestApi, agw.ImportRestApiRequest{Body: []byte(strings.Replace(document, "%", "-2", 1))}, "BadRequestException", "Invalid minimum compression size, must be between 0 and 10485760")
	a := do(w, w.PutRestApi, agw.PutRestApiRequest{RestApiId: id, Body: []byte(strings.Replace(document, "%", "77", 1))})
	if got := asJSON(a.MinimumCompressionSize); got != "77" {
		t.Errorf("imported: %s", got)
	}
	exported := do(w, w.GetExport, agw.GetExportRequest{RestApiId: id, StageName: "prod", ExportType: "swagger", Parameters: map[string]string{"extensions": "apigateway"}})
	if !strings.Contains(string(exported.Body), `"x-amazon-apigateway-minimum-compression-size" : 77`) {
		t.Errorf("exported: %s", exported.Body)
	}
	if got := asJSON(do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "clone", CloneFrom: &id}).MinimumCompressionSize); got != "77" {
		t.Errorf("cloned: %s", got)
	}
}

func FuzzDecodeContent(f *testing.F) {
	f.Add([]byte(encodedAs(f, "gzip", "text")), "gzip")
	f.Add([]byte(encodedAs(f, "deflate", "text")), "deflate")
	f.Add([]byte("text"), "identity")
	f.Add([]byte("\x1f\x8b"), "gzip")
	f.Fuzz(func(t *testing.T, body []byte, coding string) {
		out, err := decodeContent(body, coding)
		if len(out) > maxPayload || err != nil && out != nil {
			t.Errorf("%d bytes, %v", len(out), err)
		}
		if c := chooseCoding(coding); c != "" && c != codingGzip && c != codingDeflate {
			t.Errorf("chose %q of %q", c, coding)
		}
	})
}

// A signature covers the body as it was sent; everything behind it sees the text.
func TestASignatureCoversTheEncodedBody(t *testing.T) {
	for _, kind := range []string{"HTTP", "HTTP_PROXY"} {
		w := newWorld(t)
		id, root := compressingAPI(w, -1)
		do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", PatchOperations: replace("/authorizationType", "AWS_IAM")})
		do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", Type: kind, IntegrationHttpMethod: new("POST"), Uri: new(echo(t))})
		if kind == "HTTP" {
			w.respondWith(id, root, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200"})
		}
		w.deploy(id, "prod")
		sent := encodedAs(t, "gzip", "text")
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/prod", strings.NewReader(sent))
		r.Header.Set("Content-Encoding", "gzip")
		rec := httptest.NewRecorder()
		var signed string
		w.ServeAPI(rec, r, w.call, id, func(body []byte) (api.Principal, error) {
			signed = string(body)
			return alice, nil
		})
		if signed != sent {
			t.Errorf("%s: the signature is held against %q, want %q", kind, signed, sent)
		}
		wantAnswer(t, rec.Result(), 200, "text")
	}
}
