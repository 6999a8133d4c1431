package apigateway

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// petsDocument is an API of two paths that a backend answers.
const petsDocument = `{
  "swagger": "2.0",
  "info": {"version": "1.0.0", "title": "Simple PetStore (Swagger)"},
  "basePath": "/base/path",
  "x-amazon-apigateway-binary-media-types": ["image/png", "image/jpg"],
  "paths": {
    "/pets": {"get": {
      "responses": {"200": {"description": "ok"}},
      "x-amazon-apigateway-integration": {"type": "http", "httpMethod": "GET", "uri": "http://petstore-demo-endpoint.execute-api.com/petstore/pets",
        "responses": {"default": {"statusCode": "200"}}, "passthroughBehavior": "when_no_match"}}},
    "/pets/{petId}": {"get": {
      "parameters": [{"name": "petId", "in": "path", "required": true, "type": "string"}],
      "responses": {"200": {"description": "ok"}},
      "x-amazon-apigateway-integration": {"type": "http", "httpMethod": "GET", "uri": "http://petstore-demo-endpoint.execute-api.com/petstore/pets/{id}",
        "requestParameters": {"integration.request.path.id": "method.request.path.petId"}, "responses": {"default": {"statusCode": "200"}}}}}
  }
}`

func (w *world) importAPI(doc string, parameters map[string]string) *agw.RestApi {
	w.t.Helper()
	return do(w, w.ImportRestApi, agw.ImportRestApiRequest{Body: []byte(doc), Parameters: parameters})
}

