package apigateway

import (
	"context"
	"maps"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// TagResource puts tags on an API or a stage.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *agw.TagResourceRequest) (*agw.TagResourceOutput, error) {
	if err := s.authorizeTags(ctx, call, "PUT", in.ResourceArn, api.RequestTags(in.Tags)...); err != nil {
		return nil, err
	}
	t, err := parseTagged(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	err = s.changeTags(ctx, call, t, func(tags map[string]string) error {
		maps.Copy(tags, in.Tags)
		return checkTags(tags)
	})
	if err != nil {
		return nil, err
	}
	return &agw.TagResourceOutput{}, nil
}
