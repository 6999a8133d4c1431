package apigateway

import (
	"net/url"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// route is one segment of the paths of an API, and what may follow it.
type route struct {
	below    map[string]*route // by their plain text
	variable *route            // "{id}"
	greedy   *route            // "{proxy+}", which takes all the rest
	name     string            // of the variable that this segment is, or ""

	resourceID string // "" where no resource ends here
	path       string // of the resource
	methods    map[string]*method
}

// method is a method of a deployed resource, made ready.
type method struct {
	*agw.Method
	requestTemplates templates
	responses        []response
	broken           error // why the method cannot be served, or nil
}

// newRoutes makes the routes of a deployment.
func newRoutes(t tree) *route {
	root := &route{}
	for _, r := range t {
		at := root
		path := t.path(r)
		if !r.isRoot() {
			for part := range strings.SplitSeq(path[1:], "/") {
				at = at.child(part)
			}
		}
		at.resourceID, at.path, at.methods = r.ID, path, map[string]*method{}
		for name, m := range r.Methods {
			at.methods[name] = newMethod(m)
		}
	}
	return root
}

// newMethod makes a method ready. Its templates and patterns were checked when
// they were put; one that cannot be made ready nevertheless is an integration
// that fails when it is called.
func newMethod(m *agw.Method) *method {
	ready := &method{Method: m}
	if ready.requestTemplates, ready.broken = compileTemplates(m.MethodIntegration.RequestTemplates); ready.broken == nil {
		ready.responses, ready.broken = responsesOf(m.MethodIntegration)
	}
	return ready
}

// child returns the route for a segment below, which it makes if need be.
func (t *route) child(part string) *route {
	switch {
	case isGreedy(part):
		if t.greedy == nil {
			t.greedy = &route{name: parameterName(part)}
		}
		return t.greedy
	case isParameter(part):
		if t.variable == nil {
			t.variable = &route{name: parameterName(part)}
		}
		return t.variable
	}
	if t.below == nil {
		t.below = map[string]*route{}
	}
	if t.below[part] == nil {
		t.below[part] = &route{}
	}
	return t.below[part]
}

// match finds the resource that a path means, and the values of the variables
// in it, still escaped. Plain text goes before a variable, and a variable
// before a greedy one, from left to right. The path begins with "/"; one slash
// at its end means nothing.
func (t *route) match(path string) (*route, map[string]string) {
	path = strings.TrimLeft(path, "/")
	path = strings.TrimSuffix(path, "/")
	variables := map[string]string{}
	found := t.find(path, path != "", variables)
	if found == nil {
		return nil, nil
	}
	return found, variables
}

// find looks for the rest of a path below t; more says whether there is any.
// Each route is looked at once at most, since its depth is its place in the
// path.
func (t *route) find(rest string, more bool, variables map[string]string) *route {
	if !more {
		if t.resourceID == "" || len(t.methods) == 0 {
			return nil
		}
		return t
	}
	part, after, further := strings.Cut(rest, "/")
	if next := t.plain(part); next != nil {
		if found := next.find(after, further, variables); found != nil {
			return found
		}
	}
	if next := t.variable; next != nil && part != "" {
		if found := next.find(after, further, variables); found != nil {
			variables[next.name] = part
			return found
		}
	}
	if next := t.greedy; next != nil && len(next.methods) > 0 {
		variables[next.name] = rest
		return next
	}
	return nil
}

// plain returns the route of a segment that is plain text, which the client may
// have escaped.
func (t *route) plain(part string) *route {
	if next := t.below[part]; next != nil || !strings.Contains(part, "%") {
		return next
	}
	unescaped, err := url.PathUnescape(part)
	if err != nil {
		return nil
	}
	return t.below[unescaped]
}

// method returns what answers an HTTP method here.
func (t *route) method(httpMethod string) *method {
	if m := t.methods[httpMethod]; m != nil && httpMethod != "ANY" {
		return m
	}
	if !slices.Contains(httpMethods, httpMethod) || httpMethod == "ANY" {
		return nil // "get" is not GET, neither to policies nor to a throttle
	}
	return t.methods["ANY"]
}