// paths lists the paths of an API with the methods on them.
func (w *world) paths(apiID string) string {
	w.t.Helper()
	var out []string
	for _, r := range do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: apiID}).Items {
		text := *r.Path
		for _, name := range httpMethods {
			if _, found := r.ResourceMethods[name]; found {
				text += " " + name
			}
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// resourceAt returns the id of the resource at a path.
func (w *world) resourceAt(apiID, path string) string {
	w.t.Helper()
	for _, r := range do(w, w.GetResources, agw.GetResourcesRequest{RestApiId: apiID}).Items {
		if *r.Path == path {
			return *r.Id
		}
	}
	w.t.Fatalf("no resource at %s", path)
	return ""
}

func TestAnImportedAPIIsWhatItsDocumentSays(t *testing.T) {
	w := newWorld(t)
	a := w.importAPI(petsDocument, nil)
	if *a.Name != "Simple PetStore (Swagger)" || *a.Version != "1.0.0" || asJSON(a.BinaryMediaTypes) != `["image/png","image/jpg"]` || a.Tags != nil {
		t.Errorf("API = %s", asJSON(a))
	}
	if got, want := w.paths(*a.Id), "/, /pets GET, /pets/{petId} GET"; got != want {
		t.Errorf("paths = %s, want %s", got, want)
	}
	// An imported API has the models of its document, and not those of a new one.
	if got := do(w, w.GetModels, agw.GetModelsRequest{RestApiId: *a.Id}).Items; len(got) != 0 {
		t.Errorf("models = %s", asJSON(got))
	}
	id := w.resourceAt(*a.Id, "/pets/{petId}")
	m := do(w, w.GetMethod, agw.GetMethodRequest{RestApiId: *a.Id, ResourceId: id, HttpMethod: "GET"})
	want := &agw.Method{
		HttpMethod: new("GET"), AuthorizationType: new("NONE"), ApiKeyRequired: new(false),
		RequestParameters: map[string]bool{"method.request.path.petId": true},
		MethodResponses:   map[string]agw.MethodResponse{"200": {StatusCode: new("200")}},
		MethodIntegration: &agw.Integration{
			Type: "HTTP", HttpMethod: new("GET"), Uri: new("http://petstore-demo-endpoint.execute-api.com/petstore/pets/{id}"),
			ConnectionType: "INTERNET", CacheKeyParameters: []string{}, CacheNamespace: &id, PassthroughBehavior: new("WHEN_NO_MATCH"),
			TimeoutInMillis:      new(int64(29000)),
			RequestParameters:    map[string]string{"integration.request.path.id": "method.request.path.petId"},
			IntegrationResponses: map[string]agw.IntegrationResponse{"200": {StatusCode: new("200")}},
		},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("method:\n got %s\nwant %s", asJSON(m), asJSON(want))
	}
}

func TestBasePathsOfImports(t *testing.T) {
	w := newWorld(t)
	for base, want := range map[string]string{
		"":        "/, /pets GET, /pets/{petId} GET",
		"ignore":  "/, /pets GET, /pets/{petId} GET",
		"prepend": "/, /base, /base/path, /base/path/pets GET, /base/path/pets/{petId} GET",
		"split":   "/, /path, /path/pets GET, /path/pets/{petId} GET",
	} {
		if got := w.paths(*w.importAPI(petsDocument, map[string]string{"basepath": base}).Id); got != want {
			t.Errorf("basepath %s: paths = %s, want %s", base, got, want)
		}
	}
}

func TestModelsOfADocumentReferToEachOther(t *testing.T) {
	w := newWorld(t)
	a := w.importAPI(`{"openapi":"3.0.1","info":{"title":"Circular","version":"1.0"},"paths":{"/person":{"post":{
	  "operationId":"CreatePerson",
	  "requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Person"}}}},
	  "responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/House"}}}}},
	  "x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\": 200}"},"passthroughBehavior":"when_no_templates",
	    "responses":{"default":{"statusCode":"200","responseTemplates":{"application/json":"{\"echo\": $input.json('$')}"}}}}}}},
	  "components":{"schemas":{
	    "Person":{"type":"object","description":"a person","properties":{"house":{"$ref":"#/components/schemas/House"}}},
	    "House":{"type":"object","properties":{"contains":{"type":"array","items":{"$ref":"#/components/schemas/Person"}}}}}}}`, nil)
	var schemas []string
	for _, m := range do(w, w.GetModels, agw.GetModelsRequest{RestApiId: *a.Id}).Items {
		var compact map[string]any
		if err := json.Unmarshal([]byte(*m.Schema), &compact); err != nil {
			t.Fatal(err)
		}
		schemas = append(schemas, *m.Name+" "+deref(m.Description)+" "+asJSON(compact))
	}
	base := "https://apigateway.amazonaws.com/restapis/" + *a.Id + "/models/"
	want := `House  {"properties":{"contains":{"items":{"$ref":"` + base + `Person"},"type":"array"}},"type":"object"}
Person a person {"description":"a person","properties":{"house":{"$ref":"` + base + `House"}},"type":"object"}`
	if got := strings.Join(schemas, "\n"); got != want {
		t.Errorf("models:\n got %s\nwant %s", got, want)
	}
	w.deploy(*a.Id, "prod")
	wantAnswer(t, w.ask(*a.Id, "POST", "/prod/person", `{"a":1}`, "Content-Type: application/json"), 200, `{"echo": {}}`)
}

func TestPutRestApiMergesAndOverwrites(t *testing.T) {
	for _, tt := range []struct{ mode, types, paths, models string }{
		{"merge", `["image/heif","image/png","image/jpg"]`, "/, /old GET, /pets GET, /pets/{petId} GET", "Empty Error"},
		{"", `["image/heif","image/png","image/jpg"]`, "/, /old GET, /pets GET, /pets/{petId} GET", "Empty Error"},
		{"overwrite", `["image/png","image/jpg"]`, "/, /pets GET, /pets/{petId} GET", ""},
	} {
		t.Run("mode "+tt.mode, func(t *testing.T) {
			w := newWorld(t)
			before := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "old", Description: new("d"), BinaryMediaTypes: []string{"image/heif"}})
			w.methodOn(*before.Id, w.below(*before.Id, *before.RootResourceId, "old"), "GET", agw.PutIntegrationRequest{Type: "MOCK"})
			pets := w.below(*before.Id, *before.RootResourceId, "pets")
			do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: *before.Id, ResourceId: pets, HttpMethod: "GET", AuthorizationType: "AWS_IAM"})
			a := do(w, w.PutRestApi, agw.PutRestApiRequest{RestApiId: *before.Id, Mode: tt.mode, Body: []byte(petsDocument)})
			if *a.Name != "Simple PetStore (Swagger)" || *a.RootResourceId != *before.RootResourceId || a.Tags == nil || asJSON(a.BinaryMediaTypes) != tt.types {
				t.Errorf("API = %s", asJSON(a))
			}
			if got := w.paths(*a.Id); got != tt.paths {
				t.Errorf("paths = %s, want %s", got, tt.paths)
			}
			var models []string
			for _, m := range do(w, w.GetModels, agw.GetModelsRequest{RestApiId: *a.Id}).Items {
				models = append(models, *m.Name)
			}
			if got := strings.Join(models, " "); got != tt.models {
				t.Errorf("models = %s, want %s", got, tt.models)
			}
			m := do(w, w.GetMethod, agw.GetMethodRequest{RestApiId: *a.Id, ResourceId: w.resourceAt(*a.Id, "/pets"), HttpMethod: "GET"})
			if *m.AuthorizationType != "NONE" || m.MethodIntegration == nil {
				t.Errorf("the method was not replaced: %s", asJSON(m))
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	const broken = `{"swagger":"2.0","info":{"title":"a"},
	  "definitions":{"Bad_Name":{"type":"object"},"Far":{"properties":{"a":{"$ref":"https://example.com/a.json"}}}},
	  "paths":{"/{a}":{"get":{"x-amazon-apigateway-integration":{"type":"aws","httpMethod":"POST","uri":"arn:aws:apigateway:x"},
	      "responses":{"200":{"description":"","schema":{"$ref":"#/definitions/Nope"}}}}},
	    "/{b}":{"get":{}},
	    "/c":{"get":{"x-amazon-apigateway-integration":{"type":"mock","responses":{"default":{"statusCode":"404"}}}}}}}`
	for _, tt := range []struct {
		name, doc     string
		strict        bool
		code, message string
	}{
		{"what is no document", `{"a":1}`, false, "BadRequestException", "Invalid OpenAPI input."},
		{"an API without a name", `{"swagger":"2.0","paths":{}}`, false, "BadRequestException", "API name must be non-empty"},
		{"all that is wrong at once", broken, false, "BadRequestException", "Errors found during import:\n" +
			"\tUnable to create model for 'Bad_Name': Model name must be alphanumeric: Bad_Name\n" +
			"\tUnable to create model for 'Far': Invalid model specified: Validation Result: warnings : [], errors : [Model reference must be in canonical form]\n" +
			"\tUnable to put integration response on 'GET' for resource at path '/c': Invalid Response status code specified\n" +
			"\tUnable to put integration on 'GET' for resource at path '/{a}': Invalid ARN specified in the request\n" +
			"\tUnable to create resource at path '/{b}': A sibling ({a}) of this resource already has a variable path part -- only one is allowed\n" +
			"Additionally, these warnings were found:\n\tReference to model 'Nope' not found. Ignoring."},
		{"warnings, where they are to fail", broken, true, "BadRequestException", "Warnings found during import:\n\tReference to model 'Nope' not found. Ignoring."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			refused(w, w.ImportRestApi, agw.ImportRestApiRequest{Body: []byte(tt.doc), FailOnWarnings: &tt.strict}, tt.code, tt.message)
			if got := do(w, w.GetRestApis, agw.GetRestApisRequest{}).Items; len(got) != 0 {
				t.Errorf("something was made: %s", asJSON(got))
			}
		})
	}
}

func TestWarningsComeWithTheAnswer(t *testing.T) {
	w := newWorld(t)
	a := w.importAPI(`{"openapi":"3.0.0","info":{"title":"a"},"servers":[{"url":"/b"},{"url":"/c"}],"paths":{"/x":{"post":{"responses":{"201":{"content":{"text/plain":{"schema":{"type":"string"}}}}}}}}}`, nil)
	want := `["More than one server provided. Ignoring all but the first for defining endpoint configuration","Unsupported model type 'StringSchema' in 201 response to method 'POST /x'. Ignoring."]`
	if got := asJSON(a.Warnings); got != want {
		t.Errorf("warnings:\n got %s\nwant %s", got, want)
	}
	if again := do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: *a.Id}); again.Warnings != nil {
		t.Errorf("warnings were kept: %v", again.Warnings)
	}
}

