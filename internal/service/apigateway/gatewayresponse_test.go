package apigateway

import (
	"net/http/httptest"
	"testing"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/value"
)

// What is shown where nothing, something and nothing again is defined is
// recorded from AWS.
func TestGatewayResponsesFromPutToDelete(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	const missing = "MISSING_AUTHENTICATION_TOKEN"
	shown := func(responseType string) string {
		return asJSON(do(w, w.GetGatewayResponse, agw.GetGatewayResponseRequest{RestApiId: id, ResponseType: responseType}))
	}
	before := shown(missing)
	if want := asJSON(agw.GatewayResponse{DefaultResponse: new(true), ResponseType: missing, StatusCode: new("403"), ResponseParameters: map[string]string{},
		ResponseTemplates: map[string]string{"application/json": `{"message":$context.error.messageString}`}}); before != want {
		t.Errorf("undefined: %s\nwant %s", before, want)
	}
	put := do(w, w.PutGatewayResponse, agw.PutGatewayResponseRequest{RestApiId: id, ResponseType: missing, StatusCode: new("404"),
		ResponseParameters: map[string]string{"gatewayresponse.header.x": "method.request.path.petId"}})
	if *put.DefaultResponse || *put.StatusCode != "404" || put.ResponseTemplates["application/json"] != defaultRefusalTemplate || asJSON(put) != shown(missing) {
		t.Errorf("put: %s, got: %s", asJSON(put), shown(missing))
	}
	if all := do(w, w.GetGatewayResponses, agw.GetGatewayResponsesRequest{RestApiId: id}); len(all.Items) != 21 || all.Position != nil || all.Items[0].ResponseType != "ACCESS_DENIED" {
		t.Errorf("all: %s", asJSON(all))
	}
	do(w, w.DeleteGatewayResponse, agw.DeleteGatewayResponseRequest{RestApiId: id, ResponseType: missing})
	if after := shown(missing); after != before {
		t.Errorf("deleted: %s", after)
	}
	refused(w, w.DeleteGatewayResponse, agw.DeleteGatewayResponseRequest{RestApiId: id, ResponseType: missing}, "NotFoundException", "Gateway response type not defined on api")
	refused(w, w.GetGatewayResponses, agw.GetGatewayResponsesRequest{RestApiId: "api_id"}, "NotFoundException", "Invalid API identifier specified 111111111111:api_id")
	refused(w, w.PutGatewayResponse, agw.PutGatewayResponseRequest{RestApiId: id, ResponseType: missing, ResponseParameters: map[string]string{"gatewayresponse.header.x": "nonsense"}},
		"BadRequestException", "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: nonsense]")
}

func TestUpdateGatewayResponse(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	update := func(patch ...agw.PatchOperation) agw.UpdateGatewayResponseRequest {
		return agw.UpdateGatewayResponseRequest{RestApiId: id, ResponseType: "DEFAULT_4XX", PatchOperations: patch}
	}
	r := do(w, w.UpdateGatewayResponse, update(op("replace", "/statusCode", "444")))
	if *r.DefaultResponse || *r.StatusCode != "444" {
		t.Errorf("not defined before: %s", asJSON(r))
	}
	r = do(w, w.UpdateGatewayResponse, update(
		op("add", "/responseTemplates/application~1xml", "<m>$context.error.messageString</m>"),
		op("add", "/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin", "'example.com'"),
		op("replace", "/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin", "'*'")))
	if len(r.ResponseTemplates) != 2 || r.ResponseParameters["gatewayresponse.header.Access-Control-Allow-Origin"] != "'*'" {
		t.Errorf("updated: %s", asJSON(r))
	}
	for _, tt := range []struct {
		op            agw.PatchOperation
		code, message string
	}{
		{op("add", "/statusCode", "400"), "BadRequestException", "Invalid patch path /statusCode"},
		{op("remove", "/statusCode", ""), "BadRequestException", "Invalid patch path /statusCode"},
		{op("replace", "/wrongPath", ""), "BadRequestException", "Invalid patch path /wrongPath"},
		{agw.PatchOperation{Op: "replace"}, "BadRequestException", "Invalid patch path null"},
		{op("replace", "/responseParameters/wrong", "'a'"), "NotFoundException", "Invalid parameter name specified"},
		{op("replace", "/responseTemplates/application~1json", ""), "BadRequestException", "Invalid null or empty value in responseTemplates"},
		{op("replace", "/responseParameters/gatewayresponse.header.x", ""), "BadRequestException", "Invalid null or empty value in responseParameters"},
	} {
		refused(w, w.UpdateGatewayResponse, update(tt.op), tt.code, tt.message)
	}
}

