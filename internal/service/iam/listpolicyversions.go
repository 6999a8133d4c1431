package iam

import (
	"context"
	"fmt"
	"slices"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListPolicyVersions lists the versions of a managed policy, the newest first.
// Of AWS's policies one version is known, the default one.
func (s *Service) ListPolicyVersions(ctx context.Context, call *api.Call, in *iamapi.ListPolicyVersionsRequest) (*iamapi.ListPolicyVersionsResponse, error) {
	t, err := s.permittedPolicy(ctx, call, "iam:ListPolicyVersions", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	if t.own == nil {
		return &iamapi.ListPolicyVersionsResponse{Versions: []iamapi.PolicyVersion{awsVersionShape(t.aws)}, IsTruncated: new(false)}, nil
	}
	newestFirst := slices.Clone(t.own.Versions)
	slices.Reverse(newestFirst)
	// The numbers of versions grow, so what they lack to the last one sorts.
	onPage, next := cut(p, newestFirst, func(v version) string { return fmt.Sprintf("%09d", t.own.Last-v.number()+1) })
	out := &iamapi.ListPolicyVersionsResponse{Versions: []iamapi.PolicyVersion{}, IsTruncated: new(next != nil), Marker: next}
	for _, v := range onPage {
		out.Versions = append(out.Versions, v.shape(t.own))
	}
	return out, nil
}
