package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// GetVpcLink describes a VPC link.
func (s *Service) GetVpcLink(ctx context.Context, call *api.Call, in *agw.GetVpcLinkRequest) (*agw.VpcLink, error) {
	l, err := vpcLinks.get(ctx, s, call, in.VpcLinkId)
	if err != nil {
		return nil, err
	}
	return &l.Link, nil
}
