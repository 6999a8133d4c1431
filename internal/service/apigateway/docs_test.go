package apigateway

import (
	"os"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// TestTheGuidesDocumentIsAnAPI makes the API of docs/openapi.md, and asks what
// the page asks.
func TestTheGuidesDocumentIsAnAPI(t *testing.T) {
	page, err := os.ReadFile("../../../docs/openapi.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```yaml\n")
	doc, _, _ := strings.Cut(blocks[1], "```")
	w := newWorld(t)
	a := w.importAPI(doc, nil)
	if a.Warnings != nil {
		t.Errorf("warnings = %q", a.Warnings)
	}
	w.deploy(*a.Id, "prod")
	answer := w.ask(*a.Id, "GET", "/prod/pets/7", "")
	wantHeader(t, answer, "Access-Control-Allow-Origin", "*")
	wantAnswer(t, answer, 200, `{"id": "7"}`)
	wantAnswer(t, w.ask(*a.Id, "GET", "/prod/pets/0", ""), 404, `{"message": "no such pet"}`)
	out := do(w, w.GetExport, agw.GetExportRequest{RestApiId: *a.Id, StageName: "prod", ExportType: "oas30",
		Parameters: map[string]string{"extensions": "apigateway"}, Accepts: new("application/yaml")})
	do(w, w.PutRestApi, agw.PutRestApiRequest{RestApiId: *a.Id, Mode: "overwrite", Body: out.Body})
	w.deploy(*a.Id, "prod")
	wantAnswer(t, w.ask(*a.Id, "GET", "/prod/pets/8", ""), 200, `{"id": "8"}`)

	security, _, _ := strings.Cut(blocks[2], "```")
	secured := w.importAPI("openapi: 3.0.0\ninfo: {title: secured}\nsecurity: [{token: []}, {key: []}]\npaths: {/x: {get: {}}}\n"+security, nil)
	m := do(w, w.GetMethod, agw.GetMethodRequest{RestApiId: *secured.Id, ResourceId: w.resourceAt(*secured.Id, "/x"), HttpMethod: "GET"})
	if *m.AuthorizationType != "CUSTOM" || !*m.ApiKeyRequired {
		t.Errorf("method = %s", asJSON(m))
	}
}
