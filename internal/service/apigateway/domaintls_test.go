package apigateway

import (
	"crypto/tls"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func TestSecurityPoliciesOfAPIs(t *testing.T) {
	w := newWorld(t)
	regional := &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}
	a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "api", EndpointConfiguration: regional, SecurityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", EndpointAccessMode: "BASIC"})
	lowest := func() uint16 {
		t.Helper()
		v, certificate, err := w.Handshake(t.Context(), "", *a.Id)
		if err != nil || certificate {
			t.Errorf("handshake: %t, %v", certificate, err)
		}
		return v
	}
	if v := lowest(); v != tls.VersionTLS13 {
		t.Errorf("lowest version = %x", v)
	}
	update := func(path, value string) agw.UpdateRestApiRequest {
		return agw.UpdateRestApiRequest{RestApiId: *a.Id, PatchOperations: replace(path, value)}
	}
	if a := do(w, w.UpdateRestApi, update("/securityPolicy", "TLS_1_0")); a.SecurityPolicy != "TLS_1_0" || lowest() != tls.VersionTLS10 {
		t.Errorf("API = %s", asJSON(a))
	}
	refused(w, w.UpdateRestApi, update("/securityPolicy", "SecurityPolicy_TLS13_2025_EDGE"), "BadRequestException", "The security policy SecurityPolicy_TLS13_2025_EDGE is not supported for the endpoint type REGIONAL")
	refused(w, w.UpdateRestApi, update("/endpointAccessMode", "STRICT"), "BadRequestException", "The endpoint access mode STRICT is not supported for the security policy TLS_1_0")
	refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "api", EndpointConfiguration: regional, SecurityPolicy: "SecurityPolicy_TLS13_1_2_2021_06"},
		"BadRequestException", "An endpoint access mode is required for the security policy SecurityPolicy_TLS13_1_2_2021_06")
	refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "api", SecurityPolicy: "x"}, "BadRequestException", "Invalid security policy specified: x")
	if v, _, err := w.Handshake(t.Context(), "", "nosuch"); v != 0 || err != nil {
		t.Errorf("of an API that nobody has: %x, %v", v, err)
	}

	// Documents carry it, clones have their own.
	root := *a.RootResourceId
	w.methodOn(*a.Id, root, "GET", agw.PutIntegrationRequest{Type: "MOCK"})
	w.deploy(*a.Id, "prod")
	doc := do(w, w.GetExport, agw.GetExportRequest{RestApiId: *a.Id, StageName: "prod", ExportType: "oas30", Parameters: map[string]string{"extensions": "apigateway"}}).Body
	if again := w.importAPI(string(doc), nil); again.SecurityPolicy != "TLS_1_0" {
		t.Errorf("API = %s", asJSON(again))
	}
	if clone := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "clone", CloneFrom: a.Id, SecurityPolicy: "TLS_1_2"}); clone.SecurityPolicy != "TLS_1_2" {
		t.Errorf("API = %s", asJSON(clone))
	}
}
