package logs

import (
	"context"
	"maps"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// maxTags is how many tags a group may have.
const maxTags = 50

// TagResource adds tags to a group that is named by its ARN.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *logsapi.TagResourceRequest) (*logsapi.TagResourceOutput, error) {
	name, err := nameOf(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &logsapi.TagResourceOutput{}, s.tag(ctx, call, "TagResource", name, in.Tags)
}

// UntagResource takes tags off a group that is named by its ARN.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *logsapi.UntagResourceRequest) (*logsapi.UntagResourceOutput, error) {
	name, err := nameOf(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &logsapi.UntagResourceOutput{}, s.untag(ctx, call, "UntagResource", name, in.TagKeys)
}

// ListTagsForResource lists the tags of a group that is named by its ARN.
func (s *Service) ListTagsForResource(ctx context.Context, call *api.Call, in *logsapi.ListTagsForResourceRequest) (*logsapi.ListTagsForResourceResponse, error) {
	name, err := nameOf(call, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.listTags(ctx, call, "ListTagsForResource", name)
	return &logsapi.ListTagsForResourceResponse{Tags: tags}, err
}

// TagLogGroup is the older form of TagResource.
func (s *Service) TagLogGroup(ctx context.Context, call *api.Call, in *logsapi.TagLogGroupRequest) (*logsapi.TagLogGroupOutput, error) {
	return &logsapi.TagLogGroupOutput{}, s.tag(ctx, call, "TagLogGroup", in.LogGroupName, in.Tags)
}

// UntagLogGroup is the older form of UntagResource.
func (s *Service) UntagLogGroup(ctx context.Context, call *api.Call, in *logsapi.UntagLogGroupRequest) (*logsapi.UntagLogGroupOutput, error) {
	return &logsapi.UntagLogGroupOutput{}, s.untag(ctx, call, "UntagLogGroup", in.LogGroupName, in.Tags)
}

// ListTagsLogGroup is the older form of ListTagsForResource.
func (s *Service) ListTagsLogGroup(ctx context.Context, call *api.Call, in *logsapi.ListTagsLogGroupRequest) (*logsapi.ListTagsLogGroupResponse, error) {
	tags, err := s.listTags(ctx, call, "ListTagsLogGroup", in.LogGroupName)
	return &logsapi.ListTagsLogGroupResponse{Tags: tags}, err
}

func (s *Service) tag(ctx context.Context, call *api.Call, action, name string, tags map[string]string) error {
	if err := s.authorizeGroup(ctx, call, action, name); err != nil {
		return err
	}
	return s.changeGroup(ctx, call, name, func(g *group) error {
		if g.Tags == nil {
			g.Tags = map[string]string{}
		}
		maps.Copy(g.Tags, tags)
		if len(g.Tags) > maxTags {
			return logsapi.TooManyTagsException("The resource exceeds the maximum number of tags.")
		}
		return nil
	})
}

func (s *Service) untag(ctx context.Context, call *api.Call, action, name string, tagKeys []string) error {
	if err := s.authorizeGroup(ctx, call, action, name); err != nil {
		return err
	}
	return s.changeGroup(ctx, call, name, func(g *group) error {
		for _, k := range tagKeys {
			delete(g.Tags, k)
		}
		return nil
	})
}

func (s *Service) listTags(ctx context.Context, call *api.Call, action, name string) (map[string]string, error) {
	if err := s.authorizeGroup(ctx, call, action, name); err != nil {
		return nil, err
	}
	g, err := s.group(ctx, call, name)
	if err != nil {
		return nil, err
	}
	if g.Tags == nil {
		return map[string]string{}, nil
	}
	return g.Tags, nil
}
