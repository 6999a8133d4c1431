package apigateway

import (
	"encoding/json"
	"testing"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// The codes and messages in these tests are those that AWS was seen to answer.

func TestANewAPIHasAWSsDefaults(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, types, addresses string
		in                     *agw.EndpointConfiguration
	}{
		{"edge by default", "EDGE", "ipv4", nil},
		{"regional", "REGIONAL", "ipv4", &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}},
		{"private", "PRIVATE", "dualstack", &agw.EndpointConfiguration{Types: []string{"PRIVATE"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "a", EndpointConfiguration: tt.in})
			if a.EndpointConfiguration.Types[0] != tt.types || a.EndpointConfiguration.IpAddressType != tt.addresses {
				t.Errorf("endpoint = %+v", a.EndpointConfiguration)
			}
			if a.ApiKeySource != "HEADER" || *a.DisableExecuteApiEndpoint || len(*a.Id) != 10 || len(*a.RootResourceId) != 10 || a.Tags != nil {
				t.Errorf("API = %+v", a)
			}
		})
	}
}

func TestCreateRestApiRefuses(t *testing.T) {
	w := newWorld(t)
	private := func(addresses string) *agw.EndpointConfiguration {
		return &agw.EndpointConfiguration{Types: []string{"PRIVATE"}, IpAddressType: addresses}
	}
	for _, tt := range []struct {
		name, code, message string
		in                  agw.CreateRestApiRequest
	}{
		{"a private API with IPv4", "BadRequestException", "Only dualstack ipAddressType is supported for Private APIs.",
			agw.CreateRestApiRequest{Name: "a", EndpointConfiguration: private("ipv4")}},
		{"an empty description", "BadRequestException", "Description cannot be an empty string",
			agw.CreateRestApiRequest{Name: "a", Description: new(""), EndpointConfiguration: private("ipv4")}},
		{"what is not built", "NotImplemented", "cloudless does not implement the cloneFrom parameter of CreateRestApi yet.",
			agw.CreateRestApiRequest{Name: "a", CloneFrom: new("b")}},
	} {
		t.Run(tt.name, func(*testing.T) { refused(w, w.CreateRestApi, tt.in, tt.code, tt.message) })
	}
}

func TestAnAPIOfAnotherAccountOrRegionIsUnknown(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id})
	w.call.Region = "eu-west-1"
	refused(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id}, "NotFoundException", "Invalid API identifier specified 111111111111:"+id)
	if got := do(w, w.GetRestApis, agw.GetRestApisRequest{}).Items; len(got) != 0 {
		t.Errorf("APIs of another region are listed: %v", got)
	}
	w.call.Region, w.call.Account = "us-east-1", "222222222222"
	refused(w, w.DeleteRestApi, agw.DeleteRestApiRequest{RestApiId: id}, "NotFoundException", "Invalid API identifier specified 222222222222:"+id)
}

func TestADeletedAPILeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	do(w, w.DeleteRestApi, agw.DeleteRestApiRequest{RestApiId: id})
	if got := do(w, w.GetRestApis, agw.GetRestApisRequest{}).Items; len(got) != 0 {
		t.Errorf("still listed: %v", got)
	}
	refused(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: root}, "NotFoundException", "Invalid Resource identifier specified")
	wantAnswer(t, w.ask(id, "POST", "/prod/", ""), 403, `{"message":"Forbidden"}`)
}

func TestResourcesFormATree(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	pets := w.below(id, root, "pets")
	sub := w.below(id, pets, "subpets")
	if got := *do(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: sub}).Path; got != "/pets/subpets" {
		t.Errorf("path = %s", got)
	}

	renamed := do(w, w.UpdateResource, agw.UpdateResourceRequest{RestApiId: id, ResourceId: pets, PatchOperations: replace("/pathPart", "dogs")})
	if *renamed.Path != "/dogs" || *renamed.PathPart != "dogs" || *renamed.ParentId != root {
		t.Errorf("renamed = %s", asJSON(renamed))
	}
	if got := *do(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: sub}).Path; got != "/dogs/subpets" {
		t.Errorf("path below = %s", got)
	}

	do(w, w.DeleteResource, agw.DeleteResourceRequest{RestApiId: id, ResourceId: pets})
	items := do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id}).Items
	if len(items) != 1 || *items[0].Path != "/" || items[0].PathPart != nil || items[0].ParentId != nil {
		t.Errorf("left = %s", asJSON(items))
	}
}

