package apigateway

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	agw "cloudless/internal/api/apigateway"
)

// keyedAPI is an API whose root asks for API keys, and a key of a usage plan
// for its stage.
func keyedAPI(w *world, throttle *agw.ThrottleSettings, quota *agw.QuotaSettings) (apiID, plan string, k *agw.ApiKey) {
	w.t.Helper()
	apiID, root := guardedAPI(w, "NONE", "$context.identity.apiKeyId")
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: apiID, ResourceId: root, HttpMethod: "GET", PatchOperations: replace("/apiKeyRequired", "true")})
	w.deploy(apiID, "prod")
	k = w.key("key")
	plan = *do(w, w.CreateUsagePlan, agw.CreateUsagePlanRequest{Name: "plan", Throttle: throttle, Quota: quota, ApiStages: []agw.ApiStage{{ApiId: &apiID, Stage: new("prod")}}}).Id
	do(w, w.CreateUsagePlanKey, agw.CreateUsagePlanKeyRequest{UsagePlanId: plan, KeyId: *k.Id, KeyType: "API_KEY"})
	return apiID, plan, k
}

func TestAnAPIKeyOpensTheStagesOfItsPlans(t *testing.T) {
	const forbidden = `{"message":"Forbidden"}`
	w := newWorld(t)
	id, plan, k := keyedAPI(w, nil, nil)
	ask := func(value string) (int, string) {
		answer := w.ask(id, "GET", "/prod/", "", "x-api-key: "+value)
		body := make([]byte, 100)
		n, _ := answer.Body.Read(body)
		return answer.StatusCode, string(body[:n])
	}
	want := func(name, value string, status int, body string) {
		t.Helper()
		if gotStatus, got := ask(value); gotStatus != status || got != body {
			t.Errorf("%s: %d %s, want %d %s", name, gotStatus, got, status, body)
		}
	}
	want("the key", *k.Value, 200, *k.Id)
	want("no key", "", 403, forbidden)
	want("another", "nosuch", 403, forbidden)
	want("a key without a plan", *w.key("other").Value, 403, forbidden)
	do(w, w.UpdateApiKey, agw.UpdateApiKeyRequest{ApiKey: *k.Id, PatchOperations: replace("/enabled", "false")})
	want("disabled", *k.Value, 403, forbidden)
	do(w, w.UpdateApiKey, agw.UpdateApiKeyRequest{ApiKey: *k.Id, PatchOperations: replace("/enabled", "true")})
	do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: plan, PatchOperations: []agw.PatchOperation{op("remove", "/apiStages", id+":prod")}})
	want("a plan without the stage", *k.Value, 403, forbidden)
	do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: plan, PatchOperations: []agw.PatchOperation{op("add", "/apiStages", id+":prod")}})
	want("again", *k.Value, 200, *k.Id)
	do(w, w.DeleteUsagePlanKey, agw.DeleteUsagePlanKeyRequest{UsagePlanId: plan, KeyId: *k.Id})
	want("taken from the plan", *k.Value, 403, forbidden)
	answer := w.ask(id, "GET", "/prod/", "")
	wantHeader(t, answer, "x-amzn-ErrorType", "ForbiddenException")
}

func TestAnAuthorizerMayGiveTheAPIKey(t *testing.T) {
	w := newWorld(t)
	id, _, k := keyedAPI(w, nil, nil)
	authorizerID := w.authorizer(id, agw.CreateAuthorizerRequest{Type: "TOKEN", IdentitySource: new("method.request.header.Token")})
	root := *do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id}).Items[0].Id
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", PatchOperations: []agw.PatchOperation{
		op("replace", "/authorizationType", "CUSTOM"), op("replace", "/authorizerId", authorizerID)}})
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/apiKeySource", "AUTHORIZER")})
	w.deploy(id, "prod")
	w.invoker.says(`{"principalId":"me","policyDocument":"allow","usageIdentifierKey":"` + *k.Value + `"}`)
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "Token: a"), 200, *k.Id)
	w.invoker.says(`{"principalId":"me","policyDocument":"allow"}`)
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "Token: b", "X-Api-Key: "+*k.Value), 403, `{"message":"Forbidden"}`)
}

