package apigateway

import (
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// What is shown, and what is refused, is recorded from AWS.
func TestRequestValidatorsFromCreateToDelete(t *testing.T) {
	w := newWorld(t)
	id, root := guardedAPI(w, "NONE", "")
	v := do(w, w.CreateRequestValidator, agw.CreateRequestValidatorRequest{RestApiId: id, Name: new("v")})
	if *v.ValidateRequestBody || *v.ValidateRequestParameters || *v.Name != "v" {
		t.Errorf("created: %s", asJSON(v))
	}
	get := agw.GetRequestValidatorRequest{RestApiId: id, RequestValidatorId: *v.Id}
	if got := do(w, w.GetRequestValidator, get); asJSON(got) != asJSON(v) {
		t.Errorf("got %s", asJSON(got))
	}
	update := func(patch ...agw.PatchOperation) agw.UpdateRequestValidatorRequest {
		return agw.UpdateRequestValidatorRequest{RestApiId: id, RequestValidatorId: *v.Id, PatchOperations: patch}
	}
	if got := do(w, w.UpdateRequestValidator, update(op("replace", "/validateRequestParameters", "true"))); !*got.ValidateRequestParameters {
		t.Errorf("updated: %s", asJSON(got))
	}
	if got := do(w, w.UpdateRequestValidator, update(agw.PatchOperation{Op: "replace", Path: new("/validateRequestParameters")})); *got.ValidateRequestParameters {
		t.Errorf("updated without a value: %s", asJSON(got))
	}
	for _, tt := range []struct {
		op      agw.PatchOperation
		message string
	}{
		{op("replace", "/name", ""), "Request Validator name cannot be blank"},
		{op("add", "/validateRequestBody", "true"), "Invalid patch path  '/validateRequestBody' specified for op 'add'. Please choose supported operations"},
		{op("remove", "/validateRequestBody", ""), "Invalid patch path  '/validateRequestBody' specified for op 'remove'. Please choose supported operations"},
		{op("replace", "/invalidPath", ""), "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]"},
	} {
		refused(w, w.UpdateRequestValidator, update(tt.op), "BadRequestException", tt.message)
	}
	refused(w, w.CreateRequestValidator, agw.CreateRequestValidatorRequest{RestApiId: "api_id", Name: new("v")}, "BadRequestException", "Invalid REST API identifier specified")
	refused(w, w.GetRequestValidators, agw.GetRequestValidatorsRequest{RestApiId: "api_id"}, "NotFoundException", "Invalid API identifier specified 111111111111:api_id")

	method := agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET"}
	method.PatchOperations = replace("/requestValidatorId", "nosuch")
	refused(w, w.UpdateMethod, method, "BadRequestException", "Invalid Request Validator identifier specified")
	method.PatchOperations = replace("/requestValidatorId", *v.Id)
	do(w, w.UpdateMethod, method)
	remove := agw.DeleteRequestValidatorRequest{RestApiId: id, RequestValidatorId: *v.Id}
	refused(w, w.DeleteRequestValidator, remove, "ConflictException", "Cannot delete request validator 'v', is referenced in method: GET//")
	method.PatchOperations = replace("/requestValidatorId", "")
	do(w, w.UpdateMethod, method)
	do(w, w.DeleteRequestValidator, remove)
	refused(w, w.GetRequestValidator, get, "NotFoundException", "Invalid Request Validator identifier specified")
	if all := do(w, w.GetRequestValidators, agw.GetRequestValidatorsRequest{RestApiId: id}); len(all.Items) != 0 || all.Items == nil {
		t.Errorf("all: %s", asJSON(all))
	}
}

// The order of the names is recorded from AWS.
func TestWhatAMethodRequiresHasToBeThere(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	v := do(w, w.CreateRequestValidator, agw.CreateRequestValidatorRequest{RestApiId: id, Name: new("v"), ValidateRequestParameters: new(true)})
	test := w.below(id, root, "{test}")
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: test, HttpMethod: "GET", AuthorizationType: "NONE", RequestValidatorId: v.Id, RequestParameters: map[string]bool{
		"method.request.querystring.qs1": true, "method.request.path.issuer": true, "method.request.header.x-header-param": true, "method.request.header.x-other": false}})
	do(w, w.PutIntegration, agw.PutIntegrationRequest{RestApiId: id, ResourceId: test, HttpMethod: "GET", Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: id, ResourceId: test, HttpMethod: "GET", StatusCode: "200"})
	w.respondWith(id, test, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200"})
	w.deploy(id, "prod")
	answer := w.ask(id, "GET", "/prod/x", "")
	wantAnswer(t, answer, 400, `{"message":"Missing required request parameters: [x-header-param, issuer, qs1]"}`)
	wantHeader(t, answer, "x-amzn-ErrorType", "BadRequestException")

	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: test, HttpMethod: "GET", PatchOperations: []agw.PatchOperation{
		op("remove", "/requestParameters/method.request.path.issuer", ""), op("add", "/requestParameters/method.request.path.test", "true")}})
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "GET", "/prod/x?qs1=", "", "X-Header-Param: 1"), 400, `{"message":"Missing required request parameters: [qs1]"}`)
	wantAnswer(t, w.ask(id, "GET", "/prod/x?qs1=1", "", "X-Header-Param: 1"), 200, "")

	do(w, w.UpdateRequestValidator, agw.UpdateRequestValidatorRequest{RestApiId: id, RequestValidatorId: *v.Id, PatchOperations: replace("/validateRequestParameters", "false")})
	wantAnswer(t, w.ask(id, "GET", "/prod/x", ""), 400, `{"message":"Missing required request parameters: [x-header-param, qs1]"}`)
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "GET", "/prod/x", ""), 200, "")
}