func TestACloneIsAnAPIOfItsOwn(t *testing.T) {
	w := newWorld(t)
	from := w.importAPI(petsDocument, nil)
	do(w, w.CreateModel, agw.CreateModelRequest{RestApiId: *from.Id, Name: "Pet", ContentType: "application/json",
		Schema: new(`{"items":{"$ref":"https://apigateway.amazonaws.com/restapis/` + *from.Id + `/models/Pet"}}`)})
	clone := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "clone", CloneFrom: from.Id})
	do(w, w.DeleteRestApi, agw.DeleteRestApiRequest{RestApiId: *from.Id})
	if got, want := w.paths(*clone.Id), "/, /pets GET, /pets/{petId} GET"; got != want || *clone.Name != "clone" || asJSON(clone.BinaryMediaTypes) != `["image/png","image/jpg"]` {
		t.Errorf("clone: paths = %s, want %s; %s", got, want, asJSON(clone))
	}
	m := do(w, w.GetModel, agw.GetModelRequest{RestApiId: *clone.Id, ModelName: "Pet"})
	if !strings.Contains(*m.Schema, "/restapis/"+*clone.Id+"/models/Pet") {
		t.Errorf("schema = %s", *m.Schema)
	}
	w.authz.deny = "apigateway:GET"
	refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "c", CloneFrom: clone.Id}, "AccessDeniedException", "no apigateway:GET")
	w.authz.deny = ""
	refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "c", CloneFrom: new("nosuch")}, "NotFoundException", "Invalid API identifier specified 111111111111:nosuch")
}