func TestADeployedAPIWordsItsRefusals(t *testing.T) {
	w := newWorld(t)
	id, _ := guardedAPI(w, "AWS_IAM", "")
	put := func(responseType, status, template string, parameters map[string]string) {
		t.Helper()
		r := agw.PutGatewayResponseRequest{RestApiId: id, ResponseType: responseType, ResponseParameters: parameters}
		if status != "" {
			r.StatusCode = &status
		}
		if template != "" {
			r.ResponseTemplates = map[string]string{"application/json": template}
		}
		do(w, w.PutGatewayResponse, r)
	}
	const plain = `{"message":"Missing Authentication Token"}`
	put("DEFAULT_4XX", "418", "", map[string]string{
		"gatewayresponse.header.Access-Control-Allow-Origin": "'*'", "gatewayresponse.header.type": "context.error.responseType",
		"gatewayresponse.header.q": "method.request.querystring.q", "gatewayresponse.header.none": "method.request.header.none"})
	wantAnswer(t, w.ask(id, "GET", "/prod/?q=1", ""), 403, plain)

	w.deploy(id, "prod")
	answer := w.ask(id, "GET", "/prod/?q=1", "")
	wantAnswer(t, answer, 418, plain)
	for name, value := range map[string]string{"Access-Control-Allow-Origin": "*", "type": "MISSING_AUTHENTICATION_TOKEN", "q": "1", "none": "",
		"x-amzn-ErrorType": "MissingAuthenticationTokenException", "Content-Type": "application/json"} {
		wantHeader(t, answer, name, value)
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/nosuch", ""), 418, plain)
	wantAnswer(t, w.ask(id, "GET", "/nosuch/", ""), 403, `{"message":"Forbidden"}`)

	put("MISSING_AUTHENTICATION_TOKEN", "404", "$context.error.message|${context.error.responseType}|$context.stage|$context.resourcePath|$stageVariables.a|"+
		"$method.request.header.X-Y.|{$context.nosuch}|$context.error.validationErrorString|$input.path('$')|#if(true)", nil)
	w.deploy(id, "prod")
	answer = w.ask(id, "GET", "/prod/", "", "X-Y: y")
	wantAnswer(t, answer, 404, `Missing Authentication Token|MISSING_AUTHENTICATION_TOKEN|prod|/||y.|{}||$input.path('$')|#if(true)`)
	wantHeader(t, answer, "Access-Control-Allow-Origin", "")
}

func TestAGatewayResponseIsChosenByWhatTheClientAccepts(t *testing.T) {
	w := newWorld(t)
	id, _ := guardedAPI(w, "AWS_IAM", "")
	do(w, w.PutGatewayResponse, agw.PutGatewayResponseRequest{RestApiId: id, ResponseType: "MISSING_AUTHENTICATION_TOKEN",
		ResponseTemplates: map[string]string{"application/xml": "<m/>", "application/json": "{}"}})
	w.deploy(id, "prod")
	answer := w.ask(id, "GET", "/prod/", "", "Accept: text/html, application/xml")
	wantAnswer(t, answer, 403, "<m/>")
	wantHeader(t, answer, "Content-Type", "application/xml")
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 403, "{}")
}

func FuzzGatewayResponseTemplate(f *testing.F) {
	f.Add(`{"message":$context.error.messageString,"t":"${context.error.responseType}","h":"$method.request.header.a-b."}`)
	f.Add(`$stageVariables.a}$context..x${context.x`)
	f.Fuzz(func(t *testing.T, text string) {
		x := &exchange{request: httptest.NewRequest("GET", "/", nil), deployed: &deployed{}}
		if got := x.expandRefusal(text, value.NewMap()); len(got) > len(text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
