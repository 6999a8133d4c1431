package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// UntagResource takes tags off a function, an event source mapping or a code
// signing configuration. That it has no such tags is no error.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *lambdaapi.UntagResourceRequest) (*lambdaapi.UntagResourceOutput, error) {
	err := s.changeTags(ctx, call, "UntagResource", in.Resource, given("aws:TagKeys", in.TagKeys...), func(tags map[string]string) {
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
	})
	return &lambdaapi.UntagResourceOutput{}, err
}
