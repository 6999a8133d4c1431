package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateStage makes a stage that stands on a deployment.
func (s *Service) CreateStage(ctx context.Context, call *api.Call, in *agw.CreateStageRequest) (*agw.Stage, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", "restapis", in.RestApiId, "stages"); err != nil {
		return nil, err
	}
	if err := validateCreateStage(in); err != nil {
		return nil, err
	}
	var out agw.Stage
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, a *restAPI) error {
		if _, err := findDeployment(tx, call, in.RestApiId, in.DeploymentId); err != nil {
			return orElse(hideNotFound(err), agw.BadRequestException("Deployment id does not exist"))
		}
		key := stageKey(in.RestApiId, in.StageName)
		if taken, err := exists(tx, key); err != nil || taken {
			return orConflict(err, "Stage already exists")
		}
		st := s.newStage(a, in.StageName)
		st.Stage.DeploymentId = new(in.DeploymentId)
		st.Stage.Description = in.Description
		if in.CanarySettings != nil {
			st.Stage.CanarySettings = in.CanarySettings
			fillCanary(&st.Stage)
		}
		if err := checkCanary(tx, call, in.RestApiId, &st.Stage); err != nil {
			return err
		}
		st.Stage.DocumentationVersion = in.DocumentationVersion
		st.Stage.Tags = in.Tags
		st.Stage.TracingEnabled = new(deref(in.TracingEnabled))
		if err := st.setCluster(deref(in.CacheClusterEnabled), in.CacheClusterSize); err != nil {
			return err
		}
		st.Stage.Variables = in.Variables
		if err := checkDocumentationVersion(tx, in.RestApiId, &st.Stage); err != nil {
			return err
		}
		out = st.Stage
		return save(tx, key, st)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

func validateCreateStage(in *agw.CreateStageRequest) error {
	if err := checkStageName(in.StageName); err != nil {
		return err
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	return checkVariables(in.Variables)
}
