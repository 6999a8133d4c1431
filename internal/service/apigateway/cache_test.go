package apigateway

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/clock"
)

// cachingAPI makes an API whose resources /pets/{id} (GET and POST) and /any
// (ANY) are answered by a function that counts, and whose stage "prod" caches them.
func cachingAPI(w *world, keys ...string) (id, pet string) {
	w.t.Helper()
	count := 0
	w.invoker.answer = func(context.Context, []byte) (Answer, error) {
		count++
		return Answer{Payload: fmt.Appendf(nil, `{"statusCode":201,"headers":{"X-Count":"%d"},"body":"answer %d"}`, count, count)}, nil
	}
	id, root := w.makeAPI()
	pet = w.below(id, w.below(id, root, "pets"), "{id}")
	for _, httpMethod := range []string{"GET", "POST"} {
		do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: pet, HttpMethod: httpMethod, AuthorizationType: "NONE",
			RequestParameters: map[string]bool{"method.request.path.id": true, "method.request.querystring.kind": false}})
		do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: pet, HttpMethod: httpMethod, Type: "AWS_PROXY", IntegrationHttpMethod: new("POST"), Uri: new(lambdaURI),
			CacheKeyParameters: keys, RequestParameters: map[string]string{"integration.request.header.Whole": "method.request.body"}})
	}
	w.methodOn(id, w.below(id, root, "any"), "ANY", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.deploy(id, "prod")
	patchStage(w, id, op("replace", "/cacheClusterEnabled", "true"), op("replace", "/*/*/caching/enabled", "true"))
	return id, pet
}

func patchStage(w *world, id string, ops ...agw.PatchOperation) *agw.Stage {
	w.t.Helper()
	return do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: ops})
}

func TestAnAnswerIsCachedForItsTime(t *testing.T) {
	w := newWorld(t)
	id, _ := cachingAPI(w)
	first := w.ask(id, "GET", "/prod/pets/1", "")
	wantHeader(t, first, "X-Count", "1")
	wantAnswer(t, first, 201, "answer 1")
	w.clock.Advance(299 * time.Second)
	again := w.ask(id, "GET", "/prod/pets/1", "")
	wantHeader(t, again, "X-Count", "1")
	for _, name := range []string{"X-Amzn-Trace-Id", "x-amz-apigw-id"} {
		if first.Header[name][0] == again.Header[name][0] {
			t.Errorf("the second call has the %s of the first", name)
		}
	}
	wantAnswer(t, again, 201, "answer 1")
	w.clock.Advance(time.Second)
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 2")
}

func TestOnlyGETIsCachedUnlessAMethodIsSetByItself(t *testing.T) {
	w := newWorld(t)
	id, _ := cachingAPI(w)
	wantAnswer(t, w.ask(id, "POST", "/prod/pets/1", ""), 201, "answer 1")
	wantAnswer(t, w.ask(id, "POST", "/prod/pets/1", ""), 201, "answer 2")
	wantAnswer(t, w.ask(id, "GET", "/prod/any", ""), 201, "answer 3")
	wantAnswer(t, w.ask(id, "GET", "/prod/any", ""), 201, "answer 3")
	wantAnswer(t, w.ask(id, "PUT", "/prod/any", ""), 201, "answer 4")
	wantAnswer(t, w.ask(id, "PUT", "/prod/any", ""), 201, "answer 5")
	patchStage(w, id, op("replace", "/~1pets~1{id}/POST/caching/enabled", "true"), op("replace", "/~1any/GET/caching/enabled", "false"))
	wantAnswer(t, w.ask(id, "POST", "/prod/pets/1", ""), 201, "answer 6")
	wantAnswer(t, w.ask(id, "POST", "/prod/pets/1", ""), 201, "answer 6")
	wantAnswer(t, w.ask(id, "GET", "/prod/any", ""), 201, "answer 7")
	patchStage(w, id, op("replace", "/~1pets~1{id}/POST/caching/ttlInSeconds", "0"))
	wantAnswer(t, w.ask(id, "POST", "/prod/pets/1", ""), 201, "answer 8")
	patchStage(w, id, op("replace", "/cacheClusterEnabled", "false"))
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 9")
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 10")
}

