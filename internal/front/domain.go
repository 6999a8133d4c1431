package front

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Domains knows the names of users' own under which deployed APIs are called.
type Domains interface {
	// ResolveDomain finds what an escaped path means on a host, which is in
	// lower case and has no port: an API, "" for none, and a path that begins
	// with the stage. known is false where the host is no such name.
	ResolveDomain(ctx context.Context, host, path string) (apiID, stagePath string, known bool, err error)
}

// serveDomain answers a request whose host is a custom domain name, and tells
// whether it is one.
func (f *Front) serveDomain(w http.ResponseWriter, r *http.Request, v *visit) bool {
	if f.cfg.Domains == nil || !mayBeDomain(v.host) {
		return false
	}
	id, path, known, err := f.cfg.Domains.ResolveDomain(r.Context(), v.host, r.URL.EscapedPath())
	switch {
	case err != nil:
		f.log.ErrorContext(r.Context(), "custom domain not found out", "err", err, "request_id", v.id)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"message": "Internal server error"}`) // the client that went away misses nothing
		return true
	case !known:
		return false
	}
	moved := *r
	u := *r.URL
	u.RawPath = path
	if u.Path, err = url.PathUnescape(path); err != nil {
		u.Path = path // it is escaped again from RawPath, which is what the client sent
	}
	moved.URL = &u
	f.serveDeployedAPI(w, r, &moved, v, id)
	return true
}

// mayBeDomain tells hosts that could be a custom domain name from those that
// most requests have, so that these need not be looked up.
func mayBeDomain(host string) bool {
	if !strings.Contains(host, ".") {
		return false
	}
	if _, ours := cutDomain(host); ours {
		return false
	}
	_, err := netip.ParseAddr(host)
	return err != nil
}
