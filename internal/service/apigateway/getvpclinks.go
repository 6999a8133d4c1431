package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// GetVpcLinks lists the VPC links of the account in the region, by their ids.
func (s *Service) GetVpcLinks(ctx context.Context, call *api.Call, in *agw.GetVpcLinksRequest) (*agw.VpcLinks, error) {
	all, err := vpcLinks.list(ctx, s, call)
	if err != nil {
		return nil, err
	}
	items := make([]agw.VpcLink, 0, len(all))
	for _, l := range all {
		items = append(items, l.Link)
	}
	out := &agw.VpcLinks{}
	out.Items, out.Position, err = page(items, func(l agw.VpcLink) string { return *l.Id }, in.Limit, in.Position)
	return out, err
}
