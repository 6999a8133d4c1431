package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetDeployment describes a deployment, and sums up its methods where that is
// asked for.
func (s *Service) GetDeployment(ctx context.Context, call *api.Call, in *agw.GetDeploymentRequest) (*agw.Deployment, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "deployments", in.DeploymentId); err != nil {
		return nil, err
	}
	return view(ctx, s, func(r kv.Reader) (*agw.Deployment, error) {
		d, err := findDeployment(r, call, in.RestApiId, in.DeploymentId)
		if err != nil {
			return nil, err
		}
		out := d.shape()
		if !slices.Contains(in.Embed, "apisummary") {
			return &out, nil
		}
		t, err := loadTree(r, snapshotPrefix(in.RestApiId, in.DeploymentId))
		if err != nil {
			return nil, err
		}
		out.ApiSummary = summary(t)
		return &out, nil
	})
}

// summary tells of each path and method who may call it.
func summary(t tree) map[string]map[string]agw.MethodSnapshot {
	out := map[string]map[string]agw.MethodSnapshot{}
	for _, r := range t {
		for name, m := range r.Methods {
			path := t.path(r)
			if out[path] == nil {
				out[path] = map[string]agw.MethodSnapshot{}
			}
			out[path][name] = agw.MethodSnapshot{ApiKeyRequired: m.ApiKeyRequired, AuthorizationType: m.AuthorizationType}
		}
	}
	return out
}
