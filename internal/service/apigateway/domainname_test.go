package apigateway

import (
	"testing"

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
		want       Domain
	}{
		{"shop.example.com", "/v1/pets/a%2Fb", true, Domain{id, "/prod/pets/a%2Fb"}},
		{"shop.example.com", "/v1", true, Domain{id, "/prod/"}},
		{"shop.example.com", "/any/test/pets", true, Domain{id, "/test/pets"}},
		{"shop.example.com", "/v2/pets", true, Domain{}},
		{"shop.example.com", "/(none)/pets", true, Domain{}},
		{"a.example.org", "/pets", true, Domain{id, "/prod/pets"}},
		{"a.b.example.org", "/pets", false, Domain{}},
		{"bare.example.com", "/pets", true, Domain{}},
		{"example.com", "/v1", false, Domain{}},
	} {
		got, known, err := w.ResolveDomain(t.Context(), tt.host, tt.path)
		if err != nil || known != tt.known || got != tt.want {
			t.Errorf("ResolveDomain(%s, %s) = %+v, %t, %v, want %+v, %t", tt.host, tt.path, got, known, err, tt.want, tt.known)
		}
	}
	do(w, w.DeleteDomainName, agw.DeleteDomainNameRequest{DomainName: "shop.example.com"})
	if _, known, _ := w.ResolveDomain(t.Context(), "shop.example.com", "/v1/x"); known {
		t.Error("a deleted name is known")
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
		{agw.CreateDomainNameRequest{DomainName: "m.example.com", MutualTlsAuthentication: &agw.MutualTlsAuthenticationInput{}}, "NotImplemented", "cloudless does not implement the mutualTlsAuthentication parameter of CreateDomainName yet."},
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
