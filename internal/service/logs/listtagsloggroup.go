package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// ListTagsLogGroup is the older form of ListTagsForResource.
func (s *Service) ListTagsLogGroup(ctx context.Context, call *api.Call, in *logsapi.ListTagsLogGroupRequest) (*logsapi.ListTagsLogGroupResponse, error) {
	tags, err := s.listTags(ctx, call, "ListTagsLogGroup", in.LogGroupName)
	return &logsapi.ListTagsLogGroupResponse{Tags: tags}, err
}
