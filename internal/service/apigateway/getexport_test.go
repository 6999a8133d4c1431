package apigateway

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// The bodies are those that AWS was recorded to export of the same API.
func TestGetExportIsAWSs(t *testing.T) {
	w := newWorld(t)
	id := *w.importAPI(petsDocument, nil).Id
	w.deploy(id, "local")
	const integrations = `,"x-amazon-apigateway-integration":{"httpMethod":"GET","passthroughBehavior":"when_no_match","responses":{"default":{"statusCode":"200"}},"type":"http","uri":"http://petstore-demo-endpoint.execute-api.com/petstore/pets"}`
	const integrated = `,"x-amazon-apigateway-integration":{"httpMethod":"GET","passthroughBehavior":"when_no_match","requestParameters":{"integration.request.path.id":"method.request.path.petId"},"responses":{"default":{"statusCode":"200"}},"type":"http","uri":"http://petstore-demo-endpoint.execute-api.com/petstore/pets/{id}"}`
	const v2 = `{"basePath":"/local","host":"API.execute-api.us-east-1.amazonaws.com","info":{"title":"Simple PetStore (Swagger)","version":"1.0.0"},"paths":{"/pets":{"get":{"responses":{"200":{"description":"200 response"}}%1}},"/pets/{petId}":{"get":{"parameters":[{"in":"path","name":"petId","required":true,"type":"string"}],"responses":{"200":{"description":"200 response"}}%2}}},"schemes":["https"],"swagger":"2.0"%3}`
	const v3 = `{"components":{},"info":{"title":"Simple PetStore (Swagger)","version":"1.0.0"},"openapi":"3.0.1","paths":{"/pets":{"get":{"responses":{"200":{"content":{},"description":"200 response"}}%1}},"/pets/{petId}":{"get":{"parameters":[{"in":"path","name":"petId","required":true,"schema":{"type":"string"}}],"responses":{"200":{"content":{},"description":"200 response"}}%2}}},"servers":[{"url":"https://API.execute-api.us-east-1.amazonaws.com/{basePath}","variables":{"basePath":{"default":"local"}}}]%3}`
	const types = `,"x-amazon-apigateway-binary-media-types":["image/png","image/jpg"]`
	for _, tt := range []struct{ kind, extensions, body string }{
		{"swagger", "", strings.NewReplacer("%1", "", "%2", "", "%3", "").Replace(v2)},
		{"oas30", "", strings.NewReplacer("%1", "", "%2", "", "%3", "").Replace(v3)},
		{"swagger", "apigateway", strings.NewReplacer("%1", integrations, "%2", integrated, "%3", types).Replace(v2)},
		{"oas30", "apigateway", strings.NewReplacer("%1", integrations, "%2", integrated, "%3", types).Replace(v3)},
		{"oas30", "integrations,authorizers", strings.NewReplacer("%1", integrations, "%2", integrated, "%3", "").Replace(v3)},
	} {
		t.Run(tt.kind+" "+tt.extensions, func(t *testing.T) {
			out := do(w, w.GetExport, agw.GetExportRequest{RestApiId: id, StageName: "local", ExportType: tt.kind, Parameters: map[string]string{"extensions": tt.extensions}})
			var got, want any
			if err := json.Unmarshal(out.Body, &got); err != nil {
				t.Fatalf("%v in %s", err, out.Body)
			}
			if err := json.Unmarshal([]byte(strings.ReplaceAll(tt.body, "API", id)), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("body:\n got %s\nwant %s", asJSON(got), asJSON(want))
			}
			if *out.ContentType != "application/octet-stream" || *out.ContentDisposition != `attachment; filename="`+tt.kind+`_1.0.0.json"` {
				t.Errorf("headers: %s, %s", *out.ContentType, *out.ContentDisposition)
			}
		})
	}
}

func TestAnExportIsOfTheDeployment(t *testing.T) {
	w := newWorld(t)
	a := w.importAPI(petsDocument, nil)
	w.deploy(*a.Id, "prod")
	w.below(*a.Id, *a.RootResourceId, "later")
	do(w, w.DeleteResource, agw.DeleteResourceRequest{RestApiId: *a.Id, ResourceId: w.resourceAt(*a.Id, "/pets")})
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: *a.Id, PatchOperations: replace("/version", "")})
	out := do(w, w.GetExport, agw.GetExportRequest{RestApiId: *a.Id, StageName: "prod", ExportType: "oas30", Accepts: new("application/yaml")})
	if text := string(out.Body); !strings.HasPrefix(text, "---\nopenapi: \"3.0.1\"\n") || !strings.Contains(text, "/pets/{petId}:") || strings.Contains(text, "later") {
		t.Errorf("body = %s", text)
	}
}

func TestGetExportRefuses(t *testing.T) {
	w := newWorld(t)
	id := *w.importAPI(petsDocument, nil).Id
	w.deploy(id, "prod")
	for _, tt := range []struct{ api, stage, kind, extensions, code, message string }{
		{id, "prod", "wadl", "", "BadRequestException", "No API exporter for type 'wadl'"},
		{id, "nosuch", "oas30", "", "NotFoundException", "Invalid stage identifier specified"},
		{"nosuch", "prod", "oas30", "", "NotFoundException", "Invalid API identifier specified 111111111111:nosuch"},
		{id, "prod", "oas30", "postman", "NotImplemented", "cloudless does not implement the extension postman of GetExport yet."},
	} {
		refused(w, w.GetExport, agw.GetExportRequest{RestApiId: tt.api, StageName: tt.stage, ExportType: tt.kind, Parameters: map[string]string{"extensions": tt.extensions}}, tt.code, tt.message)
	}
}