func TestCallsWithTheSameKeyHaveTheSameAnswer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		keys   []string
		target string // beside /prod/pets/1?kind=a
		body   string
		same   bool
	}{
		{"another path without a key", nil, "/prod/pets/2?kind=b", "", true},
		{"another path", []string{"method.request.path.id"}, "/prod/pets/2?kind=a", "", false},
		{"another query that is no key", []string{"method.request.path.id"}, "/prod/pets/1?kind=b", "", true},
		{"another query", []string{"method.request.path.id", "method.request.querystring.kind"}, "/prod/pets/1?kind=b", "", false},
		{"another body that is mapped", []string{"integration.request.header.Whole"}, "/prod/pets/1?kind=a", "other", false},
		{"another body that is no key", []string{"method.request.path.id"}, "/prod/pets/1?kind=a", "other", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, _ := cachingAPI(w, tt.keys...)
			wantAnswer(t, w.ask(id, "GET", "/prod/pets/1?kind=a", "body"), 201, "answer 1")
			want := "answer 2"
			if tt.same {
				want = "answer 1"
			}
			wantAnswer(t, w.ask(id, "GET", tt.target, tt.body), 201, want)
			wantAnswer(t, w.ask(id, "GET", "/prod/pets/1?kind=a", "body"), 201, "answer 1")
		})
	}
}

func TestResourcesMayShareANamespace(t *testing.T) {
	w := newWorld(t)
	id, pet := cachingAPI(w)
	patch := func(resource, httpMethod string) {
		t.Helper()
		do(w, w.UpdateIntegration, agw.UpdateIntegrationRequest{RestApiId: id, ResourceId: resource, HttpMethod: httpMethod, PatchOperations: replace("/cacheNamespace", "shared")})
	}
	patch(pet, "GET")
	for _, r := range do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id}).Items {
		if *r.Path == "/any" {
			patch(*r.Id, "ANY")
		}
	}
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
	wantAnswer(t, w.ask(id, "GET", "/prod/any", ""), 201, "answer 1")
}

func TestACacheBeginsEmpty(t *testing.T) {
	for _, tt := range []struct {
		name  string
		do    func(w *world, id string)
		empty bool
	}{
		{"not after a change of something else", func(w *world, id string) { patchStage(w, id, op("replace", "/description", "d")) }, false},
		{"after a flush", func(w *world, id string) {
			do(w, w.FlushStageCache, agw.FlushStageCacheRequest{RestApiId: id, StageName: "prod"})
		}, true},
		{"with another size", func(w *world, id string) { patchStage(w, id, op("replace", "/cacheClusterSize", "1.6")) }, true},
		{"off and on again", func(w *world, id string) {
			patchStage(w, id, op("replace", "/cacheClusterEnabled", "false"))
			patchStage(w, id, op("replace", "/cacheClusterEnabled", "true"))
		}, true},
		{"for another deployment", func(w *world, id string) { w.deploy(id, "prod") }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, _ := cachingAPI(w)
			wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
			tt.do(w, id)
			want := "answer 1"
			if tt.empty {
				want = "answer 2"
			}
			wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, want)
		})
	}
}

// What is kept for a canary: "production and canary requests are cached separately" unless
// both stand on one deployment, and only with useStageCache.
func TestACanaryUsesTheCacheIfItIsTold(t *testing.T) {
	w := newWorld(t)
	id, _ := cachingAPI(w)
	canary := func(percent string) { patchStage(w, id, op("replace", "/canarySettings/percentTraffic", percent)) }
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
	canary("100")
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 2")
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 3")
	patchStage(w, id, op("replace", "/canarySettings/useStageCache", "true"))
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1") // the same deployment
	second := *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id}).Id
	patchStage(w, id, op("replace", "/canarySettings/deploymentId", second))
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 4")
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 4")
	canary("0")
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
}

