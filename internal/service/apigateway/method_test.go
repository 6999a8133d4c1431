package apigateway

import (
	"sync"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func TestAMethodOfItsWholeLife(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	get := agw.GetMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY"}
	refused(w, w.GetMethod, get, "NotFoundException", "Invalid Method identifier specified")

	put := agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY", AuthorizationType: "NONE"}
	m := do(w, w.PutMethod, put)
	if *m.HttpMethod != "ANY" || *m.AuthorizationType != "NONE" || *m.ApiKeyRequired {
		t.Errorf("method = %s", asJSON(m))
	}
	refused(w, w.PutMethod, put, "ConflictException", "Method already exists for this resource")

	update := func(ops []agw.PatchOperation) *agw.Method {
		return do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY", PatchOperations: ops})
	}
	m = update([]agw.PatchOperation{
		op("add", "/requestParameters/method.request.querystring.optional", "true"),
		op("add", "/requestModels/application~1json", "Empty"),
		op("replace", "/operationName", "ReplacedOperationName"),
		op("replace", "/authorizationType", "AWS_IAM"),
		op("replace", "/apiKeyRequired", "whatever"),
	})
	if !m.RequestParameters["method.request.querystring.optional"] || m.RequestModels["application/json"] != "Empty" ||
		*m.OperationName != "ReplacedOperationName" || *m.AuthorizationType != "AWS_IAM" || *m.ApiKeyRequired {
		t.Errorf("updated = %s", asJSON(m))
	}
	m = update([]agw.PatchOperation{op("remove", "/requestModels/application~1json", ""), op("replace", "/authorizationType", "NONE"), op("replace", "/authorizerId", "abc")})
	if m.RequestModels != nil || m.AuthorizerId != nil {
		t.Errorf("updated again = %s", asJSON(m))
	}

	do(w, w.DeleteMethod, agw.DeleteMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY"})
	refused(w, w.GetMethod, get, "NotFoundException", "Invalid Method identifier specified")
	refused(w, w.DeleteMethod, agw.DeleteMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY"}, "NotFoundException", "Invalid Method identifier specified")
}

func TestUpdateMethodRefuses(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY", AuthorizationType: "NONE"})
	const authorizer = "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
	for _, tt := range []struct {
		name, code, message string
		op                  agw.PatchOperation
	}{
		{"an operation that the path does not take", "BadRequestException", "Invalid patch operation specified. Must be one of: [replace]", op("add", "/operationName", "x")},
		{"a path that cannot be changed", "BadRequestException", "Invalid patch path /httpMethod", op("replace", "/httpMethod", "GET")},
		{"a slash that is not escaped", "BadRequestException", "Invalid patch path /requestModels/application/json", op("add", "/requestModels/application/json", "Empty")},
		{"a map instead of its entry", "BadRequestException", "Invalid patch path /requestParameters", op("add", "/requestParameters", "x")},
		{"no authorizer", "BadRequestException", authorizer, op("replace", "/authorizationType", "CUSTOM")},
		{"an unknown validator", "BadRequestException", "Invalid Request Validator identifier specified", op("replace", "/requestValidatorId", "x")},
	} {
		t.Run(tt.name, func(*testing.T) {
			refused(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY", PatchOperations: []agw.PatchOperation{tt.op}}, tt.code, tt.message)
		})
	}
	for _, tt := range []struct {
		api, resource, method, message string
	}{
		{"nosuch", root, "ANY", "Invalid Resource identifier specified"},
		{id, "nosuch", "ANY", "Invalid Resource identifier specified"},
		{id, root, "GET", "Invalid Method identifier specified"},
	} {
		refused(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: tt.api, ResourceId: tt.resource, HttpMethod: tt.method}, "NotFoundException", tt.message)
	}
}

func TestMethodsThatAreMadeSideBySideAllStay(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	var wg sync.WaitGroup
	for _, httpMethod := range httpMethods {
		wg.Go(func() {
			in := agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: httpMethod, AuthorizationType: "NONE"}
			if _, err := w.PutMethod(t.Context(), w.call, &in); err != nil {
				t.Errorf("PutMethod %s: %v", httpMethod, err)
			}
		})
	}
	wg.Wait()
	got := do(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: root}).ResourceMethods
	if len(got) != len(httpMethods) {
		t.Errorf("methods = %s", asJSON(got))
	}
}

func TestNamesOfParametersAreAWSs(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	put := func(name string) agw.PutMethodRequest {
		return agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", AuthorizationType: "NONE", RequestParameters: map[string]bool{name: true}}
	}
	refused(w, w.PutMethod, put("method.request.querystring.page[size]"), "BadRequestException",
		"Invalid mapping expression specified: Validation Result: warnings : [], errors : [Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$]")
	do(w, w.PutMethod, put("method.request.querystring.page_size-$1.a"))
}
