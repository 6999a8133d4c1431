package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetStages lists the stages of an API, or those that stand on one deployment.
func (s *Service) GetStages(ctx context.Context, call *api.Call, in *agw.GetStagesRequest) (*agw.Stages, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "stages"); err != nil {
		return nil, err
	}
	stages, err := view(ctx, s, func(r kv.Reader) ([]*stage, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadAll[stage](r, stagePrefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	out := &agw.Stages{Item: []agw.Stage{}}
	for _, st := range stages {
		if in.DeploymentId == nil || *in.DeploymentId == *st.Stage.DeploymentId {
			out.Item = append(out.Item, st.Stage)
		}
	}
	return out, nil
}
