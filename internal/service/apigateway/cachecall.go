package apigateway

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
)

// actionInvalidate is what policies call it to have an answer cached anew.
const actionInvalidate = "execute-api:InvalidateCache"

// cacheUse is what a call had of the cache.
type cacheUse uint8

// The uses.
const (
	cacheUnused cacheUse = iota
	cacheMissed
	cacheHit
)

// cachePlan is how the answer to a call is cached.
type cachePlan struct {
	cluster *cacheCluster
	key     string
	ttl     time.Duration
	sealed  bool // it is to be kept encrypted
}

// answerCached answers a call that may be made: out of the cache of the stage,
// if the method has one and the answer is there, and else as the integration
// does, whose answer is then kept.
func (s *Service) answerCached(w http.ResponseWriter, x *exchange) error {
	plan, err := x.cachePlan()
	if err != nil || plan == nil {
		if err == nil {
			err = s.answerAnew(w, x)
		}
		return err
	}
	anew, err := s.wantsAnew(w, x)
	if err != nil {
		return err
	}
	if !anew {
		if kept, found := s.caches.get(plan.cluster, plan.key, x.now()); found {
			x.cache = cacheHit
			x.log.note("Answered from the cache of the stage")
			kept.write(w, x)
			return nil
		}
	}
	x.cache = cacheMissed
	kept := &keepingAnswer{ResponseWriter: w, before: maps.Clone(w.Header())}
	if err := s.answerAnew(kept, x); err != nil {
		return err
	}
	if a, ok := kept.answer(); ok {
		a.sealed = plan.sealed
		s.caches.put(plan.cluster, plan.key, a, x.now().Add(plan.ttl))
	}
	return nil
}

// cachePlan tells how the answer to the call is cached: not at all, where it is
// nil. What is set for all methods, or for ANY, counts for GET alone.
func (x *exchange) cachePlan() (*cachePlan, error) {
	if x.deployed.cluster == nil {
		return nil, nil
	}
	setting, found := x.deployed.settingFor(x.route.path, x.request.Method)
	named := found && x.deployed.isSet(x.route.path, x.request.Method)
	if !named {
		setting, found = x.deployed.settingFor(x.route.path, deref(x.method.HttpMethod))
	}
	ttl := deref(setting.CacheTtlInSeconds)
	if !found || !deref(setting.CachingEnabled) || ttl <= 0 || !named && x.request.Method != http.MethodGet {
		return nil, nil
	}
	key, err := x.cacheKey()
	if err != nil {
		return nil, err
	}
	return &cachePlan{cluster: x.deployed.cluster, key: key, ttl: time.Duration(ttl) * time.Second, sealed: deref(setting.CacheDataEncrypted)}, nil
}

// cacheKey is what two calls with the same answer have in common: the deployment,
// the namespace of the integration, and the values of its key parameters.
func (x *exchange) cacheKey() (string, error) {
	i := x.method.MethodIntegration
	parts := []string{x.deployed.deploymentID, deref(i.CacheNamespace), x.request.Method}
	var mapped *mappedRequest
	for _, key := range i.CacheKeyParameters {
		rest, integration := strings.CutPrefix(key, "integration.request.")
		if !integration {
			src, _ := parseSource(key, requestPrefix, placesOfRequest)
			parts = append(parts, key, strings.Join(x.requestValues(src), "\x00"))
			continue
		}
		if mapped == nil {
			if err := x.readBody(); err != nil { // a mapping may look into it
				return "", err
			}
			mapped = x.mapRequestParameters()
		}
		parts = append(parts, key, strings.Join(mapped.values(rest), "\x00"))
	}
	return identityKey("", parts), nil
}

// values returns what is mapped to "{place}.{name}".
func (m *mappedRequest) values(target string) []string {
	switch place, name, _ := strings.Cut(target, "."); place {
	case fromPath:
		return one(m.path[name])
	case fromQuery:
		return m.query[name]
	case fromHeader:
		return m.header.Values(name)
	}
	return nil
}

