package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteDeployment deletes a deployment that no stage stands on.
func (s *Service) DeleteDeployment(ctx context.Context, call *api.Call, in *agw.DeleteDeploymentRequest) (*agw.DeleteDeploymentOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "deployments", in.DeploymentId); err != nil {
		return nil, err
	}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		if _, err := findDeployment(tx, call, in.RestApiId, in.DeploymentId); err != nil {
			return err
		}
		used, err := stagesOn(tx, in.RestApiId, in.DeploymentId)
		if err != nil {
			return err
		}
		if len(used) > 0 {
			return agw.BadRequestException("Active stages pointing to this deployment must be moved or deleted")
		}
		tx.Delete(deploymentKey(in.RestApiId, in.DeploymentId))
		if err := deleteAll(tx, deployedPrefix(in.RestApiId, in.DeploymentId)); err != nil {
			return err
		}
		return deleteAll(tx, snapshotPrefix(in.RestApiId, in.DeploymentId))
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteDeploymentOutput{}, nil
}