func TestAPlanThrottlesItsKeys(t *testing.T) {
	const slow = `{"message":"Too Many Requests"}`
	w := newWorld(t)
	id, plan, k := keyedAPI(w, &agw.ThrottleSettings{BurstLimit: new(int64(2)), RateLimit: new(1.0)}, nil)
	other := w.key("other")
	do(w, w.CreateUsagePlanKey, agw.CreateUsagePlanKeyRequest{UsagePlanId: plan, KeyId: *other.Id, KeyType: "API_KEY"})
	ask := func(k *agw.ApiKey, status int, body string) {
		t.Helper()
		wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value), status, body)
	}
	ask(k, 200, *k.Id)
	ask(k, 200, *k.Id)
	ask(k, 429, slow)
	ask(other, 200, *other.Id)
	w.clock.Advance(time.Second)
	ask(k, 200, *k.Id)
	ask(k, 429, slow)

	do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: plan, PatchOperations: []agw.PatchOperation{
		op("replace", "/apiStages/"+id+":prod/throttle/~1/GET/rateLimit", "0"), op("replace", "/apiStages/"+id+":prod/throttle/~1/GET/burstLimit", "0")}})
	w.clock.Advance(time.Minute)
	answer := w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value)
	wantAnswer(t, answer, 429, slow)
	wantHeader(t, answer, "x-amzn-ErrorType", "TooManyRequestsException")
	do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: plan, PatchOperations: []agw.PatchOperation{op("remove", "/apiStages/"+id+":prod/throttle//GET", "")}})
	ask(k, 200, *k.Id)
}

func TestAPlansQuotaHolds(t *testing.T) {
	const used = `{"message":"Limit Exceeded"}`
	w := newWorld(t)
	id, plan, k := keyedAPI(w, nil, &agw.QuotaSettings{Limit: new(int64(2)), Period: "DAY"})
	ask := func(status int, body string) {
		t.Helper()
		wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value), status, body)
	}
	ask(200, *k.Id)
	ask(200, *k.Id)
	ask(429, used)
	answer := w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value)
	wantHeader(t, answer, "x-amzn-ErrorType", "LimitExceededException")
	usage := func(start, end string) string {
		return asJSON(do(w, w.GetUsage, agw.GetUsageRequest{UsagePlanId: plan, StartDate: start, EndDate: end}).Items[*k.Id])
	}
	if got := usage("2026-01-01", "2026-01-03"); got != `[[0,2],[2,0],[0,2]]` {
		t.Errorf("usage = %s", got)
	}
	granted := do(w, w.UpdateUsage, agw.UpdateUsageRequest{UsagePlanId: plan, KeyId: *k.Id, PatchOperations: replace("/remaining", "1")})
	if got := asJSON(granted.Items[*k.Id]); got != `[[2,1]]` {
		t.Errorf("granted: %s", got)
	}
	ask(200, *k.Id)
	ask(429, used)
	w.clock.Advance(24 * time.Hour)
	ask(200, *k.Id)
	if got := usage("2026-01-02", "2026-01-03"); got != `[[3,0],[1,1]]` {
		t.Errorf("usage = %s", got)
	}
	refused(w, w.GetUsage, agw.GetUsageRequest{UsagePlanId: plan, StartDate: "yesterday", EndDate: "2026-01-02"}, "BadRequestException", "Invalid date specified: yesterday")
	refused(w, w.GetUsage, agw.GetUsageRequest{UsagePlanId: "nosuch", StartDate: "2026-01-02", EndDate: "2026-01-02"}, "NotFoundException", "Invalid Usage Plan ID specified")
}

