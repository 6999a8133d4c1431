package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/openapi"
	"cloudless/internal/service/apigateway/schema"
	"cloudless/internal/storage/kv"
)

// describe makes the description of an API whose resources are t and whose parts
// are where prefix says: those that it has, or those of a deployment.
func describe(r kv.Reader, a *restAPI, t tree, prefix func(part) []byte) (*openapi.API, error) {
	shown := &a.API
	d := &openapi.API{
		Title: *shown.Name, Description: shown.Description, Version: shown.Version,
		APIKeySource: shown.ApiKeySource, BinaryMediaTypes: shown.BinaryMediaTypes,
		DisableExecuteApiEndpoint: shown.DisableExecuteApiEndpoint, MinimumCompressionSize: shown.MinimumCompressionSize,
		SecurityPolicy: shown.SecurityPolicy, EndpointAccessMode: shown.EndpointAccessMode,
	}
	if document := policyDocument(shown); document != "" {
		d.Policy = &document
	}
	names, err := describeParts(r, d, prefix)
	if err != nil {
		return nil, err
	}
	texts, err := loadAll[model](r, prefix(models))
	if err != nil {
		return nil, err
	}
	for _, m := range texts {
		d.Models = append(d.Models, m.Model)
	}
	for _, res := range t {
		d.Resources = append(d.Resources, openapi.Resource{Path: t.path(res), Methods: describeMethods(res, names)})
	}
	slices.SortFunc(d.Resources, func(a, b openapi.Resource) int { return strings.Compare(a.Path, b.Path) })
	return d, nil
}

// describeParts describes the authorizers, validators and gateway responses, and returns
// the names of what methods refer to, by their ids.
func describeParts(r kv.Reader, d *openapi.API, prefix func(part) []byte) (names map[string]string, err error) {
	names = map[string]string{}
	asked, err := loadAll[authorizer](r, prefix(authorizers))
	if err != nil {
		return nil, err
	}
	for _, a := range asked {
		names[*a.Authorizer.Id] = *a.Authorizer.Name
		d.Authorizers = append(d.Authorizers, a.Authorizer)
	}
	checks, err := loadAll[validator](r, prefix(validators))
	if err != nil {
		return nil, err
	}
	for _, v := range checks {
		names[*v.Validator.Id] = *v.Validator.Name
		d.Validators = append(d.Validators, v.Validator)
	}
	responses, err := loadAll[gatewayResponse](r, prefix(gatewayResponses))
	if err != nil {
		return nil, err
	}
	for _, g := range responses {
		d.GatewayResponses = append(d.GatewayResponses, g.Response)
	}
	return names, nil
}

// describeMethods copies the methods of a resource, with names in place of ids,
// and without what only the id of the resource says.
func describeMethods(r *resource, names map[string]string) map[string]*agw.Method {
	out := map[string]*agw.Method{}
	for name, m := range r.Methods {
		shown := *m
		if m.AuthorizerId != nil {
			shown.AuthorizerId = new(names[*m.AuthorizerId])
		}
		if m.RequestValidatorId != nil {
			shown.RequestValidatorId = new(names[*m.RequestValidatorId])
		}
		if m.MethodIntegration != nil {
			i := *m.MethodIntegration
			if deref(i.CacheNamespace) == r.ID {
				i.CacheNamespace = nil
			}
			shown.MethodIntegration = &i
		}
		out[name] = &shown
	}
	return out
}

// clone brings into a new API what another of the caller has.
func (s *Service) clone(ctx context.Context, tx kv.Tx, call *api.Call, a *restAPI, in *agw.CreateRestApiRequest) error {
	from := *in.CloneFrom
	other, err := findAPI(tx, call, from)
	if err != nil {
		return err
	}
	t, err := loadTree(tx, resourcePrefix(from))
	if err != nil {
		return err
	}
	d, err := describe(tx, other, t, func(p part) []byte { return p.prefix(from) })
	if err != nil {
		return err
	}
	parts, err := loadAll[documentationPart](tx, documentationPartPrefix(from))
	if err != nil {
		return err
	}
	d.Documentation = partsOf(parts)
	if in.Policy != nil {
		d.Policy = in.Policy
	}
	if in.MinimumCompressionSize != nil {
		d.MinimumCompressionSize = in.MinimumCompressionSize
	}
	if in.DisableExecuteApiEndpoint != nil {
		d.DisableExecuteApiEndpoint = in.DisableExecuteApiEndpoint
	}
	d.SecurityPolicy, d.EndpointAccessMode = in.SecurityPolicy, in.EndpointAccessMode
	d.Title, d.Description, d.Version = "", in.Description, in.Version // they are the request's
	for i := range d.Models {
		text := strings.ReplaceAll(*d.Models[i].Schema, schema.Reference(from, ""), schema.Reference(*a.API.Id, ""))
		d.Models[i].Schema = &text
	}
	im := importer{s: s, tx: tx, api: a, doc: d, afresh: true, pass: s.passer(ctx, call)}
	if err := im.run(); err != nil {
		return err
	}
	return save(tx, apiKey(*a.API.Id), a)
}

func partsOf(records []*documentationPart) []agw.DocumentationPart {
	out := make([]agw.DocumentationPart, 0, len(records))
	for _, p := range records {
		out = append(out, p.Part)
	}
	return out
}
