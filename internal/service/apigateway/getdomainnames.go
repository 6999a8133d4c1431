package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// GetDomainNames lists the domain names of the account in the region.
func (s *Service) GetDomainNames(ctx context.Context, call *api.Call, in *agw.GetDomainNamesRequest) (*agw.DomainNames, error) {
	if in.ResourceOwner != "" && in.ResourceOwner != "SELF" {
		return nil, awserr.Unsupported("the resourceOwner " + in.ResourceOwner + " of GetDomainNames")
	}
	all, err := domainNames.list(ctx, s, call)
	if err != nil {
		return nil, err
	}
	items := make([]agw.DomainName, 0, len(all))
	for _, d := range all {
		items = append(items, d.Domain)
	}
	out := &agw.DomainNames{}
	out.Items, out.Position, err = page(items, func(d agw.DomainName) string { return *d.DomainName }, in.Limit, in.Position)
	return out, err
}
