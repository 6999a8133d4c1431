package logs

import (
	"context"
	"maps"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// maxTags is how many tags a group may have.
const maxTags = 50

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
