package apigateway

import (
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// The codes and messages in the tests of this package are those that AWS was
// recorded to answer, where it was.

func TestANewAPIHasAWSsDefaults(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, types, addresses string
		in                     *agw.EndpointConfiguration
	}{
		{"edge by default", "EDGE", "ipv4", nil},
		{"regional", "REGIONAL", "ipv4", &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}},
		{"private", "PRIVATE", "dualstack", &agw.EndpointConfiguration{Types: []string{"PRIVATE"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "a", EndpointConfiguration: tt.in})
			if a.EndpointConfiguration.Types[0] != tt.types || a.EndpointConfiguration.IpAddressType != tt.addresses {
				t.Errorf("endpoint = %+v", a.EndpointConfiguration)
			}
			if a.ApiKeySource != "HEADER" || *a.DisableExecuteApiEndpoint || len(*a.Id) != 10 || len(*a.RootResourceId) != 10 || a.Tags != nil {
				t.Errorf("API = %+v", a)
			}
		})
	}
}

func TestCreateRestApiRefuses(t *testing.T) {
	w := newWorld(t)
	private := func(addresses string) *agw.EndpointConfiguration {
		return &agw.EndpointConfiguration{Types: []string{"PRIVATE"}, IpAddressType: addresses}
	}
	for _, tt := range []struct {
		name, code, message string
		in                  agw.CreateRestApiRequest
	}{
		{"a private API with IPv4", "BadRequestException", "Only dualstack ipAddressType is supported for Private APIs.",
			agw.CreateRestApiRequest{Name: "a", EndpointConfiguration: private("ipv4")}},
		{"an empty description", "BadRequestException", "Description cannot be an empty string",
			agw.CreateRestApiRequest{Name: "a", Description: new(""), EndpointConfiguration: private("ipv4")}},
		{"a negative size to compress from", "BadRequestException", "Invalid minimum compression size, must be between 0 and 10485760",
			agw.CreateRestApiRequest{Name: "a", MinimumCompressionSize: new(int64(-1))}},
	} {
		t.Run(tt.name, func(*testing.T) { refused(w, w.CreateRestApi, tt.in, tt.code, tt.message) })
	}
}

func TestAnAPIOfAnotherAccountOrRegionIsUnknown(t *testing.T) {
	w := newWorld(t)
	id, _ := w.makeAPI()
	do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id})
	w.call.Region = "eu-west-1"
	refused(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id}, "NotFoundException", "Invalid API identifier specified 111111111111:"+id)
	if got := do(w, w.GetRestApis, agw.GetRestApisRequest{}).Items; len(got) != 0 {
		t.Errorf("APIs of another region are listed: %v", got)
	}
	w.call.Region, w.call.Account = "us-east-1", "222222222222"
	refused(w, w.DeleteRestApi, agw.DeleteRestApiRequest{RestApiId: id}, "NotFoundException", "Invalid API identifier specified 222222222222:"+id)
}

func TestADeletedAPILeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	do(w, w.DeleteRestApi, agw.DeleteRestApiRequest{RestApiId: id})
	if got := do(w, w.GetRestApis, agw.GetRestApisRequest{}).Items; len(got) != 0 {
		t.Errorf("still listed: %v", got)
	}
	refused(w, w.GetResource, agw.GetResourceRequest{RestApiId: id, ResourceId: root}, "NotFoundException", "Invalid Resource identifier specified")
	wantAnswer(t, w.ask(id, "POST", "/prod/", ""), 403, `{"message":"Forbidden"}`)
}

func TestUpdateRestApi(t *testing.T) {
	w := newWorld(t)
	id := *do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "a", Description: new("d"), BinaryMediaTypes: []string{"image/png"}}).Id
	update := func(ops ...agw.PatchOperation) agw.UpdateRestApiRequest {
		return agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: ops}
	}
	for _, tt := range []struct {
		name  string
		op    agw.PatchOperation
		types string
	}{
		{"add", op("add", "/binaryMediaTypes/image~1jpeg", ""), `["image/png","image/jpeg"]`},
		{"replace", op("replace", "/binaryMediaTypes/image~1png", "image/gif"), `["image/jpeg","image/gif"]`},
		{"remove", op("remove", "/binaryMediaTypes/image~1gif", ""), `["image/jpeg"]`},
	} {
		a := do(w, w.UpdateRestApi, update(tt.op))
		if got := asJSON(a.BinaryMediaTypes); got != tt.types || a.Tags == nil {
			t.Errorf("%s: binary media types = %s, want %s; tags %v", tt.name, got, tt.types, a.Tags)
		}
	}
	if a := do(w, w.UpdateRestApi, update(op("remove", "/description", ""))); a.Description != nil {
		t.Errorf("description = %s", *a.Description)
	}
	if a := do(w, w.UpdateRestApi, update(op("replace", "/endpointConfiguration/types/0", "PRIVATE"))); a.EndpointConfiguration.IpAddressType != "dualstack" {
		t.Errorf("endpoint = %+v", a.EndpointConfiguration)
	}
	for _, tt := range []struct {
		op            agw.PatchOperation
		code, message string
	}{
		{op("replace", "/binaryMediaTypes", "x"), "BadRequestException", "Invalid patch path /binaryMediaTypes"},
		{op("remove", "/endpointConfiguration/ipAddressType", ""), "BadRequestException", "Invalid patch operation specified. Must be one of: [replace]"},
		{op("copy", "/endpointConfiguration/types/0", ""), "BadRequestException", "Invalid patch operation specified. Must be 'add'|'remove'|'replace'"},
		{op("replace", "/endpointConfiguration/types/0", "wrong"), "BadRequestException", "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"},
		{op("replace", "/endpointConfiguration/ipAddressType", "wrong"), "BadRequestException", "ipAddressType must be either ipv4 or dualstack."},
		{op("replace", "/endpointConfiguration/ipAddressType", "ipv4"), "BadRequestException", "Only dualstack ipAddressType is supported for Private APIs."},
		{agw.PatchOperation{Op: "replace"}, "BadRequestException", "Invalid patch path null"},
	} {
		refused(w, w.UpdateRestApi, update(tt.op), tt.code, tt.message)
	}
	refused(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: "api_id"}, "NotFoundException", "Invalid API identifier specified 111111111111:api_id")
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	id, _ := articleAPI(w)
	for _, arn := range []string{"arn:aws:apigateway:us-east-1::/restapis/" + id, "arn:aws:apigateway:us-east-1::/restapis/" + id + "/stages/prod"} {
		do(w, w.TagResource, agw.TagResourceRequest{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": "2"}})
		do(w, w.UntagResource, agw.UntagResourceRequest{ResourceArn: arn, TagKeys: []string{"a", "c"}})
		if got := asJSON(do(w, w.GetTags, agw.GetTagsRequest{ResourceArn: arn}).Tags); got != `{"b":"2"}` {
			t.Errorf("tags of %s = %s", arn, got)
		}
	}
	if got := do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: id}).Tags["b"]; got != "2" {
		t.Errorf("the API does not show its tag: %q", got)
	}
	refused(w, w.GetTags, agw.GetTagsRequest{ResourceArn: "arn:aws:s3:::bucket"}, "BadRequestException", "Invalid ARN specified in the request")
}
