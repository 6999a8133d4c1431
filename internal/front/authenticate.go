package front

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/identity/sigv4"
)

// wellKnownKey is both id and secret of the key that users of other local
// clouds expect. It is root, on loopback alone.
const wellKnownKey = "test"

// authenticate finds the key that signed and checks the signature, which may
// cover the body.
func (f *Front) authenticate(r *http.Request, v *visit, sig *sigv4.Signature, body []byte) (api.Principal, *sigv4.Verified, error) {
	key, err := f.key(r, v, sig)
	if err != nil {
		return api.Principal{}, nil, err
	}
	if key.SessionToken != sig.SessionToken {
		return api.Principal{}, nil, unrecognized()
	}
	verified, err := f.verifier.Verify(sig, key.Secret, body, f.cfg.Clock.Now())
	if err != nil {
		return api.Principal{}, nil, err
	}
	if !key.Expires.IsZero() && !f.cfg.Clock.Now().Before(key.Expires) {
		return api.Principal{}, nil, expiredToken(sig.Service)
	}
	principal := key.Principal
	principal.AccessKeyID = key.ID
	return principal, verified, f.recordUse(r, principal, sig)
}

// recordUse notes that a user's key has signed a request.
func (f *Front) recordUse(r *http.Request, p api.Principal, sig *sigv4.Signature) error {
	if f.cfg.Uses == nil || p.Type != api.PrincipalUser || sig.SessionToken != "" {
		return nil
	}
	return f.cfg.Uses.RecordUse(r.Context(), p.AccessKeyID, sig.Service, cmp.Or(sig.Region, f.cfg.Region))
}

func (f *Front) key(r *http.Request, v *visit, sig *sigv4.Signature) (api.Key, error) {
	if sig.AccessKeyID == wellKnownKey {
		if !f.admitsWellKnown(r, v) {
			return api.Key{}, unrecognized()
		}
		return api.Key{ID: wellKnownKey, Secret: wellKnownKey, SessionToken: sig.SessionToken, Principal: f.root}, nil
	}
	return f.cfg.Keys.Key(r.Context(), sig.AccessKeyID, sig.SessionToken)
}

// admitsWellKnown tells whether the well-known key counts. Everybody knows it,
// so it does only for programs on this machine: not for connections from
// elsewhere, and not for a web page from elsewhere that the user's browser
// runs, be it by a foreign origin or by a foreign name for this address.
func (f *Front) admitsWellKnown(r *http.Request, v *visit) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !v.door.WellKnownKey || !ok || !isLoopback(local) || !isLoopbackAddr(r.RemoteAddr) {
		return false
	}
	if origin := r.Header.Get("Origin"); origin != "" && !f.allowsOrigin(origin) {
		return false
	}
	_, isAWS := cutDomain(v.host)
	return isAWS || isLoopbackName(v.host)
}

func isLoopback(addr net.Addr) bool {
	if a, ok := addr.(*net.TCPAddr); ok {
		return a.IP.IsLoopback()
	}
	return isLoopbackAddr(addr.String())
}

func isLoopbackAddr(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && isLoopbackIP(host)
}

func isLoopbackName(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return isLoopbackIP(strings.Trim(host, "[]"))
}

func isLoopbackIP(text string) bool {
	ip, err := netip.ParseAddr(text)
	return err == nil && ip.Zone() == "" && ip.Unmap().IsLoopback()
}

// unrecognized is the refusal of a key that is not ours, with AWS's words.
func unrecognized() *awserr.Error {
	return &awserr.Error{Code: awserr.CodeUnrecognizedClient, Status: http.StatusForbidden,
		Message: "The security token included in the request is invalid."}
}

func expiredToken(service string) *awserr.Error {
	message := "The security token included in the request is expired"
	if service == "s3" {
		message = "The provided token has expired."
	}
	return &awserr.Error{Code: awserr.CodeExpiredToken, Status: http.StatusForbidden, Message: message}
}

// parse reads the signature of a request; nil if it has none.
func parse(r *http.Request) (*sigv4.Signature, error) {
	sig, err := sigv4.Parse(r)
	if errors.Is(err, sigv4.ErrUnsigned) {
		sig, err = sigv4.ParseV2(r, bucketInHost(r))
	}
	if errors.Is(err, sigv4.ErrUnsigned) {
		return nil, nil
	}
	return sig, err
}

// newCall describes the request to the operation.
func (f *Front) newCall(r *http.Request, v *visit, who caller) *api.Call {
	call := &api.Call{
		Account:   who.principal.Account,
		Region:    who.region,
		Principal: who.principal,
		RequestID: v.id,
		Start:     v.start,
		SourceIP:  sourceIP(r),
		UserAgent: r.UserAgent(),
		Secure:    r.TLS != nil,
		BaseURL:   baseURL(r),
	}
	if call.Account == "" {
		call.Account = f.cfg.Account
	}
	if call.Region == "" {
		call.Region = f.cfg.Region
	}
	return call
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func baseURL(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// anonymous is who calls without a signature.
func anonymous() api.Principal { return api.Principal{Type: api.PrincipalAnonymous} }