func TestPeriodsOfQuotasBeginOnTheirDay(t *testing.T) {
	for _, tt := range []struct {
		period string
		offset int64
		now    string
		begun  string
	}{
		{"DAY", 0, "2026-03-04T23:59:59Z", "2026-03-04"},
		{"WEEK", 0, "2026-03-04T12:00:00Z", "2026-03-01"}, // a Wednesday
		{"WEEK", 3, "2026-03-04T12:00:00Z", "2026-03-04"},
		{"WEEK", 4, "2026-03-04T12:00:00Z", "2026-02-26"},
		{"MONTH", 0, "2026-03-04T12:00:00Z", "2026-03-01"},
		{"MONTH", 3, "2026-03-04T12:00:00Z", "2026-03-04"},
		{"MONTH", 4, "2026-03-04T12:00:00Z", "2026-02-05"},
		{"MONTH", 4, "2026-01-04T12:00:00Z", "2025-12-05"},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := periodOf(&agw.QuotaSettings{Period: tt.period, Offset: &tt.offset}, now); got != tt.begun {
			t.Errorf("%s from %d at %s began %s, want %s", tt.period, tt.offset, tt.now, got, tt.begun)
		}
	}
}

func TestUsagePlansFromCreateToDelete(t *testing.T) {
	w := newWorld(t)
	id, plan, k := keyedAPI(w, nil, nil)
	p := do(w, w.CreateUsagePlan, agw.CreateUsagePlanRequest{Name: "bare"})
	if p.ApiStages == nil || asJSON(p) != asJSON(do(w, w.GetUsagePlan, agw.GetUsagePlanRequest{UsagePlanId: *p.Id})) {
		t.Errorf("created: %s", asJSON(p))
	}
	p = do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: *p.Id, PatchOperations: []agw.PatchOperation{
		op("replace", "/name", "n"), op("replace", "/description", "d"), op("add", "/throttle/rateLimit", "1.5"), op("replace", "/throttle/burstLimit", "3"),
		op("add", "/quota/limit", "10"), op("add", "/quota/period", "WEEK"), op("replace", "/quota/offset", "2")}})
	if *p.Name != "n" || *p.Description != "d" || *p.Throttle.RateLimit != 1.5 || *p.Throttle.BurstLimit != 3 || *p.Quota.Limit != 10 || p.Quota.Period != "WEEK" || *p.Quota.Offset != 2 {
		t.Errorf("updated: %s", asJSON(p))
	}
	p = do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: *p.Id, PatchOperations: []agw.PatchOperation{op("remove", "/throttle", ""), op("remove", "/quota", "")}})
	if p.Throttle != nil || p.Quota != nil {
		t.Errorf("without limits: %s", asJSON(p))
	}
	for _, tt := range []struct {
		op            agw.PatchOperation
		code, message string
	}{
		{op("add", "/apiStages", id+":nosuch"), "NotFoundException", "API Stage not found: " + id + ":nosuch"},
		{op("remove", "/apiStages", id+":prod"), "NotFoundException", "API Stage not found: " + id + ":prod"},
		{op("replace", "/quota/limit", "1"), "BadRequestException", "Usage Plan quota period must be one of DAY, WEEK, MONTH"},
		{op("replace", "/throttle/rateLimit", "x"), "BadRequestException", "Invalid number specified: x"},
		{op("remove", "/apiStages/x:dev", ""), "BadRequestException", "Invalid patch path  '/apiStages/x:dev' specified for op 'remove'. Must be one of: " +
			"[/apiStages, /quota, /throttle, /productCode, /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, /apiStages/<apidId:stageName>/throttle]"},
		{op("remove", "/apiStages", ""), "BadRequestException", "Invalid API Stage specified"},
		{op("replace", "/apiStages/x:y/throttle/~1/GET/rateLimit", "1"), "BadRequestException", "Invalid patch path /apiStages/x:y/throttle/~1/GET/rateLimit"},
	} {
		refused(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: *p.Id, PatchOperations: []agw.PatchOperation{tt.op}}, tt.code, tt.message)
	}
	refused(w, w.CreateUsagePlan, agw.CreateUsagePlanRequest{Name: "x", Quota: &agw.QuotaSettings{Limit: new(int64(1)), Offset: new(int64(1)), Period: "DAY"}}, "BadRequestException", "Usage Plan quota offset must be zero in the DAY period")

	do(w, w.CreateUsagePlanKey, agw.CreateUsagePlanKeyRequest{UsagePlanId: *p.Id, KeyId: *k.Id, KeyType: "API_KEY"})
	if got := do(w, w.GetUsagePlanKey, agw.GetUsagePlanKeyRequest{UsagePlanId: *p.Id, KeyId: *k.Id}); asJSON(got) != asJSON(agw.UsagePlanKey{Id: k.Id, Name: k.Name, Type: new("API_KEY"), Value: k.Value}) {
		t.Errorf("key: %s", asJSON(got))
	}
	if got := do(w, w.GetUsagePlans, agw.GetUsagePlansRequest{KeyId: k.Id}); len(got.Items) != 2 {
		t.Errorf("plans of the key: %s", asJSON(got))
	}
	again := do(w, w.CreateUsagePlan, agw.CreateUsagePlanRequest{Name: "again", ApiStages: []agw.ApiStage{{ApiId: &id, Stage: new("prod")}}})
	refused(w, w.CreateUsagePlanKey, agw.CreateUsagePlanKeyRequest{UsagePlanId: *again.Id, KeyId: *k.Id, KeyType: "API_KEY"}, "ConflictException",
		"Usage Plan "+*again.Id+" cannot be added because API Key "+*k.Id+" cannot reference multiple Usage Plans with the same API:Stage")
	refused(w, w.CreateUsagePlanKey, agw.CreateUsagePlanKeyRequest{UsagePlanId: plan, KeyId: "nosuch", KeyType: "API_KEY"}, "NotFoundException", "Invalid API Key identifier specified")

	refused(w, w.DeleteUsagePlan, agw.DeleteUsagePlanRequest{UsagePlanId: plan}, "BadRequestException", "Cannot delete Usage Plan "+plan+" because there are API Stages associated with it, including "+id+":prod")
	do(w, w.DeleteUsagePlan, agw.DeleteUsagePlanRequest{UsagePlanId: *p.Id})
	refused(w, w.GetUsagePlan, agw.GetUsagePlanRequest{UsagePlanId: *p.Id}, "NotFoundException", "Invalid Usage Plan ID specified")
	do(w, w.DeleteApiKey, agw.DeleteApiKeyRequest{ApiKey: *k.Id})
	if got := do(w, w.GetUsagePlanKeys, agw.GetUsagePlanKeysRequest{UsagePlanId: plan}); len(got.Items) != 0 || got.Items == nil {
		t.Errorf("keys of the plan: %s", asJSON(got))
	}
}

