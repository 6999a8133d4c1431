package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListTags lists the tags of a function, an event source mapping or a code
// signing configuration.
func (s *Service) ListTags(ctx context.Context, call *api.Call, in *lambdaapi.ListTagsRequest) (*lambdaapi.ListTagsResponse, error) {
	of, err := s.taggedResource(ctx, call, "ListTags", in.Resource)
	if err != nil {
		return nil, err
	}
	var record tagged
	err = s.store.View(ctx, func(r kv.Reader) error {
		record, err = of.read(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.ListTagsResponse{Tags: record.taggedAs()}, nil
}
