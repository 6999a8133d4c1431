package wire

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Router finds the operation of a REST protocol that a method and a path name.
// It works on the path as it was sent: an escaped slash belongs to a label,
// and neither "//" nor ".." is cleaned away.
type Router struct {
	routes []route // the most specific first
}

type route struct {
	op       *Operation
	segments []segment
	query    url.Values // must be there; an empty value means any
	needs    []string   // required members that headers or query carry
	weight   []int
}

// segment is literal text or a label; a greedy label takes the rest.
type segment struct {
	text   string
	label  bool
	greedy bool
}

// NewRouter reads the URI patterns of a service's operations.
func NewRouter(s *Service) *Router {
	r := &Router{}
	for i := range s.Operations {
		op := &s.Operations[i]
		path, query, _ := strings.Cut(op.URI, "?")
		rt := route{op: op, segments: parseSegments(path)}
		rt.query, _ = url.ParseQuery(query)
		for _, m := range s.Shape(op.Input).Members {
			if m.Required && (m.In == InHeader || m.In == InQuery) {
				rt.needs = append(rt.needs, m.WireName())
			}
		}
		rt.weight = rt.specificity()
		r.routes = append(r.routes, rt)
	}
	slices.SortStableFunc(r.routes, func(a, b route) int {
		return slices.Compare(b.weight, a.weight)
	})
	return r
}

func parseSegments(path string) []segment {
	var segments []segment
	for _, text := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		s := segment{text: text}
		if name, ok := strings.CutPrefix(text, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			s.label = true
			s.text, s.greedy = strings.CutSuffix(name, "+")
		}
		segments = append(segments, s)
	}
	return segments
}

// specificity orders routes: required query parameters first, then literals before
// labels before greedy labels, from the left.
func (rt *route) specificity() []int {
	w := []int{len(rt.query)}
	for _, s := range rt.segments {
		switch {
		case !s.label:
			w = append(w, 3)
		case !s.greedy:
			w = append(w, 2)
		default:
			w = append(w, 1)
		}
	}
	return w
}

// Match returns the operation that the request names, with the labels of its
// path unescaped, or nil.
//
// Several operations of S3 share method and path: a copy is a put with a
// header more. Of those, the one whose required members are all there wins,
// and of several such, the one that requires most.
func (r *Router) Match(req *http.Request) (*Operation, map[string]string) {
	path := strings.TrimPrefix(req.URL.EscapedPath(), "/")
	query := req.URL.Query()
	var (
		best   *route
		labels map[string]string
	)
	for i := range r.routes {
		rt := &r.routes[i]
		if best != nil && !slices.Equal(rt.weight, best.weight) {
			break
		}
		if rt.op.Method != req.Method || !hasAll(query, rt.query) {
			continue
		}
		found, ok := rt.match(path)
		if ok && (best == nil || rt.fit(req.Header, query) > best.fit(req.Header, query)) {
			best, labels = rt, found
		}
	}
	if best == nil {
		return nil, nil
	}
	return best.op, labels
}

// fit counts the required members of headers and query that are there, or is
// negative if one is missing.
func (rt *route) fit(header http.Header, query url.Values) int {
	for _, name := range rt.needs {
		if !query.Has(name) && header.Get(name) == "" {
			return -1
		}
	}
	return len(rt.needs)
}

func hasAll(query, wanted url.Values) bool {
	for k, v := range wanted {
		got, ok := query[k]
		if !ok || v[0] != "" && !slices.Contains(got, v[0]) {
			return false
		}
	}
	return true
}

func (rt *route) match(path string) (map[string]string, bool) {
	var labels map[string]string
	rest, more := path, true
	for _, s := range rt.segments {
		if !more {
			return nil, false
		}
		var text string
		if s.greedy {
			text, rest, more = rest, "", false
		} else {
			text, rest, more = strings.Cut(rest, "/")
		}
		if !s.label {
			if text != s.text {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(text)
		if err != nil || value == "" {
			return nil, false
		}
		if labels == nil {
			labels = map[string]string{}
		}
		labels[s.text] = value
	}
	// A closing slash is no further segment, except to a greedy label.
	return labels, !more || rest == ""
}
