package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// AddLayerVersionPermission lets an account, an organization or everybody have
// a version of a layer.
func (s *Service) AddLayerVersionPermission(ctx context.Context, call *api.Call, in *lambdaapi.AddLayerVersionPermissionRequest) (*lambdaapi.AddLayerVersionPermissionResponse, error) {
	n, err := s.ownLayer(ctx, call, "AddLayerVersionPermission", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	st := statement{Sid: in.StatementId, Effect: "Allow", Principal: layerPrincipal(in.Principal), Action: in.Action, Resource: n.version(in.VersionNumber)}
	if in.OrganizationId != nil {
		st.Condition.StringEquals = map[string]string{"aws:PrincipalOrgID": *in.OrganizationId}
	}
	revision, err := s.changeLayerPolicy(ctx, n, in.VersionNumber, in.RevisionId, func(p *policy) error { return p.add(st) })
	if err != nil {
		return nil, err
	}
	return &lambdaapi.AddLayerVersionPermissionResponse{Statement: new(plainJSON(st)), RevisionId: &revision}, nil
}
