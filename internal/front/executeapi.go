package front

import (
	"context"
	"net/http"
	"strings"

	"cloudless/internal/api"
)

// executePath is where deployed APIs are for clients that can neither resolve
// nor set a host: /_aws/execute-api/{api}/{stage}/…
const executePath = "/_aws/execute-api/"

// deployedAPI returns the API that a request calls, by its host,
// "{api}.execute-api.…", or by its path, and the request with a path that
// begins with the stage.
func deployedAPI(r *http.Request, host string) (id string, rest *http.Request, ok bool) {
	if id := apiOf(host); id != "" {
		return id, r, true
	}
	after, ok := strings.CutPrefix(r.URL.EscapedPath(), executePath)
	if !ok {
		return "", nil, false
	}
	id, path, _ := strings.Cut(after, "/")
	u := *r.URL
	u.RawPath = "/" + path
	u.Path = strings.TrimPrefix(u.Path, executePath+id)
	moved := *r
	moved.URL = &u
	return id, &moved, true
}

// apiOf returns the API that a host names, "{api}.execute-api.…", or "".
func apiOf(host string) string {
	name, isAWS := cutDomain(host)
	id, service, _ := strings.Cut(name, ".")
	if !isAWS || service != "execute-api" && !strings.HasPrefix(service, "execute-api.") {
		return ""
	}
	return id
}

// serveDeployedAPI hands a call of a deployed API over: moved is the request
// with a path that begins with the stage, and r as it was signed.
func (f *Front) serveDeployedAPI(w http.ResponseWriter, r, moved *http.Request, v *visit, id string) {
	f.serveExecute(r, v, id, func(ctx context.Context, call *api.Call, signer func(body []byte) (api.Principal, error)) {
		f.cfg.APIs.ServeAPI(w, moved.WithContext(ctx), call, id, signer)
	})
}

// serveExecute makes a call of a deployed API, which name tells for the access
// line. Whether it needs a signature, the method knows.
func (f *Front) serveExecute(r *http.Request, v *visit, name string, serve func(ctx context.Context, call *api.Call, signer func(body []byte) (api.Principal, error))) {
	v.endpoint, v.operation = "execute-api", name
	who := caller{principal: anonymous(), region: f.cfg.Region}
	if sig, err := parse(r); err == nil && sig != nil && sig.Service == "execute-api" {
		who.region = sig.Region
	}
	call := f.newCall(r, v, who)
	ctx := v.within(r.Context())
	r = r.WithContext(ctx)
	serve(ctx, call, func(body []byte) (api.Principal, error) {
		return f.signerOf(r, v, "execute-api", body)
	})
}
