package apigateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

const certificateARN = "arn:aws:acm:us-east-1:111111111111:certificate/5e1f0a39-0000-4000-8000-000000000002"

// domain makes a regional domain name.
func (w *world) domain(name string) *agw.DomainName {
	w.t.Helper()
	return do(w, w.CreateDomainName, agw.CreateDomainNameRequest{DomainName: name, RegionalCertificateArn: new(certificateARN),
		EndpointConfiguration: &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}})
}

func TestPathsOfADomainNameLeadToStages(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	w.domain("shop.example.com")
	w.domain("*.example.org")
	w.domain("bare.example.com")
	for _, m := range []agw.CreateBasePathMappingRequest{
		{DomainName: "shop.example.com", BasePath: new("v1"), RestApiId: id, Stage: new("prod")},
		{DomainName: "Shop.example.com", BasePath: new("any"), RestApiId: id},
		{DomainName: "*.example.org", RestApiId: id, Stage: new("prod")},
	} {
		do(w, w.CreateBasePathMapping, m)
	}
	for _, tt := range []struct {
		host, path string
		known      bool
		api, want  string
	}{
		{"shop.example.com", "/v1/pets/a%2Fb", true, id, "/prod/pets/a%2Fb"},
		{"shop.example.com", "/v1", true, id, "/prod/"},
		{"shop.example.com", "/any/test/pets", true, id, "/test/pets"},
		{"shop.example.com", "/v2/pets", true, "", ""},
		{"shop.example.com", "/(none)/pets", true, "", ""},
		{"a.example.org", "/pets", true, id, "/prod/pets"},
		{"a.b.example.org", "/pets", false, "", ""},
		{"bare.example.com", "/pets", true, "", ""},
		{"example.com", "/v1", false, "", ""},
	} {
		known, err := w.IsDomain(t.Context(), tt.host)
		if err != nil || known != tt.known {
			t.Errorf("IsDomain(%s) = %t, %v, want %t", tt.host, known, err, tt.known)
		}
		d, err := w.domainAt(t.Context(), tt.host)
		api, path, _ := d.resolve(tt.path)
		if err != nil || api != tt.api || api != "" && path != tt.want {
			t.Errorf("resolve(%s, %s) = %s, %s, %v, want %s, %s", tt.host, tt.path, api, path, err, tt.api, tt.want)
		}
	}
	do(w, w.DeleteDomainName, agw.DeleteDomainNameRequest{DomainName: "shop.example.com"})
	if known, err := w.IsDomain(t.Context(), "shop.example.com"); known || err != nil {
		t.Errorf("a deleted name is known: %v", err)
	}
}

func TestDomainNamesAreAWSs(t *testing.T) {
	w := newWorld(t)
	d := w.domain("shop.example.com")
	if *d.RegionalHostedZoneId != "Z1UJRXOUMOOFQ8" || d.DomainNameStatus != "AVAILABLE" || d.SecurityPolicy != "TLS_1_2" || d.DistributionDomainName != nil {
		t.Errorf("domain = %s", asJSON(d))
	}
	edge := do(w, w.CreateDomainName, agw.CreateDomainNameRequest{DomainName: "edge.example.com", CertificateArn: new(certificateARN)})
	if *edge.DistributionHostedZoneId != "Z2FDTNDATAQYW2" || edge.EndpointConfiguration.Types[0] != "EDGE" {
		t.Errorf("domain = %s", asJSON(edge))
	}
	if got := do(w, w.GetDomainNames, agw.GetDomainNamesRequest{}).Items; len(got) != 2 {
		t.Errorf("domains = %s", asJSON(got))
	}
	regional := &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}
	for _, tt := range []struct {
		in            agw.CreateDomainNameRequest
		code, message string
	}{
		{agw.CreateDomainNameRequest{DomainName: "shop.example.com", RegionalCertificateArn: new(certificateARN), EndpointConfiguration: regional}, "BadRequestException", "The domain name you provided already exists."},
		{agw.CreateDomainNameRequest{DomainName: "a b", RegionalCertificateArn: new(certificateARN), EndpointConfiguration: regional}, "BadRequestException", "Invalid domain name: a b"},
		{agw.CreateDomainNameRequest{DomainName: "m.example.com", SecurityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", RegionalCertificateArn: new(certificateARN), EndpointConfiguration: regional},
			"BadRequestException", "An endpoint access mode is required for the security policy SecurityPolicy_TLS13_1_3_2025_09"},
		{agw.CreateDomainNameRequest{DomainName: "m.example.com", SecurityPolicy: "SecurityPolicy_TLS13_2025_EDGE", EndpointAccessMode: "BASIC", RegionalCertificateArn: new(certificateARN), EndpointConfiguration: regional},
			"BadRequestException", "The security policy SecurityPolicy_TLS13_2025_EDGE is not supported for the endpoint type REGIONAL"},
		{agw.CreateDomainNameRequest{DomainName: "m.example.com", CertificateArn: new(certificateARN), MutualTlsAuthentication: &agw.MutualTlsAuthenticationInput{TruststoreUri: new("s3://certs/ca.pem")}},
			"BadRequestException", "Mutual TLS is only supported for domain names of the endpoint type REGIONAL"},
	} {
		refused(w, w.CreateDomainName, tt.in, tt.code, tt.message)
	}
	w.call.Account = "222222222222"
	refused(w, w.GetDomainName, agw.GetDomainNameRequest{DomainName: "shop.example.com"}, "NotFoundException", "Invalid domain name identifier specified")
	refused(w, w.CreateDomainName, agw.CreateDomainNameRequest{DomainName: "shop.example.com", RegionalCertificateArn: new(certificateARN), EndpointConfiguration: regional},
		"BadRequestException", "The domain name you provided already exists.")
}

