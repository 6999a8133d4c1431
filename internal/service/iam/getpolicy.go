package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// GetPolicy describes a managed policy, without its document.
func (s *Service) GetPolicy(ctx context.Context, call *api.Call, in *iamapi.GetPolicyRequest) (*iamapi.GetPolicyResponse, error) {
	p, err := s.permittedPolicy(ctx, call, "iam:GetPolicy", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	shape, err := view(ctx, s, func(r kv.Reader) (iamapi.Policy, error) { return p.counted(r, call.Account) })
	if err != nil {
		return nil, err
	}
	shape.Tags = []iamapi.Tag{}
	if p.own != nil {
		shape.Tags = append(shape.Tags, p.own.Tags...)
		shape.Description = orNil(p.own.Description)
	}
	return &iamapi.GetPolicyResponse{Policy: &shape}, nil
}
