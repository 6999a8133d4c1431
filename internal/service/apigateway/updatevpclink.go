package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UpdateVpcLink changes the name or the description of a VPC link.
func (s *Service) UpdateVpcLink(ctx context.Context, call *api.Call, in *agw.UpdateVpcLinkRequest) (*agw.VpcLink, error) {
	if err := s.authorize(ctx, call, "PATCH", vpcLinks.name, in.VpcLinkId); err != nil {
		return nil, err
	}
	l, err := vpcLinks.change(ctx, s, call, in.VpcLinkId, func(l *vpcLink) error {
		if err := patch(&l.Link, in.PatchOperations, vpcLinkRules, refuseByPath); err != nil {
			return err
		}
		return checkVpcLink(&l.Link)
	})
	if err != nil {
		return nil, err
	}
	return &l.Link, nil
}

var vpcLinkRules = []rule[agw.VpcLink]{
	{"/name", replaceOnly, text(func(l *agw.VpcLink) **string { return &l.Name })},
	{"/description", replaceOnly, text(func(l *agw.VpcLink) **string { return &l.Description })},
}
