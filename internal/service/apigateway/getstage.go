package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetStage describes a stage.
func (s *Service) GetStage(ctx context.Context, call *api.Call, in *agw.GetStageRequest) (*agw.Stage, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "stages", in.StageName); err != nil {
		return nil, err
	}
	st, err := view(ctx, s, func(r kv.Reader) (*stage, error) { return findStage(r, call, in.RestApiId, in.StageName) })
	if err != nil {
		return nil, err
	}
	return &st.Stage, nil
}