// wantsAnew reports whether the client wants the answer cached anew and may have
// that. Whoever may not is refused, warned, or heard no more of, as the method's setting says.
func (s *Service) wantsAnew(w http.ResponseWriter, x *exchange) (bool, error) {
	if !asksAnew(x.request.Header) {
		return false, nil
	}
	setting, _ := x.deployed.settingFor(x.route.path, x.request.Method, deref(x.method.HttpMethod))
	if setting.RequireAuthorizationForCacheControl != nil && !*setting.RequireAuthorizationForCacheControl {
		return true, nil
	}
	err := s.mayInvalidate(x)
	why, refused := errors.AsType[*refusal](err)
	switch {
	case err == nil:
		return true, nil
	case !refused || why.status >= 500 || setting.UnauthorizedCacheControlHeaderStrategy == failWith403:
		return false, err
	case setting.UnauthorizedCacheControlHeaderStrategy == succeedSilently:
		return false, nil
	}
	w.Header()["Warning"] = []string{`199 - "Cache-Control: max-age=0 was ignored, since the caller may not invalidate the cache"`}
	return false, nil
}

// asksAnew reports whether a request wants an answer that is not of a cache.
func asksAnew(h http.Header) bool {
	for _, line := range h.Values("Cache-Control") {
		for directive := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			if strings.EqualFold(strings.TrimSpace(name), "max-age") && strings.TrimSpace(value) == "0" {
				return true
			}
		}
	}
	return false
}

// mayInvalidate asks whether the caller may have an answer cached anew: the
// caller's policies, those of the authorizer, or the policy of the API.
func (s *Service) mayInvalidate(x *exchange) error {
	if deref(x.method.AuthorizationType) == "CUSTOM" {
		attached, err := s.apiPolicySays(x, actionInvalidate)
		if err != nil {
			return err
		}
		if attached != Denies {
			return s.authorizerAllows(x, actionInvalidate, attached)
		}
	}
	if deref(x.method.AuthorizationType) != "AWS_IAM" {
		x.call.Principal = api.Principal{Type: api.PrincipalAnonymous}
	}
	return s.authorizeCall(x, actionInvalidate)
}

// keepingAnswer keeps what the integration answers while it is written, as long
// as it may be cached.
type keepingAnswer struct {
	http.ResponseWriter
	before http.Header // what was there already, which belongs to the call
	status int
	header http.Header
	body   bytes.Buffer
	over   bool // it is too large
}

// WriteHeader implements http.ResponseWriter.
func (k *keepingAnswer) WriteHeader(status int) {
	if k.status == 0 {
		k.status, k.header = status, http.Header{}
		for name, values := range k.ResponseWriter.Header() {
			if _, found := k.before[name]; !found {
				k.header[name] = slices.Clip(slices.Clone(values)) // others may append to what is there
			}
		}
	}
	k.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (k *keepingAnswer) Write(p []byte) (int, error) {
	n, err := k.ResponseWriter.Write(p)
	if k.over = k.over || k.body.Len()+len(p) > maxCached; !k.over {
		k.body.Write(p)
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (k *keepingAnswer) Unwrap() http.ResponseWriter { return k.ResponseWriter }

// answer returns what was written, if it may be cached.
func (k *keepingAnswer) answer() (cachedAnswer, bool) {
	return cachedAnswer{status: k.status, header: k.header, body: bytes.Clone(k.body.Bytes())}, k.status != 0 && !k.over
}

// write answers a client with what is kept. The trace is that of the call.
func (a *cachedAnswer) write(w http.ResponseWriter, x *exchange) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if _, found := h["X-Amzn-Trace-Id"]; found {
		h["X-Amzn-Trace-Id"] = []string{x.traceID}
	}
	x.noteMethodResponse(h, a.body)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client that went away misses nothing
}