func TestResourcesRefuse(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	pets := w.below(id, root, "pets")
	petID := w.below(id, pets, "{petId}")
	proxy := w.below(id, pets, "{proxy+}")
	create := func(parent, part string) agw.CreateResourceRequest {
		return agw.CreateResourceRequest{RestApiId: id, ParentId: parent, PathPart: part}
	}
	for _, tt := range []struct {
		name, code, message string
		in                  agw.CreateResourceRequest
	}{
		{"an unknown parent", "NotFoundException", "Invalid Resource identifier specified", create("nosuch", "x")},
		{"an unknown API", "NotFoundException", "Invalid API identifier specified 111111111111:nosuch",
			agw.CreateResourceRequest{RestApiId: "nosuch", ParentId: root, PathPart: "x"}},
		{"a name twice", "ConflictException", "Another resource with the same parent already has this name: pets", create(root, "pets")},
		{"a second variable", "BadRequestException",
			"A sibling ({petId}) of this resource already has a variable path part -- only one is allowed", create(pets, "{id}")},
		{"a child of a greedy variable", "BadRequestException",
			"Cannot create a child of a resource with a greedy path variable: {proxy+}", create(proxy, "x")},
		{"a slash in a name", "BadRequestException",
			"Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.", create(root, "a/b")},
	} {
		t.Run(tt.name, func(*testing.T) { refused(w, w.CreateResource, tt.in, tt.code, tt.message) })
	}
	update := func(resourceID, path, value string) agw.UpdateResourceRequest {
		return agw.UpdateResourceRequest{RestApiId: id, ResourceId: resourceID, PatchOperations: replace(path, value)}
	}
	refused(w, w.UpdateResource, update(root, "/parentId", pets), "BadRequestException", "Root resource cannot update its parentId.")
	refused(w, w.UpdateResource, update(root, "/pathPart", "x"), "BadRequestException", "Root resource cannot update its pathPart.")
	refused(w, w.UpdateResource, update(pets, "/parentId", petID), "BadRequestException", "Resources cannot be cyclical.")
	refused(w, w.DeleteResource, agw.DeleteResourceRequest{RestApiId: id, ResourceId: root}, "BadRequestException", "Root resource cannot be deleted.")
}

func TestAListComesInPages(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	for _, part := range []string{"a", "b", "c", "d"} {
		w.below(id, root, part)
	}
	var paths []string
	var position *string
	for range 5 {
		out := do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: id, Limit: new(int64(2)), Position: position})
		for _, r := range out.Items {
			paths = append(paths, *r.Path)
		}
		if position = out.Position; position == nil {
			break
		}
	}
	if got := asJSON(paths); got != `["/","/a","/b","/c","/d"]` {
		t.Errorf("paths = %s", got)
	}
}

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