// securedDocument is an API that asks its callers who they are.
const securedDocument = `{"swagger":"2.0","info":{"title":"secured","version":"1"},
  "x-amazon-apigateway-policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*/GET/*"}]},
  "x-amazon-apigateway-request-validators":{"all":{"validateRequestBody":true,"validateRequestParameters":true}},
  "x-amazon-apigateway-gateway-responses":{"UNAUTHORIZED":{"statusCode":401,"responseTemplates":{"application/json":"{\"who\": \"are you\"}"}}},
  "securityDefinitions":{
    "asked":{"type":"apiKey","name":"Auth","in":"header","x-amazon-apigateway-authtype":"custom","x-amazon-apigateway-authorizer":{
      "type":"token","authorizerUri":"` + lambdaURI + `","authorizerResultTtlInSeconds":0}},
    "api_key":{"type":"apiKey","name":"x-api-key","in":"header"}},
  "paths":{"/x":{
    "get":{"security":[{"asked":[]}],"responses":{"200":{"description":""}},
      "x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\":200}"},"responses":{"default":{"statusCode":"200"}}}},
    "post":{"security":[{"api_key":[]}],"x-amazon-apigateway-request-validator":"all","parameters":[{"name":"q","in":"query","required":true,"type":"string"}],"responses":{"200":{"description":""}},
      "x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\":200}"},"responses":{"default":{"statusCode":"200"}}}}}}}`

func TestTheSecurityOfADocumentHolds(t *testing.T) {
	w := newWorld(t)
	id := *w.importAPI(securedDocument, nil).Id
	asked := do(w, w.GetAuthorizers, agw.GetAuthorizersRequest{RestApiId: id}).Items
	want := []agw.Authorizer{{Id: asked[0].Id, Name: new("asked"), Type: "TOKEN", AuthType: new("custom"), AuthorizerUri: new(lambdaURI),
		IdentitySource: new("method.request.header.Auth"), AuthorizerResultTtlInSeconds: new(int64(0))}}
	if !reflect.DeepEqual(asked, want) {
		t.Errorf("authorizers:\n got %s\nwant %s", asJSON(asked), asJSON(want))
	}
	method := func(name string) *agw.Method {
		return do(w, w.GetMethod, agw.GetMethodRequest{RestApiId: id, ResourceId: w.resourceAt(id, "/x"), HttpMethod: name})
	}
	if m := method("GET"); *m.AuthorizationType != "CUSTOM" || *m.AuthorizerId != *asked[0].Id {
		t.Errorf("GET = %s", asJSON(m))
	}
	checks := do(w, w.GetRequestValidators, agw.GetRequestValidatorsRequest{RestApiId: id}).Items
	if m := method("POST"); *m.AuthorizationType != "NONE" || !*m.ApiKeyRequired || len(checks) != 1 || *m.RequestValidatorId != *checks[0].Id || !*checks[0].ValidateRequestBody {
		t.Errorf("POST = %s", asJSON(m))
	}
	w.deploy(id, "prod")
	// What is exported makes the same API again, and so does a clone.
	out := do(w, w.GetExport, agw.GetExportRequest{RestApiId: id, StageName: "prod", ExportType: "oas30", Parameters: map[string]string{"extensions": "apigateway"}})
	again := do(w, w.PutRestApi, agw.PutRestApiRequest{RestApiId: id, Mode: "overwrite", Body: out.Body})
	clone := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "clone", CloneFrom: &id})
	for _, a := range []*agw.RestApi{again, clone} {
		got := do(w, w.GetAuthorizers, agw.GetAuthorizersRequest{RestApiId: *a.Id}).Items
		want[0].Id = got[0].Id
		if !reflect.DeepEqual(got, want) {
			t.Errorf("authorizers of %s:\n got %s\nwant %s", *a.Name, asJSON(got), asJSON(want))
		}
		if !strings.Contains(deref(a.Policy), "arn:aws:execute-api:us-east-1:111111111111:"+id+"/*/GET/*") {
			t.Errorf("policy of %s = %s", *a.Name, deref(a.Policy))
		}
		if got := do(w, w.GetRequestValidators, agw.GetRequestValidatorsRequest{RestApiId: *a.Id}).Items; len(got) != 1 || *got[0].Name != "all" {
			t.Errorf("validators of %s = %s", *a.Name, asJSON(got))
		}
		do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: *a.Id, PatchOperations: replace("/policy", "")}) // nobody judges it here
		w.deploy(*a.Id, "prod")
		wantAnswer(t, w.ask(*a.Id, "GET", "/prod/x", ""), 401, `{"who": "are you"}`)
	}
	do(w, w.PutRestApi, agw.PutRestApiRequest{RestApiId: id, Mode: "overwrite", Body: []byte(petsDocument)})
	if left := do(w, w.GetAuthorizers, agw.GetAuthorizersRequest{RestApiId: id}).Items; len(left) != 0 {
		t.Errorf("left: %s", asJSON(left))
	}
	if policy := do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id}).Policy; policy != nil {
		t.Errorf("left: %s", *policy)
	}
}

