package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// twoDeployments makes an API that answers with the name of its deployment, a
// stage variable, and whether the call is the canary's, and deploys it twice. The stage "prod" stands on the first.
func twoDeployments(w *world) (id, first, second string) {
	w.t.Helper()
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode":200}`}})
	says := func(name string) map[string]string {
		return map[string]string{"application/json": name + " $stageVariables.color $!stageVariables.size $!context.isCanaryRequest"}
	}
	w.respondWith(id, root, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: says("first")})
	first = *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("prod"), Variables: map[string]string{"color": "blue", "size": "L"}}).Id
	w.respondWith(id, root, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: says("second")})
	second = *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id}).Id
	return id, first, second
}

func TestACanaryServesItsPartOfTheCalls(t *testing.T) {
	w := newWorld(t)
	id, _, second := twoDeployments(w)
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "first blue L ")
	percent := func(p string) {
		t.Helper()
		do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: []agw.PatchOperation{
			op("replace", "/canarySettings/deploymentId", second), op("replace", "/canarySettings/stageVariableOverrides/color", "green"),
			op("replace", "/canarySettings/percentTraffic", p)}})
	}
	percent("0")
	for range 50 {
		wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "first blue L false")
	}
	percent("100")
	for range 50 {
		wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "second green L true")
	}
	percent("25.5")
	canaries := 0
	const calls = 2000
	for range calls {
		if w.divert(mustOpen(w, id, "prod")).isCanary {
			canaries++
		}
	}
	if canaries < calls*20/100 || canaries > calls*31/100 {
		t.Errorf("%d of %d calls went to the canary, want about 25.5 %%", canaries, calls)
	}
}

func mustOpen(w *world, apiID, stage string) *deployed {
	w.t.Helper()
	d, err := w.open(w.t.Context(), apiID, stage)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func TestACanaryIsCreatedPromotedAndRemoved(t *testing.T) {
	w := newWorld(t)
	id, first, _ := twoDeployments(w)
	third := *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("prod"),
		CanarySettings: &agw.DeploymentCanarySettings{PercentTraffic: new(10.5), StageVariableOverrides: map[string]string{"color": "red"}}}).Id
	want := func(st *agw.Stage, deployment, variables, canary string) {
		t.Helper()
		if *st.DeploymentId != deployment || asJSON(st.Variables) != variables || asJSON(st.CanarySettings) != canary {
			t.Errorf("stage on %s with %s and canary %s\nwant     %s with %s and canary %s", *st.DeploymentId, asJSON(st.Variables), asJSON(st.CanarySettings), deployment, variables, canary)
		}
	}
	get := func() *agw.Stage { return do(w, w.GetStage, agw.GetStageRequest{RestApiId: id, StageName: "prod"}) }
	want(get(), first, `{"color":"blue","size":"L"}`, `{"PercentTraffic":10.5,"DeploymentId":"`+third+`","StageVariableOverrides":{"color":"red"},"UseStageCache":false}`)
	refused(w, w.DeleteDeployment, agw.DeleteDeploymentRequest{RestApiId: id, DeploymentId: third}, "BadRequestException", "Active stages pointing to this deployment must be moved or deleted")

	st := do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: []agw.PatchOperation{
		op("replace", "/canarySettings/percentTraffic", "0.0"),
		{Op: "copy", From: new("/canarySettings/stageVariableOverrides"), Path: new("/variables")},
		{Op: "copy", From: new("/canarySettings/deploymentId"), Path: new("/deploymentId")}}})
	want(st, third, `{"color":"red","size":"L"}`, `{"PercentTraffic":0,"DeploymentId":"`+third+`","StageVariableOverrides":{"color":"red"},"UseStageCache":false}`)
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "second red L false")
	do(w, w.DeleteDeployment, agw.DeleteDeploymentRequest{RestApiId: id, DeploymentId: first})

	st = do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: []agw.PatchOperation{op("remove", "/canarySettings/stageVariableOverrides/color", "")}})
	want(st, third, `{"color":"red","size":"L"}`, `{"PercentTraffic":0,"DeploymentId":"`+third+`","StageVariableOverrides":null,"UseStageCache":false}`)
	st = do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: []agw.PatchOperation{op("remove", "/canarySettings", "")}})
	want(st, third, `{"color":"red","size":"L"}`, `null`)
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "second red L ")
}

// What stands here is recorded from AWS: a canary begins on the stage's
// deployment, with no traffic.
func TestACanaryBeginsWithAWSsDefaults(t *testing.T) {
	w := newWorld(t)
	id, first, second := twoDeployments(w)
	update := agw.UpdateStageRequest{RestApiId: id, StageName: "prod"}
	for _, tt := range []struct{ path, value, canary string }{
		{"/canarySettings/percentTraffic", "50", `{"PercentTraffic":50,"DeploymentId":"` + first + `","StageVariableOverrides":null,"UseStageCache":false}`},
		{"/canarySettings/deploymentId", second, `{"PercentTraffic":0,"DeploymentId":"` + second + `","StageVariableOverrides":null,"UseStageCache":false}`},
	} {
		update.PatchOperations = replace(tt.path, tt.value)
		if got := asJSON(do(w, w.UpdateStage, update).CanarySettings); got != tt.canary {
			t.Errorf("%s: canary = %s, want %s", tt.path, got, tt.canary)
		}
		update.PatchOperations = []agw.PatchOperation{op("remove", "/canarySettings", "")}
		do(w, w.UpdateStage, update)
	}
	st := do(w, w.CreateStage, agw.CreateStageRequest{RestApiId: id, StageName: "dev", DeploymentId: first, CanarySettings: &agw.CanarySettings{PercentTraffic: new(40.0)}})
	if got, want := asJSON(st.CanarySettings), `{"PercentTraffic":40,"DeploymentId":"`+first+`","StageVariableOverrides":null,"UseStageCache":false}`; got != want {
		t.Errorf("canary of a new stage = %s, want %s", got, want)
	}
}

