package apigateway

import (
	"context"
	"regexp"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// maxResources is how many resources an API may have, its root included.
const maxResources = 300

// CreateResource makes a resource below another.
func (s *Service) CreateResource(ctx context.Context, call *api.Call, in *agw.CreateResourceRequest) (*agw.Resource, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "resources", in.ParentId); err != nil {
		return nil, err
	}
	r := &resource{Form: form, ID: newID(s.clock, resourceIDLength), ParentID: in.ParentId, PathPart: in.PathPart}
	var out agw.Resource
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		t, err := loadTree(tx, resourcePrefix(in.RestApiId))
		if err != nil {
			return err
		}
		if len(t) >= maxResources {
			return agw.LimitExceededException("Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.")
		}
		if err := t.checkPlace(r); err != nil {
			return err
		}
		t[r.ID] = r
		out = r.shape(t.path(r), false)
		return save(tx, resourceKey(in.RestApiId, r.ID), r)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// checkPlace refuses a resource that may not stand where it says it does. r
// need not be in the tree yet.
func (t tree) checkPlace(r *resource) error {
	parent := t[r.ParentID]
	if parent == nil {
		return noSuchResource()
	}
	if err := checkPathPart(r.PathPart); err != nil {
		return err
	}
	if isGreedy(parent.PathPart) {
		return agw.BadRequestException("Cannot create a child of a resource with a greedy path variable: " + parent.PathPart)
	}
	for _, sibling := range t.children(r.ParentID) {
		if sibling.ID == r.ID {
			continue
		}
		if sibling.PathPart == r.PathPart {
			return agw.ConflictException("Another resource with the same parent already has this name: " + r.PathPart)
		}
		// {a} and {b+} too, although they could be told apart: so AWS has it.
		if isParameter(sibling.PathPart) && isParameter(r.PathPart) {
			return agw.BadRequestException("A sibling (" + sibling.PathPart + ") of this resource already has a variable path part -- only one is allowed")
		}
	}
	return nil
}

// A path part is plain text, or one variable in braces.
var (
	plainPart    = regexp.MustCompile(`^[a-zA-Z0-9._\-:~$&+,;=@!*'()%]+$`)
	variablePart = regexp.MustCompile(`^\{[a-zA-Z0-9._\-:]+\+?\}$`)
)

// checkPathPart refuses what cannot be one segment of a path.
func checkPathPart(part string) error {
	if plainPart.MatchString(part) || variablePart.MatchString(part) {
		return nil
	}
	return agw.BadRequestException("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
}

// isParameter tells "{id}" and "{proxy+}".
func isParameter(part string) bool { return strings.HasPrefix(part, "{") }

// isGreedy tells "{proxy+}".
func isGreedy(part string) bool { return isParameter(part) && strings.HasSuffix(part, "+}") }

// parameterName returns the name within "{id}" or "{proxy+}".
func parameterName(part string) string {
	return strings.TrimSuffix(strings.Trim(part, "{}"), "+")
}
