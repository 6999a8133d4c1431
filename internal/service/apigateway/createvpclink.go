package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// CreateVpcLink keeps a VPC link. The answer says that it is on its way, as
// AWS's does, though it is there at once.
func (s *Service) CreateVpcLink(ctx context.Context, call *api.Call, in *agw.CreateVpcLinkRequest) (*agw.VpcLink, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", vpcLinks.name); err != nil {
		return nil, err
	}
	l := &vpcLink{Form: form, Link: agw.VpcLink{
		Description: in.Description, Id: new(newID(s.clock, apiIDLength)), Name: new(in.Name),
		Status: "AVAILABLE", StatusMessage: new("Your vpc link is ready for use"), Tags: in.Tags, TargetArns: in.TargetArns,
	}}
	if err := checkVpcLink(&l.Link); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if err := vpcLinks.put(ctx, s, call, *l.Link.Id, l); err != nil {
		return nil, err
	}
	out := l.Link
	out.Status, out.StatusMessage = "PENDING", nil
	return &out, nil
}
