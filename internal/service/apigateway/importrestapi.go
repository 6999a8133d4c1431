package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/openapi"
	"cloudless/internal/storage/kv"
)

// ImportRestApi makes an API from an OpenAPI document.
func (s *Service) ImportRestApi(ctx context.Context, call *api.Call, in *agw.ImportRestApiRequest) (*agw.RestApi, error) {
	if err := s.authorize(ctx, call, "POST", "restapis"); err != nil {
		return nil, err
	}
	a := s.newAPI(call, &agw.CreateRestApiRequest{EndpointConfiguration: endpointAsked(in.Parameters)})
	id := *a.API.Id
	d, warnings, err := readDocument(id, in.Body, in.Parameters)
	if err != nil {
		return nil, err
	}
	if d.Title == "" {
		return nil, agw.BadRequestException("API name must be non-empty")
	}
	var out agw.RestApi
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{apiKey(id)}}, func(tx kv.Tx) error {
		now := *a
		tx.Set(ownedKey(call.Account, call.Region, id), []byte{})
		im := importer{s: s, tx: tx, api: &now, doc: d, warnings: warnings, failOnWarnings: deref(in.FailOnWarnings), afresh: true, pass: s.passer(ctx, call)}
		if err := im.run(); err != nil {
			return err
		}
		out = now.API
		return save(tx, apiKey(id), &now)
	})
	if err != nil {
		return nil, err
	}
	out.Warnings = warnings
	return &out, nil
}

// readDocument reads a document for an API, as the parameters of an import say.
func readDocument(apiID string, body []byte, parameters map[string]string) (*openapi.API, []string, error) {
	base := parameters["basepath"]
	if !slices.Contains([]string{"", "ignore", "prepend", "split"}, base) {
		return nil, nil, agw.BadRequestException("Invalid basepath parameter specified. Valid options are ignore,prepend,split")
	}
	d, warnings, err := openapi.Read(body, openapi.Options{
		APIID: apiID, BasePath: base, IgnoreDocumentation: strings.Contains(parameters["ignore"], "documentation"),
	})
	if err != nil {
		return nil, nil, agw.BadRequestException(err.Error())
	}
	return d, warnings, nil
}

// endpointAsked is the endpoint that the parameters of an import ask for, or
// nil.
func endpointAsked(parameters map[string]string) *agw.EndpointConfiguration {
	types := parameters["endpointConfigurationTypes"]
	if types == "" {
		return nil
	}
	c := &agw.EndpointConfiguration{Types: strings.Split(types, ",")}
	if ids := parameters["endpointConfigurationVpcEndpointIds"]; ids != "" {
		c.VpcEndpointIds = strings.Split(ids, ",")
	}
	return c
}