func TestAStageThrottlesItsMethods(t *testing.T) {
	w := newWorld(t)
	id, _ := guardedAPI(w, "NONE", "")
	set := func(patch ...agw.PatchOperation) *agw.Stage {
		t.Helper()
		return do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: patch})
	}
	st := set(op("replace", "/*/*/throttling/burstLimit", "1"), op("replace", "/*/*/throttling/rateLimit", "1"))
	if s := st.MethodSettings["*/*"]; *s.ThrottlingBurstLimit != 1 || *s.ThrottlingRateLimit != 1 || *s.CacheTtlInSeconds != 300 {
		t.Errorf("settings: %s", asJSON(st.MethodSettings))
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "")
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 429, `{"message":"Too Many Requests"}`)
	set(op("replace", "/~1/GET/throttling/burstLimit", "-1"))
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "")
	st = set(op("remove", "/~1/GET", ""), op("remove", "/*/*", ""))
	if len(st.MethodSettings) != 0 {
		t.Errorf("removed: %s", asJSON(st.MethodSettings))
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "")
}

func TestABucketFillsAsFastAsItsRate(t *testing.T) {
	var b buckets
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, tt := range []struct {
		after time.Duration
		taken bool
	}{{0, true}, {0, true}, {0, false}, {100 * time.Millisecond, true}, {0, false}, {time.Hour, true}, {0, true}, {0, false}, {-time.Hour, false}} {
		now = now.Add(tt.after)
		if got := b.take("a", 10, 2, now); got != tt.taken {
			t.Errorf("call %d: %v, want %v", i, got, tt.taken)
		}
	}
}

