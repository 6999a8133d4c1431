package apigateway

import (
	"net/http/httptest"
	"strings"
	"testing"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// privateDomain makes a private domain name.
func (w *world) privateDomain(name string) *agw.DomainName {
	w.t.Helper()
	return do(w, w.CreateDomainName, agw.CreateDomainNameRequest{DomainName: name, CertificateArn: new(certificateARN), Policy: new(`{"Resource":"execute-api:/*"}`),
		EndpointConfiguration: &agw.EndpointConfiguration{Types: []string{"PRIVATE"}}})
}

// associate gives a VPC endpoint access to a private domain name.
func (w *world) associate(d *agw.DomainName, source string) *agw.DomainNameAccessAssociation {
	w.t.Helper()
	return do(w, w.CreateDomainNameAccessAssociation, agw.CreateDomainNameAccessAssociationRequest{
		DomainNameArn: *d.DomainNameArn, AccessAssociationSourceType: "VPCE", AccessAssociationSource: source, Tags: map[string]string{"team": "pets"}})
}

func TestPrivateDomainNamesAreAWSs(t *testing.T) {
	w := newWorld(t)
	w.domain("shop.example.com")
	d, twin := w.privateDomain("shop.example.com"), w.privateDomain("Shop.example.com")
	if id := *d.DomainNameId; len(id) != 10 || id == *twin.DomainNameId || *d.DomainNameArn != "arn:aws:apigateway:us-east-1:111111111111:/domainnames/shop.example.com+"+id ||
		*d.Policy != `{"Resource":"execute-api:/*"}` ||
		d.EndpointConfiguration.IpAddressType != "dualstack" || d.DistributionDomainName != nil || d.RegionalDomainName != nil {
		t.Errorf("domain = %s", asJSON(d))
	}
	get := func(id *string) agw.GetDomainNameRequest {
		return agw.GetDomainNameRequest{DomainName: "shop.example.com", DomainNameId: id}
	}
	if got := do(w, w.GetDomainName, get(nil)); got.DomainNameId != nil {
		t.Errorf("without its id the public name is meant, not %s", asJSON(got))
	}
	if got := do(w, w.GetDomainName, get(d.DomainNameId)); *got.DomainNameId != *d.DomainNameId {
		t.Errorf("domain = %s", asJSON(got))
	}
	if got := do(w, w.GetDomainNames, agw.GetDomainNamesRequest{}).Items; len(got) != 3 {
		t.Errorf("domains = %s", asJSON(got))
	}
	update := func(path, value string) agw.UpdateDomainNameRequest {
		return agw.UpdateDomainNameRequest{DomainName: "shop.example.com", DomainNameId: d.DomainNameId, PatchOperations: replace(path, value)}
	}
	if got := do(w, w.UpdateDomainName, update("/managementPolicy", "{}")); *got.ManagementPolicy != "{}" || *got.Policy != *d.Policy {
		t.Errorf("domain = %s", asJSON(got))
	}
	refused(w, w.UpdateDomainName, update("/endpointConfiguration/types/PRIVATE", "REGIONAL"), "BadRequestException", "Domain names cannot be moved to the endpoint type PRIVATE, nor from it")
	refused(w, w.UpdateDomainName, update("/policy", "wrong"), "BadRequestException", "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	refused(w, w.UpdateDomainName, agw.UpdateDomainNameRequest{DomainName: "shop.example.com", PatchOperations: replace("/policy", "{}")},
		"BadRequestException", "Policies are only supported for private domain names")
	refused(w, w.CreateDomainName, agw.CreateDomainNameRequest{DomainName: "*.example.com", CertificateArn: new(certificateARN), EndpointConfiguration: &agw.EndpointConfiguration{Types: []string{"PRIVATE"}}},
		"BadRequestException", "Wildcard domain names are not supported for the endpoint type PRIVATE")
	do(w, w.DeleteDomainName, agw.DeleteDomainNameRequest{DomainName: "shop.example.com", DomainNameId: d.DomainNameId})
	refused(w, w.GetDomainName, get(d.DomainNameId), "NotFoundException", "Invalid domain name identifier specified")
	do(w, w.GetDomainName, get(nil))
}

func TestAccessAssociations(t *testing.T) {
	w := newWorld(t)
	d := w.privateDomain("shop.example.com")
	a := w.associate(d, "vpce-1")
	want := "arn:aws:apigateway:us-east-1:111111111111:/domainnameaccessassociations/domainname/shop.example.com+" + *d.DomainNameId + "/vpcesource/vpce-1"
	if *a.DomainNameAccessAssociationArn != want || *a.DomainNameArn != *d.DomainNameArn || a.AccessAssociationSourceType != "VPCE" {
		t.Errorf("association = %s", asJSON(a))
	}
	if tags := do(w, w.GetTags, agw.GetTagsRequest{ResourceArn: want}).Tags; tags["team"] != "pets" {
		t.Errorf("tags = %v", tags)
	}
	create := func(arn, source string) agw.CreateDomainNameAccessAssociationRequest {
		return agw.CreateDomainNameAccessAssociationRequest{DomainNameArn: arn, AccessAssociationSourceType: "VPCE", AccessAssociationSource: source}
	}
	refused(w, w.CreateDomainNameAccessAssociation, create(*d.DomainNameArn, "vpce-1"), "ConflictException", "The domain name access association already exists")
	refused(w, w.CreateDomainNameAccessAssociation, create(*d.DomainNameArn, "eni-1"), "BadRequestException", "Invalid VPC endpoint ID: eni-1")
	refused(w, w.CreateDomainNameAccessAssociation, create("arn:aws:apigateway:us-east-1::/domainnames/shop.example.com", "vpce-1"),
		"BadRequestException", "Invalid domain name ARN specified: arn:aws:apigateway:us-east-1::/domainnames/shop.example.com")
	refused(w, w.CreateDomainNameAccessAssociation, create(*d.DomainNameArn+"x", "vpce-1"), "NotFoundException", "Invalid domain name identifier specified")

	// Another account needs the domain name's word.
	other := *w.call
	other.Account, other.Principal = "222222222222", api.Root("222222222222")
	owner := w.call
	as := func(call *api.Call, f func()) { w.call = call; f(); w.call = owner }
	var theirs *agw.DomainNameAccessAssociation
	as(&other, func() {
		w.authz.deny = "apigateway:CreateAccessAssociation"
		refused(w, w.CreateDomainNameAccessAssociation, create(*d.DomainNameArn, "vpce-2"), "AccessDeniedException", "no apigateway:CreateAccessAssociation")
		if got := do(w, w.GetDomainNames, agw.GetDomainNamesRequest{ResourceOwner: "OTHER_ACCOUNTS"}).Items; len(got) != 0 {
			t.Errorf("shared = %s", asJSON(got))
		}
		w.authz.deny = ""
		if got := do(w, w.GetDomainNames, agw.GetDomainNamesRequest{ResourceOwner: "OTHER_ACCOUNTS"}).Items; len(got) != 1 {
			t.Errorf("shared = %s", asJSON(got))
		}
		theirs = w.associate(d, "vpce-2")
		if !strings.Contains(*theirs.DomainNameAccessAssociationArn, ":222222222222:") {
			t.Errorf("association = %s", asJSON(theirs))
		}
	})
	list := func(owner string) []agw.DomainNameAccessAssociation {
		return do(w, w.GetDomainNameAccessAssociations, agw.GetDomainNameAccessAssociationsRequest{ResourceOwner: owner}).Items
	}
	if mine, others := list(""), list("OTHER_ACCOUNTS"); len(mine) != 1 || *mine[0].AccessAssociationSource != "vpce-1" || len(others) != 1 || *others[0].AccessAssociationSource != "vpce-2" {
		t.Errorf("associations = %s, %s", asJSON(mine), asJSON(others))
	}
	reject := func(a *agw.DomainNameAccessAssociation) agw.RejectDomainNameAccessAssociationRequest {
		return agw.RejectDomainNameAccessAssociationRequest{DomainNameAccessAssociationArn: *a.DomainNameAccessAssociationArn, DomainNameArn: *d.DomainNameArn}
	}
	refused(w, w.RejectDomainNameAccessAssociation, reject(a), "BadRequestException", "A domain name access association of the same account cannot be rejected")
	do(w, w.RejectDomainNameAccessAssociation, reject(theirs))
	if others := list("OTHER_ACCOUNTS"); len(others) != 0 {
		t.Errorf("associations = %s", asJSON(others))
	}
	remove := func(a *agw.DomainNameAccessAssociation) agw.DeleteDomainNameAccessAssociationRequest {
		return agw.DeleteDomainNameAccessAssociationRequest{DomainNameAccessAssociationArn: *a.DomainNameAccessAssociationArn}
	}
	refused(w, w.DeleteDomainNameAccessAssociation, remove(theirs), "NotFoundException", "Invalid domain name access association identifier specified")
	as(&other, func() { do(w, w.DeleteDomainNameAccessAssociation, remove(theirs)) })
	do(w, w.DeleteDomainNameAccessAssociation, remove(a))
	if len(list("")) != 0 {
		t.Error("a deleted association is listed")
	}
}

func TestCallsUnderAPrivateDomainName(t *testing.T) {
	w := newWorld(t)
	d := w.privateDomain("shop.example.com")
	a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "private", EndpointConfiguration: &agw.EndpointConfiguration{Types: []string{"PRIVATE"}}, Policy: new("{}")})
	w.methodOn(*a.Id, *a.RootResourceId, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	w.deploy(*a.Id, "prod")
	mapping := agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", DomainNameId: d.DomainNameId, RestApiId: *a.Id, Stage: new("prod")}
	do(w, w.CreateBasePathMapping, mapping)
	public, _ := w.makeAPI()
	mapping.RestApiId, mapping.BasePath = public, new("public")
	refused(w, w.CreateBasePathMapping, mapping, "BadRequestException", "Private APIs can only be mapped to private domain names, and other APIs to public ones")

	if known, err := w.IsDomain(t.Context(), "shop.example.com"); known || err != nil {
		t.Errorf("a private name that nobody has access to is called: %v", err)
	}
	association := w.associate(d, "vpce-1")
	serve := func(address string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		call := *w.call
		call.SourceIP = address
		w.ServeDomain(rec, httptest.NewRequestWithContext(t.Context(), "GET", "http://shop.example.com/", nil), &call, "shop.example.com",
			func([]byte) (api.Principal, error) { return api.Principal{}, nil })
		return rec
	}
	wantAnswer(t, serve("127.0.0.1").Result(), 200, "ok")
	if !strings.Contains(w.invoker.payload, `"vpceId":"vpce-1"`) {
		t.Errorf("event = %s", w.invoker.payload)
	}
	if serve("192.0.2.1"); strings.Contains(w.invoker.payload, "vpceId") {
		t.Errorf("event of a call from elsewhere = %s", w.invoker.payload)
	}
	asked := "execute-api:Invoke arn:aws:execute-api:us-east-1:111111111111:/domainnames/shop.example.com+" + *d.DomainNameId
	if !strings.Contains(strings.Join(w.authz.asked, "\n"), asked) {
		t.Errorf("asked: %q", w.authz.asked)
	}
	w.authz.deny = "execute-api:Invoke"
	wantAnswer(t, serve("127.0.0.1").Result(), 403, `{"Message":"no execute-api:Invoke"}`)
	w.authz.deny = ""
	do(w, w.UpdateDomainName, agw.UpdateDomainNameRequest{DomainName: "shop.example.com", DomainNameId: d.DomainNameId, PatchOperations: replace("/policy", "")})
	wantAnswer(t, serve("127.0.0.1").Result(), 403, `{"message":"Forbidden"}`)
	do(w, w.DeleteDomainNameAccessAssociation, agw.DeleteDomainNameAccessAssociationRequest{DomainNameAccessAssociationArn: *association.DomainNameAccessAssociationArn})
	if known, err := w.IsDomain(t.Context(), "shop.example.com"); known || err != nil {
		t.Errorf("a private name that nobody has access to any more is called: %v", err)
	}
}

func TestRoutingModesWithoutRules(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	w.deploy(id, "prod")
	w.domain("shop.example.com")
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", RestApiId: id, Stage: new("prod")})
	for mode, status := range map[string]int{"ROUTING_RULE_ONLY": 403, "ROUTING_RULE_THEN_BASE_PATH_MAPPING": 200, "BASE_PATH_MAPPING_ONLY": 200} {
		if d := do(w, w.UpdateDomainName, agw.UpdateDomainNameRequest{DomainName: "shop.example.com", PatchOperations: replace("/routingMode", mode)}); d.RoutingMode != mode {
			t.Errorf("domain = %s", asJSON(d))
		}
		if r := w.connected("shop.example.com"); r.StatusCode != status {
			t.Errorf("%s: %d, want %d", mode, r.StatusCode, status)
		}
	}
	refused(w, w.UpdateDomainName, agw.UpdateDomainNameRequest{DomainName: "shop.example.com", PatchOperations: replace("/routingMode", "x")}, "BadRequestException", "Invalid routing mode specified: x")
}
