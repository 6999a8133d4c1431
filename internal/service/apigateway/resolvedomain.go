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
	name, _, err := s.mappingsOf(ctx, host)
	return name != "", err
}

// ServeDomain answers a call of a deployed API under a custom domain name.
// signer is ServeAPI's.
func (s *Service) ServeDomain(w http.ResponseWriter, r *http.Request, call *api.Call, host string, signer func(body []byte) (api.Principal, error)) {
	called := r.URL.EscapedPath()
	apiID, path, err := s.resolveDomain(r.Context(), host, called)
	moved := *r
	u := *r.URL
	u.RawPath, u.Path = path, path
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path = plain
	}
	moved.URL = &u
	x := s.newExchange(&moved, call, signer)
	x.calledPath = called
	if err != nil {
		s.refuse(w, x, internalError().because(err))
		return
	}
	s.begin(w, x, apiID)
}

// resolveDomain finds what an escaped path means on a host: an API, "" for none,
// and a path that begins with the stage.
func (s *Service) resolveDomain(ctx context.Context, host, path string) (apiID, stagePath string, err error) {
	_, mappings, err := s.mappingsOf(ctx, host)
	if err != nil {
		return "", "", err
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if plain, err := url.PathUnescape(first); err == nil {
		first = plain
	}
	m := mappings[first]
	if m != nil && first != noBasePath {
		path = "/" + rest
	} else if m = mappings[noBasePath]; m == nil {
		return "", path, nil
	}
	// Where the mapping names no stage, the path does.
	if stage := deref(m.Stage); stage != "" {
		path = "/" + url.PathEscape(stage) + path
	}
	return *m.RestApiId, path, nil
}

// mappingsOf reads the mappings of the domain name that a host is, by their
// base paths. A name with "*" in place of its first label takes the hosts that
// have no name of their own. name is "" where there is none.
func (s *Service) mappingsOf(ctx context.Context, host string) (name string, mappings map[string]*agw.BasePathMapping, err error) {
	candidates := []string{host}
	if _, above, found := strings.Cut(host, "."); found {
		candidates = append(candidates, "*."+above)
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		name, mappings = "", map[string]*agw.BasePathMapping{}
		for _, c := range candidates {
			if _, err := r.Get(domainKey(c)); errors.Is(err, kv.ErrNotFound) {
				continue
			} else if err != nil {
				return err
			}
			all, err := loadAll[basePathMapping](r, mappingPrefix(c))
			for _, m := range all {
				mappings[*m.Mapping.BasePath] = &m.Mapping
			}
			name = c
			return err
		}
		return nil
	})
	return name, mappings, err
}
