package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateRestApi makes an API with its root resource and the two models that
// every API begins with.
func (s *Service) CreateRestApi(ctx context.Context, call *api.Call, in *agw.CreateRestApiRequest) (*agw.RestApi, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", "restapis"); err != nil {
		return nil, err
	}
	if err := validateCreateRestApi(in); err != nil {
		return nil, err
	}
	if from := deref(in.CloneFrom); from != "" {
		// Whoever may not read an API may not have it by way of a clone either.
		if err := s.authorize(ctx, call, "GET", "restapis", from); err != nil {
			return nil, err
		}
	}
	a := s.newAPI(call, in)
	id := *a.API.Id
	if err := s.setPolicy(a, deref(in.Policy)); err != nil {
		return nil, err
	}
	root := &resource{Form: form, ID: *a.API.RootResourceId}
	claims := kv.Claims{Write: [][]byte{apiKey(id)}}
	if from := deref(in.CloneFrom); from != "" {
		claims.Read = [][]byte{apiKey(from)}
	}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		tx.Set(ownedKey(call.Account, call.Region, id), []byte{})
		if err := save(tx, apiKey(id), a); err != nil {
			return err
		}
		if deref(in.CloneFrom) != "" {
			return s.clone(ctx, tx, call, a, in)
		}
		if err := s.saveDefaultModels(tx, id); err != nil {
			return err
		}
		return save(tx, resourceKey(id, root.ID), root)
	})
	if err != nil {
		return nil, err
	}
	return &a.API, nil
}

func (s *Service) newAPI(call *api.Call, in *agw.CreateRestApiRequest) *restAPI {
	source := in.ApiKeySource
	if source == "" {
		source = "HEADER"
	}
	return &restAPI{Form: form, Account: call.Account, Region: call.Region, API: agw.RestApi{
		ApiKeySource:              source,
		BinaryMediaTypes:          in.BinaryMediaTypes,
		CreatedDate:               new(s.now()),
		Description:               in.Description,
		DisableExecuteApiEndpoint: new(deref(in.DisableExecuteApiEndpoint)),
		EndpointConfiguration:     endpointConfiguration(in.EndpointConfiguration),
		Id:                        new(newID(s.clock, apiIDLength)),
		MinimumCompressionSize:    in.MinimumCompressionSize,
		Name:                      new(in.Name),
		SecurityPolicy:            in.SecurityPolicy,
		EndpointAccessMode:        in.EndpointAccessMode,
		RootResourceId:            new(newID(s.clock, resourceIDLength)),
		Tags:                      in.Tags,
		Version:                   in.Version,
	}}
}

// endpointConfiguration fills in what was not asked for.
func endpointConfiguration(in *agw.EndpointConfiguration) *agw.EndpointConfiguration {
	out := agw.EndpointConfiguration{}
	if in != nil {
		out = *in
	}
	if len(out.Types) == 0 {
		out.Types = []string{"EDGE"}
	}
	if out.IpAddressType == "" {
		out.IpAddressType = "ipv4"
		if slices.Contains(out.Types, "PRIVATE") {
			out.IpAddressType = "dualstack"
		}
	}
	return &out
}

func validateCreateRestApi(in *agw.CreateRestApiRequest) error {
	if in.Name == "" {
		return agw.BadRequestException("API name must be non-empty")
	}
	if in.Description != nil && *in.Description == "" {
		return agw.BadRequestException("Description cannot be an empty string")
	}
	if err := checkCompressionSize(in.MinimumCompressionSize); err != nil {
		return err
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	endpoint := endpointConfiguration(in.EndpointConfiguration)
	if err := checkEndpoint(endpoint); err != nil {
		return err
	}
	return checkAPISecurity(in.SecurityPolicy, in.EndpointAccessMode, endpoint)
}

// checkEndpoint refuses the combinations of endpoint types and addresses that
// AWS refuses.
func checkEndpoint(c *agw.EndpointConfiguration) error {
	if len(c.Types) > 1 {
		return agw.BadRequestException("Cannot create an api with multiple Endpoint Types.")
	}
	if err := checkVpcEndpoints(c); err != nil {
		return err
	}
	if slices.Contains(c.Types, "PRIVATE") && c.IpAddressType != "dualstack" {
		return agw.BadRequestException("Only dualstack ipAddressType is supported for Private APIs.")
	}
	return nil
}
