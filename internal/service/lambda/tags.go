package lambda

import (
	"context"
	"maps"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// maxTags is how many tags a function may have.
const maxTags = 50

// TagResource adds tags to a function.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *lambdaapi.TagResourceRequest) (*lambdaapi.TagResourceOutput, error) {
	if len(in.Tags) == 0 {
		return nil, lambdaapi.InvalidParameterValueException("An error occurred and the request cannot be processed.")
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

// ListTags lists the tags of a function.
func (s *Service) ListTags(ctx context.Context, call *api.Call, in *lambdaapi.ListTagsRequest) (*lambdaapi.ListTagsResponse, error) {
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

func (s *Service) changeTags(ctx context.Context, call *api.Call, action, resource string, alter func(*function) error) error {
	n, err := taggedFunction(call, resource)
	if err != nil {
		return err
	}
	if err := s.authorize(ctx, call, action, n); err != nil {
		return err
	}
	_, err = s.change(ctx, n, func(f *function) error {
		f.RevisionID = s.newID()
		return alter(f)
	})
	return err
}

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return lambdaapi.InvalidParameterValueException("Number of tags exceeds function tag limit.")
	}
	return nil
}

// taggedFunction reads the ARN of a function that is to have tags.
func taggedFunction(call *api.Call, resource string) (name, error) {
	if !strings.Contains(resource, ":function:") {
		return name{}, awserr.Unsupported("tags of anything but functions")
	}
	n, err := parseName(call, resource, nil)
	if err == nil && n.qualifier != "" {
		err = lambdaapi.InvalidParameterValueException("Tags on function aliases and versions are not supported. Please specify a function ARN.")
	}
	return n, err
}