func TestWhoImportsARoleHasToMayPassIt(t *testing.T) {
	const role = `"arn:aws:iam::111111111111:role/r"`
	for name, doc := range map[string]string{
		"of an integration": `{"swagger":"2.0","info":{"title":"a"},"paths":{"/":{"get":{"responses":{},"x-amazon-apigateway-integration":{"type":"aws","httpMethod":"POST",
			"uri":"` + lambdaURI + `","credentials":` + role + `}}}}}`,
		"of an authorizer": `{"swagger":"2.0","info":{"title":"a"},"paths":{},"securityDefinitions":{"auth":{"type":"apiKey","name":"Token","in":"header",
			"x-amazon-apigateway-authtype":"custom","x-amazon-apigateway-authorizer":{"type":"token","authorizerUri":"` + authorizerURI + `","authorizerCredentials":` + role + `}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			from := w.importAPI(doc, nil)
			w.authz.deny = "iam:PassRole"
			refused(w, w.ImportRestApi, agw.ImportRestApiRequest{Body: []byte(doc)}, "AccessDeniedException", "no iam:PassRole")
			refused(w, w.PutRestApi, agw.PutRestApiRequest{RestApiId: *from.Id, Body: []byte(doc)}, "AccessDeniedException", "no iam:PassRole")
			refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "clone", CloneFrom: from.Id}, "AccessDeniedException", "no iam:PassRole")
		})
	}
}

// What the methods are was recorded of AWS for such a document.
func TestUserPoolsOfADocument(t *testing.T) {
	const pool = `"x-amazon-apigateway-authtype":"cognito_user_pools","x-amazon-apigateway-authorizer":{"type":"cognito_user_pools",
	  "providerARNs":["arn:pool"]}`
	w := newWorld(t)
	id := *w.importAPI(`{"openapi":"3.0.1","info":{"title":"pools","version":"1.0"},"security":[{"first":[]}],
	  "paths":{"/default":{"get":{}},"/scope":{"get":{"security":[{"first":["openid"]}]}},"/other":{"get":{"security":[{"second":["email","openid"]}]}},"/open":{"get":{"security":[]}}},
	  "components":{"securitySchemes":{"first":{"type":"apiKey","name":"TestHeaderAuth","in":"header",`+pool+`},"second":{"type":"apiKey","name":"TestHeaderAuth","in":"header",`+pool+`}}}}`, nil).Id
	ids := map[string]string{}
	for _, a := range do(w, w.GetAuthorizers, agw.GetAuthorizersRequest{RestApiId: id}).Items {
		ids[*a.Id] = *a.Name
		if *a.AuthType != "cognito_user_pools" || *a.IdentitySource != "method.request.header.TestHeaderAuth" || a.AuthorizerResultTtlInSeconds != nil {
			t.Errorf("authorizer = %s", asJSON(a))
		}
	}
	for path, want := range map[string]string{
		"/default": "COGNITO_USER_POOLS first null",
		"/scope":   `COGNITO_USER_POOLS first ["openid"]`,
		"/other":   `COGNITO_USER_POOLS second ["email","openid"]`,
		"/open":    "NONE  null",
	} {
		m := do(w, w.GetMethod, agw.GetMethodRequest{RestApiId: id, ResourceId: w.resourceAt(id, path), HttpMethod: "GET"})
		if got := *m.AuthorizationType + " " + ids[deref(m.AuthorizerId)] + " " + asJSON(m.AuthorizationScopes); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
