package apigateway

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

// BenchmarkServe calls a MOCK integration, as anybody and in each way to be
// admitted: what an authorizer has said before, a key, a signature (whose
// checking is the front's, and left out), and out of the cache.
func BenchmarkServe(b *testing.B) {
	for _, way := range []string{"NONE", "CUSTOM", "key", "AWS_IAM", "validator", "cache"} {
		b.Run(way, func(b *testing.B) {
			serve := benchAPI(b, way)
			b.ReportAllocs()
			for b.Loop() {
				if status := serve(); status != http.StatusOK {
					b.Fatalf("status %d", status)
				}
			}
		})
	}
}

// benchAPI makes an API whose root is open in one way, and returns how to call
// it.
func benchAPI(b *testing.B, way string) func() int {
	store := memkv.New()
	b.Cleanup(func() { _ = store.Close() })
	invoker := &fakeInvoker{}
	invoker.says(`{"principalId":"me","policyDocument":"allow"}`)
	s := New(Config{Store: store, Authorizer: quietAuthorizer{}, Clock: clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1), Invoker: invoker,
		Documents: fakeDocuments{}, Unthrottled: true, Log: slog.New(slog.DiscardHandler)})
	call := &api.Call{Account: testAccount, Region: "us-east-1", RequestID: "id", Principal: api.Root(testAccount), SourceIP: "127.0.0.1"}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx := b.Context()
	a, err := s.CreateRestApi(ctx, call, &agw.CreateRestApiRequest{Name: "bench"})
	must(err)
	m := &agw.PutMethodRequest{RestApiId: *a.Id, ResourceId: *a.RootResourceId, HttpMethod: "GET", AuthorizationType: "NONE"}
	switch way {
	case "CUSTOM":
		auth, err := s.CreateAuthorizer(ctx, call, &agw.CreateAuthorizerRequest{RestApiId: *a.Id, Name: "auth", Type: "TOKEN", AuthorizerUri: new(authorizerURI), IdentitySource: new("method.request.header.Token")})
		must(err)
		m.AuthorizationType, m.AuthorizerId = "CUSTOM", auth.Id
	case "AWS_IAM":
		m.AuthorizationType = "AWS_IAM"
	case "key":
		m.ApiKeyRequired = new(true)
	case "validator":
		v, err := s.CreateRequestValidator(ctx, call, &agw.CreateRequestValidatorRequest{RestApiId: *a.Id, Name: new("v"), ValidateRequestBody: new(true), ValidateRequestParameters: new(true)})
		must(err)
		m.RequestValidatorId, m.RequestModels, m.RequestParameters = v.Id, map[string]string{"application/json": "Empty"}, map[string]bool{"method.request.header.Token": true}
	}
	_, err = s.PutMethod(ctx, call, m)
	must(err)
	_, err = s.PutIntegration(ctx, call, &agw.PutIntegrationRequest{RestApiId: *a.Id, ResourceId: *a.RootResourceId, HttpMethod: "GET", Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	must(err)
	_, err = s.PutMethodResponse(ctx, call, &agw.PutMethodResponseRequest{RestApiId: *a.Id, ResourceId: *a.RootResourceId, HttpMethod: "GET", StatusCode: "200"})
	must(err)
	_, err = s.PutIntegrationResponse(ctx, call, &agw.PutIntegrationResponseRequest{RestApiId: *a.Id, ResourceId: *a.RootResourceId, HttpMethod: "GET", StatusCode: "200"})
	must(err)
	_, err = s.CreateDeployment(ctx, call, &agw.CreateDeploymentRequest{RestApiId: *a.Id, StageName: new("prod")})
	must(err)
	if way == "cache" {
		_, err = s.UpdateStage(ctx, call, &agw.UpdateStageRequest{RestApiId: *a.Id, StageName: "prod",
			PatchOperations: []agw.PatchOperation{op("replace", "/cacheClusterEnabled", "true"), op("replace", "/*/*/caching/enabled", "true"), op("replace", "/*/*/throttling/burstLimit", "-1")}}) // the clock stands still
		must(err)
	}
	k, err := s.CreateApiKey(ctx, call, &agw.CreateApiKeyRequest{Enabled: new(true)})
	must(err)
	p, err := s.CreateUsagePlan(ctx, call, &agw.CreateUsagePlanRequest{Name: "plan", ApiStages: []agw.ApiStage{{ApiId: a.Id, Stage: new("prod")}}})
	must(err)
	_, err = s.CreateUsagePlanKey(ctx, call, &agw.CreateUsagePlanKeyRequest{UsagePlanId: *p.Id, KeyId: *k.Id, KeyType: "API_KEY"})
	must(err)

	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/prod/", http.NoBody)
	r.Header.Set("Token", "token")
	r.Header.Set("X-Api-Key", *k.Value)
	signer := func([]byte) (api.Principal, error) { return alice, nil }
	return func() int {
		w := httptest.NewRecorder()
		s.ServeAPI(w, r, call, *a.Id, signer)
		_, _ = io.Copy(io.Discard, w.Body)
		return w.Code
	}
}

// quietAuthorizer allows all and remembers nothing.
type quietAuthorizer struct{}

func (quietAuthorizer) Authorize(context.Context, *api.Call, string, string, ...api.Fact) error {
	return nil
}
