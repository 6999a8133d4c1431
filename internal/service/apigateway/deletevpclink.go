package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// DeleteVpcLink deletes a VPC link. No integration can have it.
func (s *Service) DeleteVpcLink(ctx context.Context, call *api.Call, in *agw.DeleteVpcLinkRequest) (*agw.DeleteVpcLinkOutput, error) {
	if err := vpcLinks.remove(ctx, s, call, in.VpcLinkId); err != nil {
		return nil, err
	}
	return &agw.DeleteVpcLinkOutput{}, nil
}
