package front

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/netip"
	"strings"

	"cloudless/internal/api"
)

// Domains serves the calls of deployed APIs under names of users' own.
type Domains interface {
	// IsDomain reports whether a host, which is in lower case and has no port,
	// is such a name.
	IsDomain(ctx context.Context, host string) (bool, error)
	// ServeDomain answers a call under the name that host is. signer is that of
	// DeployedAPIs.
	ServeDomain(w http.ResponseWriter, r *http.Request, call *api.Call, host string, signer func(body []byte) (api.Principal, error))
	// Handshake tells how TLS is spoken under the name that a host is, or with
	// the API that it names, if that is not "": the lowest version, 0 for no
	// matter, and whether clients have to bring a certificate.
	Handshake(ctx context.Context, host, apiID string) (lowest uint16, certificate bool, err error)
}

// spokenOverTLS are the protocols that clients may choose in a handshake.
var spokenOverTLS = []string{"h2", "http/1.1"}

// TLS returns base with what custom domain names and deployed APIs ask of their
// clients. Whether
// a certificate is trusted, the API that is called tells, as AWS does: it answers
// 403. That there is none ends the handshake.
func (f *Front) TLS(base *tls.Config) *tls.Config {
	base = base.Clone()
	base.NextProtos = spokenOverTLS
	if f.cfg.Domains == nil {
		return base
	}
	base.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		host := hostname(hello.ServerName)
		apiID := apiOf(host)
		if apiID == "" && !mayBeDomain(host) {
			return nil, nil // base
		}
		lowest, certificate, err := f.cfg.Domains.Handshake(hello.Context(), host, apiID)
		if err != nil || lowest == 0 && !certificate {
			return nil, err
		}
		c := base.Clone()
		c.GetConfigForClient, c.MinVersion = nil, lowest
		if certificate {
			c.ClientAuth = tls.RequireAnyClientCert
		}
		return c, nil
	}
	return base
}

// serveDomain answers a request whose host is a custom domain name, and tells
// whether it is one.
func (f *Front) serveDomain(w http.ResponseWriter, r *http.Request, v *visit) bool {
	if f.cfg.Domains == nil || !mayBeDomain(v.host) {
		return false
	}
	known, err := f.cfg.Domains.IsDomain(r.Context(), v.host)
	if err != nil {
		f.log.ErrorContext(r.Context(), "custom domain not found out", "err", err, "request_id", v.id)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"message": "Internal server error"}`) // the client that went away misses nothing
		return true
	}
	if !known {
		return false
	}
	f.serveExecute(r, v, v.host, func(ctx context.Context, call *api.Call, signer func(body []byte) (api.Principal, error)) {
		f.cfg.Domains.ServeDomain(w, r.WithContext(ctx), call, v.host, signer)
	})
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
