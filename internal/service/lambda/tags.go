package lambda

import (
	"context"
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
