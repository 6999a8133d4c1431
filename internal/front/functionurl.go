package front

import (
	"net/http"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
)

// FunctionURLs serves the calls of function URLs, which have hosts of their own.
type FunctionURLs interface {
	// URLID returns the id of the function URL that a host names, which is in
	// lower case and has no port.
	URLID(host string) (id string, ok bool)
	// ServeURL answers a call of the function URL with that id. signer tells who
	// has signed a request with this body; it is asked where the URL wants
	// signatures.
	ServeURL(w http.ResponseWriter, r *http.Request, call *api.Call, id string, signer func(body []byte) (api.Principal, error))
}

// functionURL returns the id of the function URL that a host names.
func (f *Front) functionURL(host string) (id string, ok bool) {
	if f.cfg.URLs == nil {
		return "", false
	}
	return f.cfg.URLs.URLID(host)
}

// serveFunctionURL hands a call of a function URL over. Whether it needs a
// signature, the URL knows.
func (f *Front) serveFunctionURL(w http.ResponseWriter, r *http.Request, v *visit, id string) {
	v.endpoint, v.operation = "lambda-url", id
	who := caller{principal: anonymous(), region: f.cfg.Region}
	r = r.WithContext(v.within(r.Context()))
	f.cfg.URLs.ServeURL(w, r, f.newCall(r, v, who), id, func(body []byte) (api.Principal, error) {
		return f.signerOf(r, v, "lambda", body)
	})
}

// signerOf tells who has signed a request for a service whose body was read,
// and checks that the body is the one that was signed.
func (f *Front) signerOf(r *http.Request, v *visit, service string, body []byte) (api.Principal, error) {
	sig, err := parse(r)
	if err != nil {
		return api.Principal{}, err
	}
	if sig == nil {
		return anonymous(), nil
	}
	if sig.Service != service {
		return api.Principal{}, &awserr.Error{Code: awserr.CodeInvalidSignature, Status: http.StatusForbidden,
			Message: "Credential should be scoped to correct service: '" + service + "'. "}
	}
	principal, signed, err := f.authenticate(r, v, sig, body)
	if err != nil {
		return api.Principal{}, err
	}
	v.principal = principal.ARN
	_, err = signed.Content(body)
	return principal, err
}
