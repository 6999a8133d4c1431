package apigateway

import (
	"context"
	"errors"
	"net/url"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// Domain is what a call of a custom domain name means.
type Domain struct {
	APIID string // "" where no mapping takes the path
	Path  string // escaped, and beginning with the stage: "/prod/pets"
}

// ResolveDomain finds what an escaped path means on a host, which is in lower
// case and has no port. known is false where the host is no custom domain name.
func (s *Service) ResolveDomain(ctx context.Context, host, path string) (d Domain, known bool, err error) {
	name, mappings, err := s.mappingsOf(ctx, host)
	if err != nil || name == "" {
		return Domain{}, false, err
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if plain, err := url.PathUnescape(first); err == nil {
		first = plain
	}
	if m := mappings[first]; m != nil && first != noBasePath {
		return mapped(m, "/"+rest), true, nil
	}
	if m := mappings[noBasePath]; m != nil {
		return mapped(m, path), true, nil
	}
	return Domain{}, true, nil
}

// mapped is where a path behind a base path leads. Where the mapping names no
// stage, the path does.
func mapped(m *agw.BasePathMapping, path string) Domain {
	if stage := deref(m.Stage); stage != "" {
		path = "/" + url.PathEscape(stage) + path
	}
	return Domain{APIID: *m.RestApiId, Path: path}
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
