package apigateway

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// httpMethods are the methods that a resource may have.
var httpMethods = []string{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"}

func noSuchMethod() error {
	return agw.NotFoundException("Invalid Method identifier specified")
}

func noSuchStatus() error {
	return agw.NotFoundException("Invalid Response status code specified")
}

// methodOf returns a method of a resource.
func methodOf(r *resource, httpMethod string) (*agw.Method, error) {
	if m := r.Methods[httpMethod]; m != nil {
		return m, nil
	}
	return nil, noSuchMethod()
}

// findMethod reads a method of the caller.
func findMethod(r kv.Reader, call *api.Call, apiID, resourceID, httpMethod string) (*agw.Method, error) {
	res, err := findResource(r, call, apiID, resourceID)
	if err != nil {
		return nil, err
	}
	return methodOf(res, httpMethod)
}

// changeMethod changes one method in its resource.
func (s *Service) changeMethod(ctx context.Context, call *api.Call, apiID, resourceID, httpMethod string, change func(tx kv.Tx, m *agw.Method) error) error {
	return s.changeResource(ctx, call, apiID, resourceID, func(tx kv.Tx, r *resource) error {
		m, err := methodOf(r, httpMethod)
		if err != nil {
			return err
		}
		return change(tx, m)
	})
}

// methodPath is what policies call a method, or what hangs on it.
func methodPath(apiID, resourceID, httpMethod string, below ...string) []string {
	return append([]string{"restapis", apiID, "resources", resourceID, "methods", httpMethod}, below...)
}

// checkMethod refuses a method that cannot be served as it says.
func checkMethod(m *agw.Method) error {
	switch deref(m.AuthorizationType) {
	case "NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS":
	default:
		return agw.BadRequestException("Invalid authorization type specified")
	}
	if len(m.AuthorizationScopes) > 0 && deref(m.AuthorizationType) != "COGNITO_USER_POOLS" {
		return awserr.Unsupported("the authorizationScopes parameter of a method without user pools")
	}
	for _, name := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		if isMethodParameter(name) && !parameterNames.MatchString(name) {
			return agw.BadRequestException("Invalid mapping expression specified: Validation Result: warnings : [], errors : [Parameter name should match the following regular expression: " + parameterNames.String() + "]")
		}
		if !isMethodParameter(name) {
			return agw.BadRequestException("Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: " + name + "]")
		}
	}
	return nil
}

// parameterNames are the names that parameters of a request may have.
var parameterNames = regexp.MustCompile(`^[a-zA-Z0-9._$-]+$`)

// isMethodParameter tells names such as "method.request.header.X-Name".
func isMethodParameter(name string) bool {
	rest, ok := strings.CutPrefix(name, "method.request.")
	place, name, _ := strings.Cut(rest, ".")
	return ok && name != "" && slices.Contains([]string{"path", "querystring", "header"}, place)
}

// checkModels refuses models that the API does not have. It reads them within
// the transaction tx, whose claims keep DeleteModel away.
func checkModels(tx kv.Reader, apiID string, models map[string]string) error {
	for _, name := range models {
		found, err := exists(tx, modelKey(apiID, name))
		if err != nil {
			return err
		}
		if !found {
			return agw.BadRequestException("Invalid model identifier specified: " + name)
		}
	}
	return nil
}