func TestCanariesAreRefused(t *testing.T) {
	w := newWorld(t)
	id, first, second := twoDeployments(w)
	canary := &agw.DeploymentCanarySettings{PercentTraffic: new(50.0)}
	const invalid = "Invalid deployment content specified."
	refused(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, CanarySettings: canary}, "BadRequestException",
		invalid+"Non null and non empty stageName must be provided for canary deployment. Provided value is null")
	refused(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("none"), CanarySettings: canary}, "BadRequestException",
		invalid+"Stage none must already be created before making a canary release deployment")
	refused(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("prod"), CanarySettings: &agw.DeploymentCanarySettings{PercentTraffic: new(100.5)}},
		"BadRequestException", "Invalid percentTraffic specified: 100.5. Must be between 0.0 and 100.0")
	refused(w, w.CreateStage, agw.CreateStageRequest{RestApiId: id, StageName: "dev", DeploymentId: first, CanarySettings: &agw.CanarySettings{DeploymentId: new("nosuch")}},
		"BadRequestException", "Deployment id does not exist")
	update := func(o agw.PatchOperation) agw.UpdateStageRequest {
		return agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: []agw.PatchOperation{o}}
	}
	for _, tt := range []struct {
		op      agw.PatchOperation
		message string
	}{
		{op("replace", "/canarySettings/deploymentId", "nosuch"), "Deployment id does not exist"},
		{op("add", "/canarySettings/deploymentId", second), "Invalid add operation with path: /canarySettings/deploymentId"},
		{op("replace", "/canarySettings/percentTraffic", "many"), "Invalid number specified: many"},
		{op("replace", "/canarySettings/percentTraffic", "NaN"), "Invalid percentTraffic specified: NaN. Must be between 0.0 and 100.0"},
		{op("replace", "/canarySettings/stageVariableOverrides/a-b", "x"), "Stage variable name must be alphanumeric or underscore"},
		{op("remove", "/canarySettings/stageVariableOverrides", ""), "Cannot remove method setting canarySettings/stageVariableOverrides because there is no method setting for this method "},
		{agw.PatchOperation{Op: "copy", From: new("/canarySettings/deploymentId"), Path: new("/deploymentId")}, "Promotion not available. Canary does not exist."},
		{agw.PatchOperation{Op: "copy", From: new("/variables"), Path: new("/canarySettings/stageVariableOverrides")}, "Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"},
	} {
		refused(w, w.UpdateStage, update(tt.op), "BadRequestException", tt.message)
	}
	do(w, w.UpdateStage, update(op("replace", "/canarySettings/percentTraffic", "5")))
	refused(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("prod")}, "BadRequestException",
		invalid+"Non canary deployment not supported on stage prod because Canary is enabled. Provide CanarySettings in deploymentInput.")
}

func TestCallsOfACanaryAreLoggedTwice(t *testing.T) {
	w := newWorld(t)
	id, _, second := twoDeployments(w)
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", "arn:aws:iam::111111111111:role/logs")})
	do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: []agw.PatchOperation{
		op("replace", "/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:111111111111:log-group:access"),
		op("replace", "/accessLogSettings/format", "$context.isCanaryRequest $context.deploymentId"),
		op("replace", "/*/*/logging/loglevel", "INFO"),
		op("replace", "/canarySettings/deploymentId", second), op("replace", "/canarySettings/percentTraffic", "100")}})
	w.ask(id, "GET", "/prod", "")
	w.writeLogs(t.Context())
	all := strings.Join(w.written.lines, "\n")
	for _, want := range []string{" access true " + second, " access/Canary true " + second,
		" API-Gateway-Execution-Logs_" + id + "/prod (", " API-Gateway-Execution-Logs_" + id + "/prod/Canary ("} {
		if !strings.Contains(all, want) {
			t.Errorf("no line %q in\n%s", want, all)
		}
	}
}

// A canary is a part of the stage: it has the stage's throttle, not one more.
func TestACanarySharesTheThrottleOfItsStage(t *testing.T) {
	w := newWorld(t)
	id, _, second := twoDeployments(w)
	update := func(ops ...agw.PatchOperation) {
		t.Helper()
		do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: ops})
	}
	update(op("replace", "/*/*/throttling/burstLimit", "1"), op("replace", "/*/*/throttling/rateLimit", "1"))
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "first blue L ")
	update(op("replace", "/canarySettings/deploymentId", second), op("replace", "/canarySettings/percentTraffic", "100"))
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 429, `{"message":"Too Many Requests"}`)
}
