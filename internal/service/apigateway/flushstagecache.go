package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// FlushStageCache forgets all that is cached for a stage, on every node: each
// keeps what it has for one life of the cluster, and this begins another.
func (s *Service) FlushStageCache(ctx context.Context, call *api.Call, in *agw.FlushStageCacheRequest) (*agw.FlushStageCacheOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "stages", in.StageName, "cache", "data"); err != nil {
		return nil, err
	}
	err := s.changeStage(ctx, call, in.RestApiId, in.StageName, func(_ kv.Tx, st *stage) error {
		st.CacheLife++
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.FlushStageCacheOutput{}, nil
}
