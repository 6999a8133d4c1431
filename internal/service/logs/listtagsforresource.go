package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// ListTagsForResource lists the tags of a group that is named by its ARN.
func (s *Service) ListTagsForResource(ctx context.Context, call *api.Call, in *logsapi.ListTagsForResourceRequest) (*logsapi.ListTagsForResourceResponse, error) {
	name, err := nameOf(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.listTags(ctx, call, "ListTagsForResource", name)
	return &logsapi.ListTagsForResourceResponse{Tags: tags}, err
}
