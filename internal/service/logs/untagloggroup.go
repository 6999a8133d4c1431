package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// UntagLogGroup is the older form of UntagResource.
func (s *Service) UntagLogGroup(ctx context.Context, call *api.Call, in *logsapi.UntagLogGroupRequest) (*logsapi.UntagLogGroupOutput, error) {
	return &logsapi.UntagLogGroupOutput{}, s.untag(ctx, call, "UntagLogGroup", in.LogGroupName, in.Tags)
}
