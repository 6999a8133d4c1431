package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetTags lists the tags of an API or a stage, all at once: AWS does not page
// them either.
func (s *Service) GetTags(ctx context.Context, call *api.Call, in *agw.GetTagsRequest) (*agw.Tags, error) {
	if err := s.authorizeTags(ctx, call, "GET", in.ResourceArn); err != nil {
		return nil, err
	}
	t, err := parseTagged(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := view(ctx, s, func(r kv.Reader) (map[string]string, error) { return tagsOf(r, call, t) })
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = map[string]string{}
	}
	return &agw.Tags{Tags: tags}, nil
}