func TestAClientMayInvalidateTheCache(t *testing.T) {
	const warning = `199 - "Cache-Control: max-age=0 was ignored, since the caller may not invalidate the cache"`
	for _, tt := range []struct {
		name     string
		header   string
		settings []agw.PatchOperation
		deny     bool
		status   int
		body     string
		warning  string
	}{
		{"with leave", "max-age=0", nil, false, 201, "answer 2", ""},
		{"among others", "no-store, Max-Age = 0", nil, false, 201, "answer 2", ""},
		{"not with another directive", "no-cache", nil, false, 201, "answer 1", ""},
		{"not with an age", "max-age=01", nil, false, 201, "answer 1", ""},
		{"without leave and need of it", "max-age=0", []agw.PatchOperation{op("replace", "/*/*/caching/requireAuthorizationForCacheControl", "false")}, true, 201, "answer 2", ""},
		{"without leave", "max-age=0", nil, true, 201, "answer 1", warning},
		{"without leave, in silence", "max-age=0", []agw.PatchOperation{op("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITHOUT_RESPONSE_HEADER")}, true, 201, "answer 1", ""},
		{"without leave, strictly", "max-age=0", []agw.PatchOperation{op("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403")}, true, 403, `{"Message":"no execute-api:InvalidateCache"}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id, pet := cachingAPI(w)
			do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: pet, HttpMethod: "GET", PatchOperations: replace("/authorizationType", "AWS_IAM")})
			w.deploy(id, "prod")
			patchStage(w, id, append(tt.settings, op("replace", "/description", "d"))...)
			w.signer = api.Principal{Type: api.PrincipalUser, Account: testAccount, ARN: "arn:aws:iam::111111111111:user/u", ID: "AID"}
			wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
			if tt.deny {
				w.authz.deny = actionInvalidate
			}
			got := w.ask(id, "GET", "/prod/pets/1", "", "Cache-Control: "+tt.header)
			wantHeader(t, got, "Warning", tt.warning)
			wantAnswer(t, got, tt.status, tt.body)
			if tt.status == 201 {
				wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, tt.body) // what was fetched anew is kept
			}
		})
	}
}

// An authorizer's policy is asked for the invalidation too, as for the call.
func TestAnAuthorizerMayLetTheCacheBeInvalidated(t *testing.T) {
	w := newWorld(t)
	id, pet := cachingAPI(w)
	a := do(w, w.CreateAuthorizer, agw.CreateAuthorizerRequest{RestApiId: id, Name: "a", Type: "TOKEN", AuthorizerUri: new(authorizerURI), IdentitySource: new("method.request.header.Token")})
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: pet, HttpMethod: "GET", PatchOperations: []agw.PatchOperation{
		op("replace", "/authorizationType", "CUSTOM"), op("replace", "/authorizerId", *a.Id)}})
	w.deploy(id, "prod")
	count := 0
	w.invoker.answer = func(_ context.Context, event []byte) (Answer, error) {
		for _, policy := range []string{"allow", "only-invoke"} {
			if bytes.Contains(event, []byte(`"authorizationToken":"`+policy+`"`)) {
				return Answer{Payload: []byte(`{"principalId":"me","policyDocument":"` + policy + `"}`)}, nil
			}
		}
		count++
		return Answer{Payload: fmt.Appendf(nil, `{"statusCode":201,"body":"answer %d"}`, count)}, nil
	}
	ask := func(token string, headers ...string) *http.Response {
		return w.ask(id, "GET", "/prod/pets/1", "", append(headers, "Token: "+token)...)
	}
	wantAnswer(t, ask("allow"), 201, "answer 1")
	wantAnswer(t, ask("only-invoke"), 201, "answer 1")
	wantAnswer(t, ask("only-invoke", "Cache-Control: max-age=0"), 201, "answer 1")
	wantAnswer(t, ask("allow", "Cache-Control: max-age=0"), 201, "answer 2")
}

func TestWhatIsTooLargeIsNotCached(t *testing.T) {
	for _, tt := range []struct {
		size   int
		cached bool
	}{{maxCached, true}, {maxCached + 1, false}} {
		w := newWorld(t)
		calls := 0
		backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls++
			_, _ = w.Write(bytes.Repeat([]byte("x"), tt.size))
		}))
		defer backend.Close()
		id, root := w.makeAPI()
		w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "HTTP_PROXY", IntegrationHttpMethod: new("GET"), Uri: new(backend.URL)})
		w.deploy(id, "prod")
		patchStage(w, id, op("replace", "/cacheClusterEnabled", "true"), op("replace", "/*/*/caching/enabled", "true"))
		for range 2 {
			wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, strings.Repeat("x", tt.size))
		}
		if want := map[bool]int{true: 1, false: 2}[tt.cached]; calls != want {
			t.Errorf("%d bytes: the backend was called %d times, want %d", tt.size, calls, want)
		}
	}
}

func TestCachesAreRefused(t *testing.T) {
	w := newWorld(t)
	id, pet := cachingAPI(w)
	for _, tt := range []struct{ path, value, message string }{
		{"/cacheClusterSize", "0.7", "Invalid cache cluster size specified: 0.7. Valid options are 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237"},
		{"/*/*/caching/ttlInSeconds", "3601", "Invalid cache TTL specified: 3601. Must be between 0 and 3600"},
		{"/*/*/caching/ttlInSeconds", "-1", "Invalid cache TTL specified: -1. Must be between 0 and 3600"},
		{"/*/*/caching/unauthorizedCacheControlHeaderStrategy", "x", "Invalid unauthorized cache control header strategy specified: x. Valid options are FAIL_WITH_403, SUCCEED_WITH_RESPONSE_HEADER, SUCCEED_WITHOUT_RESPONSE_HEADER"},
	} {
		refused(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace(tt.path, tt.value)}, "BadRequestException", tt.message)
	}
	for _, key := range []string{"method.request.header.Undeclared", "method.request.body", "integration.request.header.Unmapped", "context.requestId"} {
		refused(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: pet, HttpMethod: "GET", Type: "MOCK", CacheKeyParameters: []string{key}}, "BadRequestException", "Invalid cache key parameter specified")
	}
}

func TestAStageShowsItsCluster(t *testing.T) {
	w := newWorld(t)
	id, _ := cachingAPI(w)
	st := do(w, w.GetStage, agw.GetStageRequest{RestApiId: id, StageName: "prod"})
	if !*st.CacheClusterEnabled || st.CacheClusterSize != "0.5" || st.CacheClusterStatus != "AVAILABLE" || !*st.MethodSettings["*/*"].CachingEnabled {
		t.Errorf("stage = %s", asJSON(st))
	}
	other := do(w, w.CreateStage, agw.CreateStageRequest{RestApiId: id, StageName: "dev", DeploymentId: *st.DeploymentId, CacheClusterEnabled: new(true), CacheClusterSize: "6.1"})
	if !*other.CacheClusterEnabled || other.CacheClusterSize != "6.1" || other.CacheClusterStatus != "AVAILABLE" {
		t.Errorf("new stage = %s", asJSON(other))
	}
}

func TestCachesForgetWhatWasNotUsedLongest(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := newCaches(clock.NewFake(now, 1))
	small := &cacheCluster{key: "small", life: "1", bytes: 3000}
	large := &cacheCluster{key: "large", life: "1", bytes: 1 << 30}
	put := func(in *cacheCluster, key string) {
		c.put(in, key, cachedAnswer{status: 200, body: make([]byte, 400)}, now.Add(time.Minute))
	}
	has := func(in *cacheCluster, key string) bool {
		_, found := c.get(in, key, now)
		return found
	}
	for _, key := range []string{"a", "b", "c"} {
		put(small, key)
	}
	if !has(small, "a") {
		t.Fatal("a is not kept")
	}
	put(small, "d")
	if !has(small, "a") || has(small, "b") || !has(small, "c") || !has(small, "d") {
		t.Error("not b alone had to go when the cluster was full")
	}
	c.limit = 5000
	for i := range 20 {
		put(large, fmt.Sprint(i))
	}
	if c.bytes > c.limit || !has(large, "19") || has(large, "0") {
		t.Errorf("the node keeps %d bytes, more than %d, or not the newest", c.bytes, c.limit)
	}
	if has(&cacheCluster{key: "large", life: "2", bytes: 1 << 30}, "19") {
		t.Error("a cluster knows what another life of it had")
	}
	c.drop("large")
	c.drop("small")
	if c.bytes != 0 {
		t.Errorf("%d bytes are left of nothing", c.bytes)
	}
}

func TestWhatIsToBeEncryptedIsNotKeptInClear(t *testing.T) {
	w := newWorld(t)
	id, _ := cachingAPI(w)
	patchStage(w, id, op("replace", "/*/*/caching/dataEncrypted", "true"))
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
	for _, s := range w.caches.stages {
		for _, e := range s.entries {
			if kept := e.Value.(*cacheEntry).answer.body; bytes.Contains(kept, []byte("answer")) {
				t.Errorf("kept in clear: %s", kept)
			}
		}
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/pets/1", ""), 201, "answer 1")
}
