package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func TestADeploymentDoesNotChange(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	w.invoker.says(`"ok"`)
	do(w, w.DeleteMethod, agw.DeleteMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST"})
	wantAnswer(t, w.ask(id, "POST", "/prod", ""), 200, `"ok"`)
}

func TestAChangedStageServesFromTheNextCallOn(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	w.invoker.says(`"ok"`)
	wantAnswer(t, w.ask(id, "POST", "/prod", ""), 200, `"ok"`)
	wantAnswer(t, w.ask(id, "POST", "/prod/other", ""), 403, `{"message":"Missing Authentication Token"}`)

	other := w.below(id, root, "other")
	w.methodOn(id, other, "POST", agw.PutIntegrationRequest{Type: "AWS", Uri: new(lambdaURI)})
	w.respondWith(id, other, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200"})
	second := *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id}).Id
	wantAnswer(t, w.ask(id, "POST", "/prod/other", ""), 403, `{"message":"Missing Authentication Token"}`)
	do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/deploymentId", second)})
	wantAnswer(t, w.ask(id, "POST", "/prod/other", ""), 200, `"ok"`)

	do(w, w.DeleteStage, agw.DeleteStageRequest{RestApiId: id, StageName: "prod"})
	wantAnswer(t, w.ask(id, "POST", "/prod", ""), 403, `{"message":"Forbidden"}`)
}

func TestADeploymentThatAStageStandsOnStays(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	first := *do(w, w.GetStage, agw.GetStageRequest{RestApiId: id, StageName: "prod"}).DeploymentId
	remove := agw.DeleteDeploymentRequest{RestApiId: id, DeploymentId: first}
	refused(w, w.DeleteDeployment, remove, "BadRequestException", "Active stages pointing to this deployment must be moved or deleted")
	w.deploy(id, "prod")
	do(w, w.DeleteDeployment, remove)
	refused(w, w.GetDeployment, agw.GetDeploymentRequest{RestApiId: id, DeploymentId: first}, "NotFoundException", "Invalid Deployment identifier specified")
	if got := do(w, w.GetDeployments, agw.GetDeploymentsRequest{RestApiId: id}).Items; len(got) != 1 || len(*got[0].Id) != 6 {
		t.Errorf("deployments = %s", asJSON(got))
	}
}

func TestCreateDeploymentRefuses(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	deploy := agw.CreateDeploymentRequest{RestApiId: id, StageName: new("prod")}
	refused(w, w.CreateDeployment, deploy, "BadRequestException", "The REST API doesn't contain any methods")
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", AuthorizationType: "NONE"})
	refused(w, w.CreateDeployment, deploy, "BadRequestException", "No integration defined for method")
	deploy.StageName = new("a b")
	refused(w, w.CreateDeployment, deploy, "BadRequestException", "Stage name only allows a-zA-Z0-9_-")
}

func TestStagesAreFilteredByDeployment(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	first := w.deploy(id, "stage1")
	w.deploy(id, "stage2")
	got := do(w, w.GetStages, agw.GetStagesRequest{RestApiId: id, DeploymentId: &first}).Item
	if len(got) != 1 || *got[0].StageName != "stage1" {
		t.Errorf("stages = %s", asJSON(got))
	}
	if got := do(w, w.GetStages, agw.GetStagesRequest{RestApiId: id}).Item; len(got) != 3 {
		t.Errorf("all stages = %s", asJSON(got))
	}
}

func TestAStageIsMadeWithAWSsDefaults(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	deployment := *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id}).Id
	create := agw.CreateStageRequest{RestApiId: id, StageName: "dev", DeploymentId: deployment, Description: new("dev stage"),
		Variables: map[string]string{"testVar": "default"}}
	st := do(w, w.CreateStage, create)
	if *st.CacheClusterEnabled || st.CacheClusterStatus != "NOT_AVAILABLE" || *st.TracingEnabled || st.MethodSettings == nil ||
		*st.DeploymentId != deployment || *st.Description != "dev stage" || st.Variables["testVar"] != "default" {
		t.Errorf("stage = %s", asJSON(st))
	}
	refused(w, w.CreateStage, create, "ConflictException", "Stage already exists")
	create.StageName, create.DeploymentId = "other", "nosuch"
	refused(w, w.CreateStage, create, "BadRequestException", "Deployment id does not exist")
	refused(w, w.GetStage, agw.GetStageRequest{RestApiId: id, StageName: "nosuch"}, "NotFoundException", "Invalid stage identifier specified")
}

func TestUpdateStage(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	update := func(ops ...agw.PatchOperation) agw.UpdateStageRequest {
		return agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: ops}
	}
	st := do(w, w.UpdateStage, update(op("replace", "/variables/a", "1"), op("replace", "/variables/b", "2"), op("remove", "/variables/a", ""), op("replace", "/description", "d")))
	if got := asJSON(st.Variables); got != `{"b":"2"}` || *st.Description != "d" {
		t.Errorf("stage = %s", asJSON(st))
	}
	for _, tt := range []struct {
		op            agw.PatchOperation
		code, message string
	}{
		{op("replace", "/deploymentId", "nosuch"), "BadRequestException", "Deployment id does not exist"},
		{op("add", "/canarySettings/deploymentId", "x"), "BadRequestException", "Invalid add operation with path: /canarySettings/deploymentId"},
		{op("remove", "/canarySettings/badPath", ""), "BadRequestException", "Cannot remove method setting canarySettings/badPath because there is no method setting for this method "},
		{op("replace", "/*/*/logging/loglevel", "INFO"), "BadRequestException", "CloudWatch Logs role ARN must be set in account settings to enable logging"},
	} {
		refused(w, w.UpdateStage, update(tt.op), tt.code, tt.message)
	}
	_, err := w.UpdateStage(t.Context(), w.call, new(update(op("replace", "/canarySettings/badPath", "x"))))
	if err == nil || !strings.Contains(err.Error(), "Invalid method setting path: /canarySettings/badPath. Must be one of: [/deploymentId, /description, ") {
		t.Errorf("refusal of an unknown path = %v", err)
	}
}
