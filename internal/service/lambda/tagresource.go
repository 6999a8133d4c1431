package lambda

import (
	"context"
	"maps"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// TagResource adds tags to a function or an event source mapping.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *lambdaapi.TagResourceRequest) (*lambdaapi.TagResourceOutput, error) {
	if len(in.Tags) == 0 {
		return nil, lambdaapi.InvalidParameterValueException("An error occurred and the request cannot be processed.")
	}
	if is, err := s.changeMappingTags(ctx, call, "TagResource", in.Resource, func(tags map[string]string) { maps.Copy(tags, in.Tags) }); is {
		return &lambdaapi.TagResourceOutput{}, err
	}
	err := s.changeTags(ctx, call, "TagResource", in.Resource, func(f *function) error {
		if f.Tags == nil {
			f.Tags = map[string]string{}
		}
		maps.Copy(f.Tags, in.Tags)
		return checkTags(f.Tags)
	})
	return &lambdaapi.TagResourceOutput{}, err
}
