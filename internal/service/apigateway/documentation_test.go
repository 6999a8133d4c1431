package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func TestDocumentationParts(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	whole := &agw.DocumentationPartLocation{Type: "API"}
	part := do(w, w.CreateDocumentationPart, agw.CreateDocumentationPartRequest{RestApiId: id, Location: whole, Properties: `{"description":"Sample API description"}`})
	do(w, w.CreateDocumentationPart, agw.CreateDocumentationPartRequest{RestApiId: id, Properties: `{"a":1}`,
		Location: &agw.DocumentationPartLocation{Type: "METHOD", Path: new("/pets"), Method: new("GET")}})
	got := do(w, w.UpdateDocumentationPart, agw.UpdateDocumentationPartRequest{RestApiId: id, DocumentationPartId: *part.Id,
		PatchOperations: replace("/properties", `{"description":"Updated Sample API description"}`)})
	if again := do(w, w.GetDocumentationPart, agw.GetDocumentationPartRequest{RestApiId: id, DocumentationPartId: *part.Id}); asJSON(got) != asJSON(again) ||
		*again.Properties != `{"description":"Updated Sample API description"}` {
		t.Errorf("part = %s", asJSON(again))
	}
	for _, tt := range []struct {
		kind, path string
		want       int
	}{{"", "", 2}, {"API", "", 1}, {"METHOD", "/pe", 1}, {"METHOD", "/x", 0}} {
		if got := do(w, w.GetDocumentationParts, agw.GetDocumentationPartsRequest{RestApiId: id, Type: tt.kind, Path: &tt.path}).Items; len(got) != tt.want {
			t.Errorf("parts of %s at %s: %s, want %d", tt.kind, tt.path, asJSON(got), tt.want)
		}
	}
	const unknown = "Invalid Documentation part identifier specified"
	refused(w, w.CreateDocumentationPart, agw.CreateDocumentationPartRequest{RestApiId: id, Location: whole, Properties: `{}`},
		"ConflictException", "Documentation part already exists for the specified location: type 'API'.")
	refused(w, w.CreateDocumentationPart, agw.CreateDocumentationPartRequest{RestApiId: "api_id", Location: whole, Properties: `{}`},
		"NotFoundException", "Invalid API identifier specified 111111111111:api_id")
	refused(w, w.UpdateDocumentationPart, agw.UpdateDocumentationPartRequest{RestApiId: id, DocumentationPartId: *part.Id, PatchOperations: replace("/location", "x")},
		"BadRequestException", "Invalid patch path  '/location' specified for op 'replace'. Must be one of: [/properties]")
	refused(w, w.GetDocumentationPart, agw.GetDocumentationPartRequest{RestApiId: "api_id", DocumentationPartId: *part.Id}, "NotFoundException", unknown)
	refused(w, w.DeleteDocumentationPart, agw.DeleteDocumentationPartRequest{RestApiId: "api_id", DocumentationPartId: *part.Id},
		"NotFoundException", "Invalid API identifier specified 111111111111:api_id")
	do(w, w.DeleteDocumentationPart, agw.DeleteDocumentationPartRequest{RestApiId: id, DocumentationPartId: *part.Id})
	refused(w, w.DeleteDocumentationPart, agw.DeleteDocumentationPartRequest{RestApiId: id, DocumentationPartId: *part.Id}, "NotFoundException", unknown)
}

