package lambda

import (
	"context"
	"maps"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// TagResource adds tags to a function, an event source mapping or a code
// signing configuration.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *lambdaapi.TagResourceRequest) (*lambdaapi.TagResourceOutput, error) {
	if len(in.Tags) == 0 {
		return nil, lambdaapi.InvalidParameterValueException("An error occurred and the request cannot be processed.")
	}
	err := s.changeTags(ctx, call, "TagResource", in.Resource, api.RequestTags(in.Tags), func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	return &lambdaapi.TagResourceOutput{}, err
}
