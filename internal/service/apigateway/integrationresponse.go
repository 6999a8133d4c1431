package apigateway

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"regexp/syntax"
	"slices"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// response is an integration response, made ready.
type response struct {
	*agw.IntegrationResponse
	pattern   *regexp.Regexp // nil for the default response
	templates templates
}

// responsesOf makes the responses of an integration ready, those with a
// pattern first, by their status.
func responsesOf(i *agw.Integration) ([]response, error) {
	var out []response
	for _, status := range slices.Sorted(maps.Keys(i.IntegrationResponses)) {
		r := response{IntegrationResponse: new(i.IntegrationResponses[status])}
		var err error
		if r.templates, err = compileTemplates(r.ResponseTemplates); err != nil {
			return nil, err
		}
		if p := deref(r.SelectionPattern); p != "" {
			if r.pattern, err = compileSelection(p); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b response) int { return cmp.Compare(rank(a), rank(b)) })
	return out, nil
}

// rank puts default responses behind the others.
func rank(r response) int {
	if r.pattern == nil {
		return 1
	}
	return 0
}

// compileSelection compiles a selection pattern, which has to match all of
// what it is held against.
func compileSelection(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err == nil {
		return re, nil
	}
	return nil, refusePattern(err, "selection pattern", pattern)
}

// refusePattern refuses a regular expression that is none, and one of which
// only Java knows the meaning.
func refusePattern(err error, what, pattern string) error {
	if e, ok := errors.AsType[*syntax.Error](err); ok && (e.Code == syntax.ErrInvalidPerlOp || e.Code == syntax.ErrInvalidEscape || e.Code == syntax.ErrInvalidRepeatOp) {
		return awserr.Unsupported("the " + what + " " + pattern + " with Java's own constructs")
	}
	return agw.BadRequestException("Invalid " + what + " specified: " + pattern)
}

// checkIntegrationResponse refuses a response that could not be given.
func checkIntegrationResponse(m *agw.Method, r *agw.IntegrationResponse) error {
	if _, declared := m.MethodResponses[*r.StatusCode]; !declared {
		return noSuchStatus()
	}
	if err := checkContentHandling(r.ContentHandling); err != nil {
		return err
	}
	if p := deref(r.SelectionPattern); p != "" {
		if _, err := compileSelection(p); err != nil {
			return err
		}
	}
	if err := checkTemplates(r.ResponseTemplates); err != nil {
		return err
	}
	return checkMappedParameters(m, r)
}

// backendAnswer is what the backend of an integration answered.
type backendAnswer struct {
	status   int
	header   http.Header
	body     []byte
	selector string // held against the selection patterns
}

// respond makes the answer to the client from that of the backend.
func (s *Service) respond(x *exchange, a backendAnswer) (*reply, error) {
	r := x.method.choose(a.selector)
	if r == nil {
		return nil, internalError().because(errors.New("no match for output mapping and no default response"))
	}
	return s.mapResponse(x, r, a)
}

// choose returns the first response whose pattern matches, else the default
// response, else nil.
func (m *method) choose(selector string) *response {
	for i := range m.responses {
		if r := &m.responses[i]; r.pattern == nil || selector != "" && r.pattern.MatchString(selector) {
			return r
		}
	}
	return nil
}
