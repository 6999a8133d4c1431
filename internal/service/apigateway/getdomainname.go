package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// GetDomainName describes a domain name.
func (s *Service) GetDomainName(ctx context.Context, call *api.Call, in *agw.GetDomainNameRequest) (*agw.DomainName, error) {
	d, err := domainNames.get(ctx, s, call, domainID(in.DomainName, in.DomainNameId))
	if err != nil {
		return nil, err
	}
	return &d.Domain, nil
}