func TestImportDocumentationParts(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	do(w, w.CreateDocumentationPart, agw.CreateDocumentationPartRequest{RestApiId: id, Location: &agw.DocumentationPartLocation{Type: "MODEL", Name: new("Pet")}, Properties: `{"a":1}`})
	doc := []byte(`{"documentationParts":[{"location":{"type":"API"},"properties":{"b":2}},{"location":{"type":"MODEL","name":"Pet"},"properties":"{\"a\": 2}"},{"location":{"type":"NOSUCH"},"properties":{}}]}`)
	out := do(w, w.ImportDocumentationParts, agw.ImportDocumentationPartsRequest{RestApiId: id, Mode: "merge", Body: doc})
	parts := do(w, w.GetDocumentationParts, agw.GetDocumentationPartsRequest{RestApiId: id}).Items
	if len(out.Ids) != 2 || len(parts) != 2 || len(out.Warnings) != 1 {
		t.Errorf("imported %s: %s", asJSON(out), asJSON(parts))
	}
	do(w, w.ImportDocumentationParts, agw.ImportDocumentationPartsRequest{RestApiId: id, Mode: "overwrite", Body: []byte(`{"documentationParts":[]}`)})
	if parts := do(w, w.GetDocumentationParts, agw.GetDocumentationPartsRequest{RestApiId: id}).Items; len(parts) != 0 {
		t.Errorf("left: %s", asJSON(parts))
	}
	for _, bad := range []string{"{", "a: [", "hello"} {
		refused(w, w.ImportDocumentationParts, agw.ImportDocumentationPartsRequest{RestApiId: id, Body: []byte(bad)},
			"BadRequestException", "Unable to build importer with provided input.")
	}
	refused(w, w.ImportDocumentationParts, agw.ImportDocumentationPartsRequest{RestApiId: id, Body: doc, FailOnWarnings: new(true)},
		"BadRequestException", "Warnings found during import:\n\tInvalid documentation part location type 'NOSUCH'. Ignoring.")
}

func TestADocumentationVersionKeepsWhatStood(t *testing.T) {
	w := newWorld(t)
	id := *w.importAPI(strings.Replace(petsDocument, `"basePath"`, `"x-amazon-apigateway-documentation":{"version":"v1","documentationParts":[{"location":{"type":"API"},"properties":{"description":"old"}}]},"basePath"`, 1), nil).Id
	w.deploy(id, "prod")
	parts := do(w, w.GetDocumentationParts, agw.GetDocumentationPartsRequest{RestApiId: id}).Items
	do(w, w.UpdateDocumentationPart, agw.UpdateDocumentationPartRequest{RestApiId: id, DocumentationPartId: *parts[0].Id, PatchOperations: replace("/properties", `{"description":"new"}`)})
	do(w, w.CreateDocumentationVersion, agw.CreateDocumentationVersionRequest{RestApiId: id, DocumentationVersion: "v2", StageName: new("prod")})
	if got := do(w, w.GetStage, agw.GetStageRequest{RestApiId: id, StageName: "prod"}); deref(got.DocumentationVersion) != "v2" {
		t.Errorf("stage = %s", asJSON(got))
	}
	do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/documentationVersion", "v1")})
	out := do(w, w.GetExport, agw.GetExportRequest{RestApiId: id, StageName: "prod", ExportType: "swagger", Parameters: map[string]string{"extensions": "documentation"}})
	if !strings.Contains(string(out.Body), `"description" : "old"`) {
		t.Errorf("export = %s", out.Body)
	}
	got := do(w, w.UpdateDocumentationVersion, agw.UpdateDocumentationVersionRequest{RestApiId: id, DocumentationVersion: "v1", PatchOperations: replace("/description", "first")})
	if *got.Description != "first" || len(do(w, w.GetDocumentationVersions, agw.GetDocumentationVersionsRequest{RestApiId: id}).Items) != 2 {
		t.Errorf("version = %s", asJSON(got))
	}
	refused(w, w.CreateDocumentationVersion, agw.CreateDocumentationVersionRequest{RestApiId: id, DocumentationVersion: "v1"}, "ConflictException", "Documentation version already exists")
	refused(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/documentationVersion", "v9")},
		"NotFoundException", "Invalid Documentation version specified")
	refused(w, w.DeleteDocumentationVersion, agw.DeleteDocumentationVersionRequest{RestApiId: id, DocumentationVersion: "v1"},
		"BadRequestException", "Cannot delete documentation version v1 because it is associated with stage prod")
	do(w, w.DeleteDocumentationVersion, agw.DeleteDocumentationVersionRequest{RestApiId: id, DocumentationVersion: "v2"})
	refused(w, w.GetDocumentationVersion, agw.GetDocumentationVersionRequest{RestApiId: id, DocumentationVersion: "v2"}, "NotFoundException", "Invalid Documentation version specified")
}
