package apigateway

import (
	"crypto/x509"
	"encoding/pem"
	"testing"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

func TestVpcLinks(t *testing.T) {
	w := newWorld(t)
	create := agw.CreateVpcLinkRequest{Name: "l", TargetArns: []string{"arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/my/50dc6c495c0c9188"}}
	l := do(w, w.CreateVpcLink, create)
	if l.Status != "PENDING" {
		t.Errorf("link = %s", asJSON(l))
	}
	if l := do(w, w.GetVpcLink, agw.GetVpcLinkRequest{VpcLinkId: *l.Id}); l.Status != "AVAILABLE" {
		t.Errorf("link = %s", asJSON(l))
	}
	if l := do(w, w.UpdateVpcLink, agw.UpdateVpcLinkRequest{VpcLinkId: *l.Id, PatchOperations: replace("/name", "m")}); *l.Name != "m" {
		t.Errorf("link = %s", asJSON(l))
	}
	empty, malformed := create, create
	empty.Name, malformed.TargetArns = "", []string{"invalid-arn"}
	refused(w, w.CreateVpcLink, empty, "BadRequestException", "Name cannot be empty")
	refused(w, w.CreateVpcLink, malformed, "BadRequestException", "Invalid ARN. ARN is not well formed invalid-arn")
	const unknown = "Invalid Vpc Link identifier specified"
	refused(w, w.GetVpcLink, agw.GetVpcLinkRequest{VpcLinkId: "x"}, "NotFoundException", unknown)
	refused(w, w.UpdateVpcLink, agw.UpdateVpcLinkRequest{VpcLinkId: "x"}, "NotFoundException", unknown)
	do(w, w.DeleteVpcLink, agw.DeleteVpcLinkRequest{VpcLinkId: *l.Id})
	if got := do(w, w.GetVpcLinks, agw.GetVpcLinksRequest{}).Items; len(got) != 0 {
		t.Errorf("links = %s", asJSON(got))
	}
}

func TestAClientCertificateIsReal(t *testing.T) {
	w := newWorld(t)
	c := do(w, w.GenerateClientCertificate, agw.GenerateClientCertificateRequest{Description: new("d"), Tags: map[string]string{"a": "b"}})
	block, _ := pem.Decode([]byte(*c.PemEncodedCertificate))
	if block == nil {
		t.Fatalf("certificate = %s", *c.PemEncodedCertificate)
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil || parsed.CheckSignature(parsed.SignatureAlgorithm, parsed.RawTBSCertificate, parsed.Signature) != nil {
		t.Fatalf("certificate: %v", err)
	}
	if !parsed.NotAfter.Equal(*c.ExpirationDate) || parsed.NotAfter.Sub(parsed.NotBefore) != clientCertificateLife {
		t.Errorf("valid from %v to %v, shown as to %v", parsed.NotBefore, parsed.NotAfter, *c.ExpirationDate)
	}
	kept, err := view(t.Context(), w.Service, func(r kv.Reader) (*clientCertificate, error) {
		return clientCertificates.find(r, w.call, *c.ClientCertificateId)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParsePKCS8PrivateKey(kept.PrivateKey); err != nil {
		t.Errorf("private key: %v", err)
	}
	arn := "arn:aws:apigateway:us-east-1::/clientcertificates/" + *c.ClientCertificateId
	do(w, w.TagResource, agw.TagResourceRequest{ResourceArn: arn, Tags: map[string]string{"c": "d"}})
	do(w, w.UntagResource, agw.UntagResourceRequest{ResourceArn: arn, TagKeys: []string{"a"}})
	again := do(w, w.UpdateClientCertificate, agw.UpdateClientCertificateRequest{ClientCertificateId: *c.ClientCertificateId, PatchOperations: replace("/description", "e")})
	if *again.Description != "e" || asJSON(again.Tags) != `{"c":"d"}` || *again.PemEncodedCertificate != *c.PemEncodedCertificate {
		t.Errorf("certificate = %s", asJSON(again))
	}
	if got := do(w, w.GetTags, agw.GetTagsRequest{ResourceArn: arn}).Tags; asJSON(got) != `{"c":"d"}` {
		t.Errorf("tags = %v", got)
	}
	if got := do(w, w.GetClientCertificates, agw.GetClientCertificatesRequest{}).Items; len(got) != 1 {
		t.Errorf("certificates = %s", asJSON(got))
	}
	do(w, w.DeleteClientCertificate, agw.DeleteClientCertificateRequest{ClientCertificateId: *c.ClientCertificateId})
	refused(w, w.GetClientCertificate, agw.GetClientCertificateRequest{ClientCertificateId: *c.ClientCertificateId}, "NotFoundException", "Invalid Client Certificate identifier specified")
}

func TestTheAccountOfAPIs(t *testing.T) {
	w := newWorld(t)
	const want = `{"CloudwatchRoleArn":null,"ThrottleSettings":{"BurstLimit":5000,"RateLimit":10000},"Features":["UsagePlans"],"ApiKeyVersion":"4"}`
	if got := asJSON(do(w, w.GetAccount, agw.GetAccountRequest{})); got != want {
		t.Errorf("account:\n got %s\nwant %s", got, want)
	}
	const role = "arn:aws:iam::111111111111:role/logs"
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", role)})
	if got := do(w, w.GetAccount, agw.GetAccountRequest{}); deref(got.CloudwatchRoleArn) != role {
		t.Errorf("account = %s", asJSON(got))
	}
	if got := do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", "")}); got.CloudwatchRoleArn != nil {
		t.Errorf("account = %s", asJSON(got))
	}
	refused(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", "role")}, "BadRequestException", "Role ARN is incorrectly formatted")
	w.authz.deny = "iam:PassRole"
	refused(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", role)}, "AccessDeniedException", "no iam:PassRole")
}

func TestGetModelTemplate(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	do(w, w.CreateModel, agw.CreateModelRequest{RestApiId: id, Name: "Pet", ContentType: "application/json",
		Schema: new(`{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},"price":{"type":"number"}}}`)})
	do(w, w.CreateModel, agw.CreateModelRequest{RestApiId: id, Name: "Shop", ContentType: "application/json",
		Schema: new(`{"type":"object","properties":{"open":{"type":"boolean"},"pets":{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/` + id + `/models/Pet"}}}}`)})
	for name, want := range map[string]string{
		"Empty": "#set($inputRoot = $input.path('$'))\n{ }",
		"Pet":   "#set($inputRoot = $input.path('$'))\n{\n  \"id\" : 42,\n  \"name\" : \"foo\",\n  \"price\" : 3.14\n}",
		"Shop": "#set($inputRoot = $input.path('$'))\n{\n  \"open\" : true,\n  \"pets\" : [\n  ##TODO: Update this foreach loop to reference array from input json\n  #foreach($elem in $inputRoot.pets)\n" +
			"    {\n      \"id\" : 42,\n      \"name\" : \"foo\",\n      \"price\" : 3.14\n    }#if($foreach.hasNext),#end\n  #end\n  ]\n}",
	} {
		got := *do(w, w.GetModelTemplate, agw.GetModelTemplateRequest{RestApiId: id, ModelName: name}).Value
		if got != want {
			t.Errorf("template of %s:\n got %s\nwant %s", name, got, want)
		}
		if _, err := compileTemplates(map[string]string{"application/json": got}); err != nil {
			t.Errorf("template of %s: %v", name, err)
		}
	}
	refused(w, w.GetModelTemplate, agw.GetModelTemplateRequest{RestApiId: id, ModelName: "Nope"}, "NotFoundException", "Invalid model name specified: Nope")
}