func TestModels(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	var names []string
	for _, m := range do(w, w.GetModels, agw.GetModelsRequest{RestApiId: id}).Items {
		names = append(names, *m.Name)
	}
	if got := asJSON(names); got != `["Empty","Error"]` {
		t.Errorf("models of a new API = %s", got)
	}

	schema := `{"title": "MySchema", "type": "object"}`
	do(w, w.CreateModel, agw.CreateModelRequest{RestApiId: id, Name: "MySchema", ContentType: "application/json", Schema: &schema})
	if got := *do(w, w.GetModel, agw.GetModelRequest{RestApiId: id, ModelName: "MySchema"}).Schema; got != schema {
		t.Errorf("schema = %s, want it byte for byte", got)
	}
	create := func(name string, schema *string) agw.CreateModelRequest {
		return agw.CreateModelRequest{RestApiId: id, Name: name, ContentType: "application/json", Schema: schema}
	}
	const empty = "Model schema must have at least 1 property or array items defined"
	refused(w, w.CreateModel, create("MySchema", &schema), "ConflictException", "Model name already exists for this REST API")
	refused(w, w.CreateModel, create("", &schema), "BadRequestException", "Model name must be non-empty")
	refused(w, w.CreateModel, create("Other", nil), "BadRequestException", empty)
	refused(w, w.CreateModel, create("Other", new("")), "BadRequestException", empty)
	refused(w, w.GetModel, agw.GetModelRequest{RestApiId: id, ModelName: "Other"}, "NotFoundException", "Invalid model name specified: Other")
	refused(w, w.GetModels, agw.GetModelsRequest{RestApiId: "abcde0"}, "NotFoundException", "Invalid API identifier specified 111111111111:abcde0")

	update := func(o agw.PatchOperation) agw.UpdateModelRequest {
		return agw.UpdateModelRequest{RestApiId: id, ModelName: "MySchema", PatchOperations: []agw.PatchOperation{o}}
	}
	do(w, w.UpdateModel, update(op("replace", "/description", "d")))
	refused(w, w.UpdateModel, update(op("add", "/wrong-path", "x")), "BadRequestException", "Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported operations")
	refused(w, w.UpdateModel, update(op("replace", "/name", "x")), "BadRequestException", "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]")
	refused(w, w.UpdateModel, update(op("replace", "/schema", "")), "BadRequestException", empty)

	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY", AuthorizationType: "NONE",
		RequestModels: map[string]string{"application/json": "MySchema"}})
	test := w.below(id, root, "test")
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: id, ResourceId: test, HttpMethod: "ANY", AuthorizationType: "NONE",
		RequestModels: map[string]string{"application/json": "MySchema"}})
	remove := agw.DeleteModelRequest{RestApiId: id, ModelName: "MySchema"}
	refused(w, w.DeleteModel, remove, "ConflictException", "Cannot delete model 'MySchema', is referenced in method request: //ANY")
	do(w, w.DeleteMethod, agw.DeleteMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "ANY"})
	refused(w, w.DeleteModel, remove, "ConflictException", "Cannot delete model 'MySchema', is referenced in method request: /test/ANY")
	do(w, w.DeleteResource, agw.DeleteResourceRequest{RestApiId: id, ResourceId: test})
	do(w, w.DeleteModel, remove)
	refused(w, w.DeleteModel, remove, "NotFoundException", "Invalid model name specified: MySchema")
}