func TestAQuotaHoldsForCallsAtOnce(t *testing.T) {
	const limit, calls = 20, 60
	w := newWorld(t)
	id, _, k := keyedAPI(w, nil, &agw.QuotaSettings{Limit: new(int64(limit)), Period: "MONTH"})
	var admitted atomic.Int64
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			if answer := w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value); answer.StatusCode == 200 {
				admitted.Add(1)
			}
		})
	}
	all.Wait()
	if got := admitted.Load(); got != limit {
		t.Errorf("%d calls were admitted, want %d", got, limit)
	}
}

func TestAStageThatIsDeletedIsInNoPlanAnyMore(t *testing.T) {
	for name, remove := range map[string]func(w *world, id string){
		"the stage": func(w *world, id string) {
			do(w, w.DeleteStage, agw.DeleteStageRequest{RestApiId: id, StageName: "prod"})
		},
		"the API": func(w *world, id string) { do(w, w.DeleteRestApi, agw.DeleteRestApiRequest{RestApiId: id}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id, plan, _ := keyedAPI(w, nil, nil)
			other, _ := guardedAPI(w, "NONE", "")
			do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: plan, PatchOperations: []agw.PatchOperation{op("add", "/apiStages", other+":prod")}})
			remove(w, id)
			p := do(w, w.GetUsagePlan, agw.GetUsagePlanRequest{UsagePlanId: plan})
			if len(p.ApiStages) != 1 || *p.ApiStages[0].ApiId != other {
				t.Errorf("plan: %s", asJSON(p))
			}
		})
	}
}

func TestAnAPIKeyOpensTheStagesThatItNames(t *testing.T) {
	w := newWorld(t)
	id, plan, other := keyedAPI(w, nil, nil)
	create := agw.CreateApiKeyRequest{Name: new("k"), Enabled: new(true), StageKeys: []agw.StageKey{{RestApiId: &id, StageName: new("prod")}}}
	k := do(w, w.CreateApiKey, create)
	if got := asJSON(k.StageKeys); got != `["`+id+`/prod"]` {
		t.Errorf("stageKeys = %s", got)
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value), 200, *k.Id)
	update := func(key, operation string) *agw.ApiKey {
		return do(w, w.UpdateApiKey, agw.UpdateApiKeyRequest{ApiKey: key, PatchOperations: []agw.PatchOperation{op(operation, "/stages", id+"/prod")}})
	}
	if got := asJSON(update(*k.Id, "remove").StageKeys); got != `[]` {
		t.Errorf("stageKeys = %s", got)
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value), 403, `{"message":"Forbidden"}`)
	update(*k.Id, "add")
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*k.Value), 200, *k.Id)

	// The limits of a plan hold for a key that has one, named stages or not.
	update(*other.Id, "add")
	do(w, w.UpdateUsagePlan, agw.UpdateUsagePlanRequest{UsagePlanId: plan, PatchOperations: []agw.PatchOperation{
		op("add", "/throttle/rateLimit", "1"), op("add", "/throttle/burstLimit", "1")}})
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*other.Value), 200, *other.Id)
	wantAnswer(t, w.ask(id, "GET", "/prod/", "", "x-api-key: "+*other.Value), 429, `{"message":"Too Many Requests"}`)

	create.StageKeys[0].StageName = new("nosuch")
	refused(w, w.CreateApiKey, create, "NotFoundException", "Invalid stage identifier specified")

	// A stage that comes after one of its name is another one.
	do(w, w.DeleteStage, agw.DeleteStageRequest{RestApiId: id, StageName: "prod"})
	if got := asJSON(do(w, w.GetApiKey, agw.GetApiKeyRequest{ApiKey: *k.Id}).StageKeys); got != `[]` {
		t.Errorf("stageKeys = %s", got)
	}
}
