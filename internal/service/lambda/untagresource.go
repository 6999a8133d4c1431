package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// UntagResource takes tags off a function or an event source mapping.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *lambdaapi.UntagResourceRequest) (*lambdaapi.UntagResourceOutput, error) {
	is, err := s.changeMappingTags(ctx, call, "UntagResource", in.Resource, func(tags map[string]string) {
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
	})
	if is {
		return &lambdaapi.UntagResourceOutput{}, err
	}
	err = s.changeTags(ctx, call, "UntagResource", in.Resource, func(f *function) error {
		for _, k := range in.TagKeys {
			delete(f.Tags, k)
		}
		return nil
	})
	return &lambdaapi.UntagResourceOutput{}, err
}