func TestUpdateRestApi(t *testing.T) {
	w := newWorld(t)
	id := *do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "a", Description: new("d"), BinaryMediaTypes: []string{"image/png"}}).Id
	update := func(ops ...agw.PatchOperation) agw.UpdateRestApiRequest {
		return agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: ops}
	}
	for _, tt := range []struct {
		name  string
		op    agw.PatchOperation
		types string
	}{
		{"add", op("add", "/binaryMediaTypes/image~1jpeg", ""), `["image/png","image/jpeg"]`},
		{"replace", op("replace", "/binaryMediaTypes/image~1png", "image/gif"), `["image/jpeg","image/gif"]`},
		{"remove", op("remove", "/binaryMediaTypes/image~1gif", ""), `["image/jpeg"]`},
	} {
		a := do(w, w.UpdateRestApi, update(tt.op))
		if got := asJSON(a.BinaryMediaTypes); got != tt.types || a.Tags == nil {
			t.Errorf("%s: binary media types = %s, want %s; tags %v", tt.name, got, tt.types, a.Tags)
		}
	}
	if a := do(w, w.UpdateRestApi, update(op("remove", "/description", ""))); a.Description != nil {
		t.Errorf("description = %s", *a.Description)
	}
	if a := do(w, w.UpdateRestApi, update(op("replace", "/endpointConfiguration/types/0", "PRIVATE"))); a.EndpointConfiguration.IpAddressType != "dualstack" {
		t.Errorf("endpoint = %+v", a.EndpointConfiguration)
	}
	for _, tt := range []struct {
		op            agw.PatchOperation
		code, message string
	}{
		{op("replace", "/binaryMediaTypes", "x"), "BadRequestException", "Invalid patch path /binaryMediaTypes"},
		{op("remove", "/endpointConfiguration/ipAddressType", ""), "BadRequestException", "Invalid patch operation specified. Must be one of: [replace]"},
		{op("copy", "/endpointConfiguration/types/0", ""), "BadRequestException", "Invalid patch operation specified. Must be 'add'|'remove'|'replace'"},
		{op("replace", "/endpointConfiguration/types/0", "wrong"), "BadRequestException", "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"},
		{op("replace", "/endpointConfiguration/ipAddressType", "wrong"), "BadRequestException", "ipAddressType must be either ipv4 or dualstack."},
		{op("replace", "/endpointConfiguration/ipAddressType", "ipv4"), "BadRequestException", "Only dualstack ipAddressType is supported for Private APIs."},
		{agw.PatchOperation{Op: "replace"}, "BadRequestException", "Invalid patch path null"},
		{op("replace", "/policy", "{}"), "NotImplemented", "cloudless does not implement the policy of an API yet."},
	} {
		refused(w, w.UpdateRestApi, update(tt.op), tt.code, tt.message)
	}
	refused(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: "api_id"}, "NotFoundException", "Invalid API identifier specified 111111111111:api_id")
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	for _, arn := range []string{"arn:aws:apigateway:us-east-1::/restapis/" + id, "arn:aws:apigateway:us-east-1::/restapis/" + id + "/stages/prod"} {
		do(w, w.TagResource, agw.TagResourceRequest{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": "2"}})
		do(w, w.UntagResource, agw.UntagResourceRequest{ResourceArn: arn, TagKeys: []string{"a", "c"}})
		if got := asJSON(do(w, w.GetTags, agw.GetTagsRequest{ResourceArn: arn}).Tags); got != `{"b":"2"}` {
			t.Errorf("tags of %s = %s", arn, got)
		}
	}
	if got := do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id}).Tags["b"]; got != "2" {
		t.Errorf("the API does not show its tag: %q", got)
	}
	refused(w, w.GetTags, agw.GetTagsRequest{ResourceArn: "arn:aws:s3:::bucket"}, "BadRequestException", "Invalid ARN specified in the request")
}

func TestPoliciesKnowThingsByTheirPaths(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	for _, want := range []string{
		"apigateway:POST arn:aws:apigateway:us-east-1::/restapis",
		"apigateway:GET arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST/integration",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST/responses/200",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST/integration/responses/200",
		"apigateway:POST arn:aws:apigateway:us-east-1::/restapis/" + id + "/deployments",
	} {
		found := false
		for _, got := range w.authz.asked {
			found = found || got == want
		}
		if !found {
			t.Errorf("nobody asked for %s", want)
		}
	}
}

// TestNobodyReadsOrChangesWithoutPermission calls every operation as somebody
// who may do nothing.
func TestNobodyReadsOrChangesWithoutPermission(t *testing.T) {
	w := newWorld(t)
	for name, operation := range w.API().Operations {
		if operation.Do == nil {
			continue
		}
		for _, action := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			w.authz.deny = "apigateway:" + action
			_, err := operation.Do(t.Context(), w.call, operation.In())
			if awserr.Code(err) == awserr.CodeAccessDenied {
				w.authz.deny = ""
				break
			}
		}
		if w.authz.deny != "" {
			t.Errorf("%s asks for no permission", name)
		}
	}
}

// op is one patch operation.
func op(o, path, value string) agw.PatchOperation {
	return agw.PatchOperation{Op: o, Path: &path, Value: &value}
}

// replace is a patch of one operation.
func replace(path, value string) []agw.PatchOperation {
	return []agw.PatchOperation{op("replace", path, value)}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
