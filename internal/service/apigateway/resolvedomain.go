package apigateway

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// IsDomain reports whether a host, which is in lower case and has no port, is a
// custom domain name.
func (s *Service) IsDomain(ctx context.Context, host string) (bool, error) {
	d, err := s.domainAt(ctx, host)
	return d != nil, err
}

// ServeDomain answers a call of a deployed API under a custom domain name.
// signer is ServeAPI's.
func (s *Service) ServeDomain(w http.ResponseWriter, r *http.Request, call *api.Call, host string, signer func(body []byte) (api.Principal, error)) {
	called := r.URL.EscapedPath()
	d, err := s.domainAt(r.Context(), host)
	apiID, path, basePath := d.resolve(called)
	moved := *r
	u := *r.URL
	u.RawPath, u.Path = path, path
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path = plain
	}
	moved.URL = &u
	x := s.newExchange(&moved, call, signer)
	x.calledPath, x.basePath = called, basePath
	if err == nil {
		err = s.judgeConnection(x, d, host)
	}
	if err != nil {
		s.refuse(w, x, internalError().because(err))
		return
	}
	s.begin(w, x, apiID)
}

// domain is a custom domain name as its calls see it.
type domain struct {
	id       string // see domainID
	owner    *domainOwner
	access   *accessGrant                    // through which a private one is called; nil for others
	mappings map[string]*agw.BasePathMapping // by their base paths
}

// resolve finds what an escaped path means: an API, "" for none, a path that
// begins with the stage, and the base path that it matched.
func (d *domain) resolve(path string) (apiID, stagePath, basePath string) {
	if d == nil {
		return "", path, ""
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if plain, err := url.PathUnescape(first); err == nil {
		first = plain
	}
	m := d.mappings[first]
	if m != nil && first != noBasePath {
		path = "/" + rest
	} else if m = d.mappings[noBasePath]; m == nil {
		return "", path, ""
	}
	// Where the mapping names no stage, the path does.
	if stage := deref(m.Stage); stage != "" {
		path = "/" + url.PathEscape(stage) + path
	}
	return *m.RestApiId, path, *m.BasePath
}

// ownerAt finds the domain name that a host is: a public one, or one with "*" in
// place of the host's first label, or a private one to which a VPC endpoint has
// access. d is nil where there is none, and has no mappings otherwise.
func ownerAt(r kv.Reader, host string) (d *domain, err error) {
	candidates := []string{host}
	if _, above, found := strings.Cut(host, "."); found {
		candidates = append(candidates, "*."+above)
	}
	for _, name := range candidates {
		owner, err := load[domainOwner](r, domainKey(name))
		if err == nil {
			return &domain{id: name, owner: owner}, nil
		}
		if !errors.Is(err, kv.ErrNotFound) {
			return nil, err
		}
	}
	return privateAt(r, host)
}

// domainAt reads the domain name that a host is, with its mappings; nil where
// there is none.
func (s *Service) domainAt(ctx context.Context, host string) (*domain, error) {
	return view(ctx, s, func(r kv.Reader) (*domain, error) {
		d, err := ownerAt(r, host)
		if err != nil || d == nil {
			return nil, err
		}
		d.mappings = map[string]*agw.BasePathMapping{}
		if d.owner.RoutingMode == "ROUTING_RULE_ONLY" {
			return d, nil // and there are no rules
		}
		all, err := loadAll[basePathMapping](r, mappingPrefix(d.id))
		for _, m := range all {
			d.mappings[*m.Mapping.BasePath] = &m.Mapping
		}
		return d, err
	})
}
