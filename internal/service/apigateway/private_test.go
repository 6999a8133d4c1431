package apigateway

import (
	"encoding/json"
	"slices"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

func TestPrivateAPIs(t *testing.T) {
	w := newWorld(t)
	endpoints := func(ids ...string) *agw.EndpointConfiguration {
		return &agw.EndpointConfiguration{Types: []string{"PRIVATE"}, VpcEndpointIds: ids}
	}
	a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "private", EndpointConfiguration: endpoints("vpce-0a1b2c3d")})
	id := *a.Id
	if c := a.EndpointConfiguration; c.IpAddressType != "dualstack" || !slices.Equal(c.VpcEndpointIds, []string{"vpce-0a1b2c3d"}) {
		t.Errorf("endpoint = %s", asJSON(c))
	}
	w.methodOn(id, *a.RootResourceId, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	refused(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("prod")}, "BadRequestException", "Private REST API doesn't have a resource policy attached to it")
	update := func(ops ...agw.PatchOperation) *agw.RestApi {
		return do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: ops})
	}
	update(op("replace", "/policy", "{}"), op("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1"), op("add", "/endpointConfiguration/vpcEndpointIds", "vpce-2,vpce-3"))
	if ids := update(op("remove", "/endpointConfiguration/vpcEndpointIds", "vpce-1")).EndpointConfiguration.VpcEndpointIds; !slices.Equal(ids, []string{"vpce-0a1b2c3d", "vpce-2", "vpce-3"}) {
		t.Errorf("VPC endpoints = %q", ids)
	}
	w.deploy(id, "prod")

	for _, tt := range []struct {
		name, api, address string
		status             int
		endpoint           string
	}{
		{"by its own name", id, "127.0.0.1", 200, ""},
		{"by that of one of its VPC endpoints", id + "-vpce-2", "127.0.0.1", 200, "vpce-2"},
		{"by that of one from elsewhere", id + "-vpce-2", "192.0.2.1", 403, ""},
		{"by that of another VPC endpoint", id + "-vpce-9", "::1", 403, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.t, w.call.SourceIP, w.invoker.payload = t, tt.address, ""
			r := w.ask(tt.api, "GET", "/prod/", "")
			if r.StatusCode != tt.status {
				t.Fatalf("status = %d", r.StatusCode)
			}
			var event struct {
				RequestContext struct{ Identity struct{ VpceID string } }
			}
			if tt.status == 200 && (json.Unmarshal([]byte(w.invoker.payload), &event) != nil || event.RequestContext.Identity.VpceID != tt.endpoint) {
				t.Errorf("event = %s", w.invoker.payload)
			}
		})
	}
	w.t = t

	// Documents carry the VPC endpoints; the type is the import's.
	doc := do(w, w.GetExport, agw.GetExportRequest{RestApiId: id, StageName: "prod", ExportType: "oas30", Parameters: map[string]string{"extensions": "apigateway"}}).Body
	if c := w.importAPI(string(doc), map[string]string{"endpointConfigurationTypes": "PRIVATE"}).EndpointConfiguration; !slices.Equal(c.VpcEndpointIds, []string{"vpce-0a1b2c3d", "vpce-2", "vpce-3"}) || c.Types[0] != "PRIVATE" {
		t.Errorf("endpoint = %s", asJSON(c))
	}

	refused(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/endpointConfiguration/types/PRIVATE", "EDGE")},
		"BadRequestException", "Cannot update endpoint from PRIVATE to EDGE")
	refused(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "private", EndpointConfiguration: endpoints("eni-1")}, "BadRequestException", "Invalid VPC endpoint ID: eni-1")
	if c := update(op("replace", "/endpointConfiguration/types/PRIVATE", "REGIONAL")).EndpointConfiguration; len(c.VpcEndpointIds) != 0 || c.Types[0] != "REGIONAL" {
		t.Errorf("endpoint = %s", asJSON(c))
	}
	refused(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: []agw.PatchOperation{op("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1")}},
		"BadRequestException", "VPC endpoint IDs are only supported for the endpoint type PRIVATE")
}
