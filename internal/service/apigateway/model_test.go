package apigateway

import (
	"testing"

	agw "cloudless/internal/api/apigateway"
)

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

func TestReferencesOfAModelLeadToModels(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	create := func(name, ref string) agw.CreateModelRequest {
		return agw.CreateModelRequest{RestApiId: id, Name: name, ContentType: "application/json", Schema: new(`{"definitions":{"a":{}},"items":{"$ref":"` + ref + `"}}`)}
	}
	do(w, w.CreateModel, create("A", "https://apigateway.amazonaws.com/restapis/"+id+"/models/Empty"))
	do(w, w.CreateModel, create("B", "#/definitions/a"))
	for _, ref := range []string{"Empty", "#/definitions/b", "https://example.com/a"} {
		refused(w, w.CreateModel, create("C", ref), "BadRequestException",
			"Invalid model specified: Validation Result: warnings : [], errors : [Model reference must be in canonical form]")
	}
}
