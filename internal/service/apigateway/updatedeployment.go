package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateDeployment changes the description of a deployment. What was deployed
// does not change.
func (s *Service) UpdateDeployment(ctx context.Context, call *api.Call, in *agw.UpdateDeploymentRequest) (*agw.Deployment, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "deployments", in.DeploymentId); err != nil {
		return nil, err
	}
	key := deploymentKey(in.RestApiId, in.DeploymentId)
	claims := kv.Claims{Write: [][]byte{key}, Read: [][]byte{apiKey(in.RestApiId)}}
	var out agw.Deployment
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		d, err := findDeployment(tx, call, in.RestApiId, in.DeploymentId)
		if err != nil {
			return err
		}
		if err := patch(d, in.PatchOperations, deploymentRules, refuseByPath); err != nil {
			return err
		}
		out = d.shape()
		return save(tx, key, d)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var deploymentRules = []rule[deployment]{
	{"/description", replaceOnly, text(func(d *deployment) **string { return &d.Description })},
}
