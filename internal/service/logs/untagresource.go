package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// UntagResource takes tags off a group that is named by its ARN.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *logsapi.UntagResourceRequest) (*logsapi.UntagResourceOutput, error) {
	name, err := nameOf(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &logsapi.UntagResourceOutput{}, s.untag(ctx, call, "UntagResource", name, in.TagKeys)
}
