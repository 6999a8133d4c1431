package apigateway

import (
	"context"
	"slices"
	"strconv"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UpdateIntegration changes the integration of a method by patch operations.
func (s *Service) UpdateIntegration(ctx context.Context, call *api.Call, in *agw.UpdateIntegrationRequest) (*agw.Integration, error) {
	path := methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration")
	if err := s.authorize(ctx, call, "PATCH", path...); err != nil {
		return nil, err
	}
	var out agw.Integration
	err := s.changeIntegration(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(m *agw.Method, i *agw.Integration) error {
		before := deref(i.Credentials)
		if err := patch(i, in.PatchOperations, integrationRules, refusePlainly); err != nil {
			return err
		}
		if deref(i.Credentials) != before {
			if err := s.passRole(ctx, call, i.Credentials); err != nil {
				return err
			}
		}
		out = *i
		return s.checkIntegration(m, i)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// What comes out of these is held against checkIntegration as a whole, which
// refuses what is not built.
var integrationRules = []rule[agw.Integration]{
	{"/uri", replaceOnly, text(func(i *agw.Integration) **string { return &i.Uri })},
	{"/httpMethod", replaceOnly, text(func(i *agw.Integration) **string { return &i.HttpMethod })},
	{"/passthroughBehavior", replaceOnly, text(func(i *agw.Integration) **string { return &i.PassthroughBehavior })},
	{"/timeoutInMillis", replaceOnly, patchTimeout},
	{"/requestTemplates/*", allOps, entry(func(i *agw.Integration) *map[string]string { return &i.RequestTemplates }, noSuchContentType())},
	{"/requestParameters/*", allOps, entry(func(i *agw.Integration) *map[string]string { return &i.RequestParameters }, noSuchParameter())},
	{"/cacheNamespace", replaceOnly, text(func(i *agw.Integration) **string { return &i.CacheNamespace })},
	{"/cacheKeyParameters/*", addRemove, patchCacheKey},
	{"/credentials", replaceOnly, text(func(i *agw.Integration) **string { return &i.Credentials })},
	{"/connectionId", replaceOnly, text(func(i *agw.Integration) **string { return &i.ConnectionId })},
	{"/connectionType", replaceOnly, func(i *agw.Integration, p patchOp) error {
		i.ConnectionType = p.text()
		return nil
	}},
	{"/contentHandling", replaceOnly, func(i *agw.Integration, p patchOp) error {
		i.ContentHandling = p.text()
		return nil
	}},
	{"/responseTransferMode", replaceOnly, func(i *agw.Integration, p patchOp) error {
		i.ResponseTransferMode = p.text()
		return nil
	}},
	{"/tlsConfig/insecureSkipVerification", replaceOnly, func(i *agw.Integration, p patchOp) error {
		i.TlsConfig = &agw.TlsConfig{InsecureSkipVerification: new(p.text() == "true")}
		return nil
	}},
}

func patchTimeout(i *agw.Integration, p patchOp) error {
	millis, err := strconv.ParseInt(p.text(), 10, 64)
	if err != nil {
		return agw.BadRequestException("Timeout should be between 50 ms and 29000 ms")
	}
	i.TimeoutInMillis = new(millis)
	return nil
}

func patchCacheKey(i *agw.Integration, p patchOp) error {
	at := slices.Index(i.CacheKeyParameters, p.key)
	switch {
	case p.op == "add" && at < 0:
		i.CacheKeyParameters = append(i.CacheKeyParameters, p.key)
	case p.op == "remove" && at < 0:
		return noSuchParameter()
	case p.op == "remove":
		i.CacheKeyParameters = slices.Delete(i.CacheKeyParameters, at, at+1)
	}
	return nil
}
