package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteStage deletes a stage. The deployment that it stood on stays; the
// usage plans that opened it do not any more.
func (s *Service) DeleteStage(ctx context.Context, call *api.Call, in *agw.DeleteStageRequest) (*agw.DeleteStageOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "stages", in.StageName); err != nil {
		return nil, err
	}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		if _, err := findStage(tx, call, in.RestApiId, in.StageName); err != nil {
			return err
		}
		tx.Delete(stageKey(in.RestApiId, in.StageName))
		return nil
	})
	s.caches.drop(string(stageKey(in.RestApiId, in.StageName)))
	s.metrics.forget(in.RestApiId, in.StageName)
	if err == nil {
		err = s.forgetStages(ctx, call, in.RestApiId, in.StageName)
	}
	if err != nil {
		return nil, err
	}
	return &agw.DeleteStageOutput{}, nil
}
