package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// UntagResource takes tags off a function.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *lambdaapi.UntagResourceRequest) (*lambdaapi.UntagResourceOutput, error) {
	err := s.changeTags(ctx, call, "UntagResource", in.Resource, func(f *function) error {
		for _, k := range in.TagKeys {
			delete(f.Tags, k)
		}
		return nil
	})
	return &lambdaapi.UntagResourceOutput{}, err
}