// The answers are recorded from AWS.
func TestBodiesAreHeldAgainstTheModelOfTheirType(t *testing.T) {
	const invalid = `{"message":"Invalid request body"}`
	w := newWorld(t)
	id, root := w.makeAPI()
	v := do(w, w.CreateRequestValidator, agw.CreateRequestValidatorRequest{RestApiId: id, Name: new("v"), ValidateRequestBody: new(true)})
	do(w, w.CreateModel, agw.CreateModelRequest{RestApiId: id, Name: "StatusModel", ContentType: "application/json",
		Schema: new(`{"type":"object","properties":{"Status":{"type":"string"},"Order":{"type":"integer"}},"required":["Status","Order"]}`)})
	do(w, w.CreateModel, agw.CreateModelRequest{RestApiId: id, Name: "TestModel", ContentType: "application/json",
		Schema: new(`{"type":"object","required":["status"],"properties":{"status":{"oneOf":[{"type":"null"},{"$ref":"https://apigateway.amazonaws.com/restapis/` + id + `/models/StatusModel"}]}}}`)})
	w.methodOn(id, root, "POST", agw.PutIntegrationRequest{Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`, "text/plain": `{"statusCode": 200}`}})
	w.respondWith(id, root, "POST", agw.PutIntegrationResponseRequest{StatusCode: "200"})
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "POST", PatchOperations: []agw.PatchOperation{
		op("replace", "/requestValidatorId", *v.Id), op("add", "/requestModels/application~1json", "TestModel")}})
	do(w, w.PutGatewayResponse, agw.PutGatewayResponseRequest{RestApiId: id, ResponseType: "BAD_REQUEST_BODY", ResponseTemplates: map[string]string{
		"application/json": `{"message":"Invalid request body"}`, "text/plain": "$context.error.validationErrorString"}})
	w.deploy(id, "prod")
	for _, tt := range []struct {
		name, body, contentType string
		status                  int
		answer                  string
	}{
		{"null", `{"status":null}`, "application/json", 200, ""},
		{"what another model says", `{"status":{"Status":"works","Order":1}}`, "application/json; charset=utf-8", 200, ""},
		{"nothing", "", "", 400, invalid},
		{"bad data", `{"status":{"Status":"works"}}`, "application/json", 400, invalid},
		{"what is no JSON", `{`, "application/json", 400, invalid},
		{"another type", `{`, "text/plain", 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.ask(id, "POST", "/prod/", tt.body, "Content-Type: "+tt.contentType)
			wantAnswer(t, answer, tt.status, tt.answer)
		})
	}
	wantAnswer(t, w.ask(id, "POST", "/prod/", "{}", "Accept: text/plain"), 400, `[object has missing required properties (["status"])]`)
	do(w, w.UpdateModel, agw.UpdateModelRequest{RestApiId: id, ModelName: "TestModel", PatchOperations: replace("/schema", `{"type":"object"}`)})
	wantAnswer(t, w.ask(id, "POST", "/prod/", "{}"), 400, invalid)
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "POST", "/prod/", "{}"), 200, "")
}
