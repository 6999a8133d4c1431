package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// TagLogGroup is the older form of TagResource.
func (s *Service) TagLogGroup(ctx context.Context, call *api.Call, in *logsapi.TagLogGroupRequest) (*logsapi.TagLogGroupOutput, error) {
	return &logsapi.TagLogGroupOutput{}, s.tag(ctx, call, "TagLogGroup", in.LogGroupName, in.Tags)
}
