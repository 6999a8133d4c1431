package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// TagResource adds tags to a group that is named by its ARN.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *logsapi.TagResourceRequest) (*logsapi.TagResourceOutput, error) {
	name, err := nameOf(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &logsapi.TagResourceOutput{}, s.tag(ctx, call, "TagResource", name, in.Tags)
}
