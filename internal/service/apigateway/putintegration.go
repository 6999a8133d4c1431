package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// PutIntegration says what answers a method, in place of what answered it
// before.
func (s *Service) PutIntegration(ctx context.Context, call *api.Call, in *agw.PutIntegrationRequest) (*agw.Integration, error) {
	path := methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration")
	if err := s.authorize(ctx, call, "PUT", path...); err != nil {
		return nil, err
	}
	i := newIntegration(in)
	if err := s.passRole(ctx, call, i.Credentials); err != nil {
		return nil, err
	}
	err := s.changeMethod(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ kv.Tx, m *agw.Method) error {
		if err := s.checkIntegration(m, i); err != nil {
			return err
		}
		m.MethodIntegration = i
		return nil
	})
	if err != nil {
		return nil, err
	}
	return i, nil
}

// newIntegration fills in what was not asked for.
func newIntegration(in *agw.PutIntegrationRequest) *agw.Integration {
	i := &agw.Integration{
		CacheKeyParameters:   emptyNotNil(in.CacheKeyParameters),
		CacheNamespace:       in.CacheNamespace,
		ConnectionId:         in.ConnectionId,
		ConnectionType:       in.ConnectionType,
		ContentHandling:      in.ContentHandling,
		Credentials:          in.Credentials,
		HttpMethod:           in.IntegrationHttpMethod,
		IntegrationTarget:    in.IntegrationTarget,
		PassthroughBehavior:  in.PassthroughBehavior,
		RequestParameters:    in.RequestParameters,
		RequestTemplates:     in.RequestTemplates,
		ResponseTransferMode: in.ResponseTransferMode,
		TimeoutInMillis:      in.TimeoutInMillis,
		TlsConfig:            in.TlsConfig,
		Type:                 in.Type,
		Uri:                  in.Uri,
	}
	if i.CacheNamespace == nil {
		i.CacheNamespace = new(in.ResourceId)
	}
	if i.ConnectionType == "" && (i.Type == "HTTP" || i.Type == "HTTP_PROXY") {
		i.ConnectionType = "INTERNET"
	}
	if deref(i.PassthroughBehavior) == "" {
		i.PassthroughBehavior = new("WHEN_NO_MATCH")
	}
	if i.TimeoutInMillis == nil {
		i.TimeoutInMillis = new(int64(defaultTimeoutInMillis))
	}
	return i
}
