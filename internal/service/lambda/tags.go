package lambda

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// maxTags is how many tags a function may have.
const maxTags = 50

// changeTags changes the tags of a function, and with them its revision.
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

// mappingForms is the form of a mapping's ARN.
var mappingForms = regexp.MustCompile(`^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:event-source-mapping:([0-9a-fA-F-]+)$`)

// changeMappingTags changes the tags of an event source mapping. It tells
// whether the resource is one.
func (s *Service) changeMappingTags(ctx context.Context, call *api.Call, action, resource string, alter func(map[string]string)) (is bool, err error) {
	parts := mappingForms.FindStringSubmatch(resource)
	if parts == nil {
		return false, nil
	}
	m, err := s.taggedMapping(ctx, call, action, parts[1])
	if err != nil {
		return true, err
	}
	return true, s.noteTags(ctx, m, alter)
}

func (s *Service) noteTags(ctx context.Context, m *mapping, alter func(map[string]string)) error {
	var refusal error
	err := s.noteMapping(ctx, m.Account, m.Region, m.UUID, func(now *mapping) bool {
		if now.Tags == nil {
			now.Tags = map[string]string{}
		}
		alter(now.Tags)
		refusal = checkTags(now.Tags)
		return refusal == nil
	})
	return errors.Join(err, refusal)
}

// taggedMapping returns the mapping whose tags an operation is about.
func (s *Service) taggedMapping(ctx context.Context, call *api.Call, action, uuid string) (*mapping, error) {
	m, err := s.mappingOf(ctx, call, action, uuid)
	if awserr.Code(err) == "ResourceNotFoundException" {
		err = lambdaapi.ResourceNotFoundException("Event source mapping not found: " + call.ARN("lambda", "event-source-mapping:"+uuid))
	}
	return m, err
}

// taggedFunction reads the ARN of a function that is to have tags.
func taggedFunction(call *api.Call, resource string) (name, error) {
	if !strings.Contains(resource, ":function:") {
		return name{}, awserr.Unsupported("tags of anything but functions and event source mappings")
	}
	n, err := parseName(call, resource, nil)
	if err == nil && n.qualifier != "" {
		err = lambdaapi.InvalidParameterValueException("Tags on function aliases and versions are not supported. Please specify a function ARN.")
	}
	return n, err
}
