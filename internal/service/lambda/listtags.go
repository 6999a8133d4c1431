package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// ListTags lists the tags of a function or an event source mapping.
func (s *Service) ListTags(ctx context.Context, call *api.Call, in *lambdaapi.ListTagsRequest) (*lambdaapi.ListTagsResponse, error) {
	if parts := mappingForms.FindStringSubmatch(in.Resource); parts != nil {
		m, err := s.taggedMapping(ctx, call, "ListTags", parts[1])
		if err != nil {
			return nil, err
		}
		if m.Tags == nil {
			m.Tags = map[string]string{}
		}
		return &lambdaapi.ListTagsResponse{Tags: m.Tags}, nil
	}
	n, err := taggedFunction(call, in.Resource)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "ListTags", n); err != nil {
		return nil, err
	}
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	if f.Tags == nil {
		f.Tags = map[string]string{}
	}
	return &lambdaapi.ListTagsResponse{Tags: f.Tags}, nil
}
