package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UntagResource takes tags from an API or a stage.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *agw.UntagResourceRequest) (*agw.UntagResourceOutput, error) {
	if err := s.authorizeTags(ctx, call, "DELETE", in.ResourceArn, api.Given("aws:TagKeys", in.TagKeys...)); err != nil {
		return nil, err
	}
	t, err := parseTagged(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	err = s.changeTags(ctx, call, t, func(tags map[string]string) error {
		for _, name := range in.TagKeys {
			delete(tags, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.UntagResourceOutput{}, nil
}