func TestBasePathMappings(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	w.domain("shop.example.com")
	create := func(path *string, stage string) agw.CreateBasePathMappingRequest {
		return agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", BasePath: path, RestApiId: id, Stage: &stage}
	}
	if m := do(w, w.CreateBasePathMapping, create(nil, "prod")); *m.BasePath != "(none)" || *m.Stage != "prod" {
		t.Errorf("mapping = %s", asJSON(m))
	}
	do(w, w.CreateBasePathMapping, create(new("v1"), ""))
	m := do(w, w.UpdateBasePathMapping, agw.UpdateBasePathMappingRequest{DomainName: "shop.example.com", BasePath: "v1",
		PatchOperations: []agw.PatchOperation{op("replace", "/basePath", "v2"), op("replace", "/stage", "prod")}})
	if *m.BasePath != "v2" || *m.Stage != "prod" || len(do(w, w.GetBasePathMappings, agw.GetBasePathMappingsRequest{DomainName: "shop.example.com"}).Items) != 2 {
		t.Errorf("mapping = %s", asJSON(m))
	}
	refused(w, w.CreateBasePathMapping, create(new("v2"), "prod"), "ConflictException", "Base path already exists for this domain name")
	refused(w, w.CreateBasePathMapping, create(new("v3"), "nosuch"), "BadRequestException", "Invalid stage identifier specified")
	refused(w, w.GetBasePathMapping, agw.GetBasePathMappingRequest{DomainName: "shop.example.com", BasePath: "v1"}, "NotFoundException", "Invalid base path mapping identifier specified")
	refused(w, w.GetBasePathMapping, agw.GetBasePathMappingRequest{DomainName: "nosuch.example.com", BasePath: "v1"}, "NotFoundException", "Invalid domain name identifier specified")
	do(w, w.DeleteBasePathMapping, agw.DeleteBasePathMappingRequest{DomainName: "shop.example.com", BasePath: "(none)"})
	refused(w, w.DeleteBasePathMapping, agw.DeleteBasePathMappingRequest{DomainName: "shop.example.com", BasePath: "(none)"}, "NotFoundException", "Invalid base path mapping identifier specified")
}

func TestFunctionsSeeThePathUnderTheDomain(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, w.below(id, w.below(id, root, "pets"), "{id}"), "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.deploy(id, "prod")
	w.domain("shop.example.com")
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", BasePath: new("v1"), RestApiId: id, Stage: new("prod")})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	serve := func(path string) *http.Response {
		rec := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://shop.example.com"+path, nil)
		w.ServeDomain(rec, r, w.call, "shop.example.com", func([]byte) (api.Principal, error) { return api.Principal{}, nil })
		return rec.Result()
	}
	wantAnswer(t, serve("/v1/pets/a%2Fb?q=1"), 200, "ok")
	var event struct {
		Path, Resource string
		PathParameters map[string]string
		RequestContext struct{ Path, Stage, DomainName string }
	}
	if err := json.Unmarshal([]byte(w.invoker.payload), &event); err != nil {
		t.Fatal(err)
	}
	if event.Path != "/v1/pets/a%2Fb" || event.RequestContext.Path != "/v1/pets/a%2Fb" || event.Resource != "/pets/{id}" || event.PathParameters["id"] != "a%2Fb" ||
		event.RequestContext.Stage != "prod" || event.RequestContext.DomainName != "shop.example.com" {
		t.Errorf("event = %s", w.invoker.payload)
	}
	wantAnswer(t, serve("/v2/pets/7"), 403, `{"message":"Forbidden"}`)
}

func TestTemplatesSeeTheBasePathOfADomain(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	w.respondWith(id, root, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200", ResponseTemplates: map[string]string{"application/json": "[$context.customDomain.basePathMatched]"}})
	w.deploy(id, "prod")
	w.domain("shop.example.com")
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", BasePath: new("v1"), RestApiId: id, Stage: new("prod")})
	rec := httptest.NewRecorder()
	w.ServeDomain(rec, httptest.NewRequestWithContext(t.Context(), "GET", "http://shop.example.com/v1", nil), w.call, "shop.example.com",
		func([]byte) (api.Principal, error) { return api.Principal{}, nil })
	wantAnswer(t, rec.Result(), 200, "[v1]")
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "[]")
}

func TestAnAPIMayBeCalledUnderItsDomainAlone(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	w.deploy(id, "prod")
	w.domain("shop.example.com")
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", RestApiId: id, Stage: new("prod")})
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/disableExecuteApiEndpoint", "True")})
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "ok") // until it is deployed
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 403, `{"message":"Forbidden"}`)
	rec := httptest.NewRecorder()
	w.ServeDomain(rec, httptest.NewRequestWithContext(t.Context(), "GET", "http://shop.example.com/", nil), w.call, "shop.example.com",
		func([]byte) (api.Principal, error) { return api.Principal{}, nil })
	wantAnswer(t, rec.Result(), 200, "ok")
	// Documents and clones carry it.
	out := do(w, w.GetExport, agw.GetExportRequest{RestApiId: id, StageName: "prod", ExportType: "swagger", Parameters: map[string]string{"extensions": "apigateway"}})
	for _, a := range []*agw.RestApi{w.importAPI(string(out.Body), nil), do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "clone", CloneFrom: &id})} {
		if !*a.DisableExecuteApiEndpoint {
			t.Errorf("API = %s", asJSON(a))
		}
	}
	refused(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/disableExecuteApiEndpoint", "x")},
		"BadRequestException", "Invalid value for disableExecuteApiEndpoint: x")
}
