package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// FlushStageAuthorizersCache forgets what authorizers have said to a stage: the
// words are kept with the stage as it was read, and it will be another.
func (s *Service) FlushStageAuthorizersCache(ctx context.Context, call *api.Call, in *agw.FlushStageAuthorizersCacheRequest) (*agw.FlushStageAuthorizersCacheOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "stages", in.StageName, "cache", "authorizers"); err != nil {
		return nil, err
	}
	err := s.changeStage(ctx, call, in.RestApiId, in.StageName, func(_ kv.Tx, st *stage) error {
		st.Flushed++
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.FlushStageAuthorizersCacheOutput{}, nil
}
