package apigateway

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// UpdateRestApi changes an API by patch operations.
func (s *Service) UpdateRestApi(ctx context.Context, call *api.Call, in *agw.UpdateRestApiRequest) (*agw.RestApi, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId); err != nil {
		return nil, err
	}
	var out agw.RestApi
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, a *restAPI) error {
		before, types := policyDocument(&a.API), a.API.EndpointConfiguration.Types
		if err := patch(&a.API, in.PatchOperations, restAPIRules, refusePlainly); err != nil {
			return err
		}
		if document := policyDocument(&a.API); document != before {
			if err := s.setPolicy(a, document); err != nil {
				return err
			}
		}
		if err := checkMove(types, a.API.EndpointConfiguration); err != nil {
			return err
		}
		if err := checkAPISecurity(a.API.SecurityPolicy, a.API.EndpointAccessMode, a.API.EndpointConfiguration); err != nil {
			return err
		}
		out = a.API
		return save(tx, apiKey(in.RestApiId), a)
	})
	if err != nil {
		return nil, err
	}
	if out.Tags == nil {
		out.Tags = map[string]string{} // AWS shows none only in this answer
	}
	return &out, nil
}

var restAPIRules = []rule[agw.RestApi]{
	{"/name", replaceOnly, patchAPIName},
	{"/description", allOps, text(func(a *agw.RestApi) **string { return &a.Description })},
	{"/version", replaceOnly, text(func(a *agw.RestApi) **string { return &a.Version })},
	{"/apiKeySource", replaceOnly, patchAPIKeySource},
	{"/disableExecuteApiEndpoint", replaceOnly, patchDisabled},
	{"/binaryMediaTypes/*", allOps, patchBinaryMediaTypes},
	{"/endpointConfiguration/types/*", allOps, patchEndpointType},
	{"/endpointConfiguration/ipAddressType", replaceOnly, patchIPAddressType},
	{"/endpointConfiguration/vpcEndpointIds", allOps, patchVpcEndpoints},
	{"/minimumCompressionSize", replaceOnly, patchCompressionSize},
	{"/policy", allOps, func(a *agw.RestApi, p patchOp) error {
		a.Policy = nil
		if p.op != "remove" && p.text() != "" {
			a.Policy = new(escapeDocument(p.text()))
		}
		return nil
	}},
	{"/securityPolicy", replaceOnly, func(a *agw.RestApi, p patchOp) error {
		a.SecurityPolicy = p.text()
		return nil
	}},
	{"/endpointAccessMode", replaceOnly, func(a *agw.RestApi, p patchOp) error {
		a.EndpointAccessMode = p.text()
		return nil
	}},
}

func patchDisabled(a *agw.RestApi, p patchOp) error {
	disabled, err := strconv.ParseBool(strings.ToLower(p.text()))
	if err != nil {
		return agw.BadRequestException("Invalid value for disableExecuteApiEndpoint: " + p.text())
	}
	a.DisableExecuteApiEndpoint = &disabled
	return nil
}

func patchAPIName(a *agw.RestApi, p patchOp) error {
	if p.text() == "" {
		return agw.BadRequestException("API name must be non-empty")
	}
	a.Name = p.value
	return nil
}

func patchAPIKeySource(a *agw.RestApi, p patchOp) error {
	if !slices.Contains([]string{"HEADER", "AUTHORIZER"}, p.text()) {
		return agw.BadRequestException("Invalid API Key Source specified. Valid options are HEADER,AUTHORIZER")
	}
	a.ApiKeySource = p.text()
	return nil
}

// patchBinaryMediaTypes adds the type that is the key, or takes it away.
// Replacing one puts the value at the end.
func patchBinaryMediaTypes(a *agw.RestApi, p patchOp) error {
	types := slices.DeleteFunc(slices.Clone(a.BinaryMediaTypes), func(t string) bool { return t == p.key })
	switch p.op {
	case "add":
		types = append(types, p.key)
	case "replace":
		types = append(types, p.text())
	}
	a.BinaryMediaTypes = types
	return nil
}

// patchEndpointType sets the one type that an API has, whatever the key.
func patchEndpointType(a *agw.RestApi, p patchOp) error {
	if p.op == "remove" {
		return awserr.Unsupported("the removal of an endpoint type")
	}
	if !slices.Contains([]string{"REGIONAL", "EDGE", "PRIVATE"}, p.text()) {
		return agw.BadRequestException("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
	}
	a.EndpointConfiguration.Types = []string{p.text()}
	if p.text() == "PRIVATE" {
		a.EndpointConfiguration.IpAddressType = "dualstack"
	} else {
		a.EndpointConfiguration.VpcEndpointIds = nil
	}
	return nil
}

func patchIPAddressType(a *agw.RestApi, p patchOp) error {
	if !slices.Contains([]string{"ipv4", "dualstack"}, p.text()) {
		return agw.BadRequestException("ipAddressType must be either ipv4 or dualstack.")
	}
	a.EndpointConfiguration.IpAddressType = p.text()
	return nil
}
