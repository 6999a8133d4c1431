package front

import (
	"net/http"
	"strings"

	"cloudless/internal/wire"
)

// executePath is where deployed APIs are for clients that can neither resolve
// nor set a host: /_aws/execute-api/{api}/{stage}/…
const executePath = "/_aws/execute-api/"

// deployedAPI returns the API that a request calls, by its host,
// "{api}.execute-api.…", or by its path, and the request with a path that
// begins with the stage.
func deployedAPI(r *http.Request) (id string, rest *http.Request, ok bool) {
	if name, isAWS := cutDomain(hostname(r.Host)); isAWS {
		id, service, _ := strings.Cut(name, ".")
		if service == "execute-api" || strings.HasPrefix(service, "execute-api.") {
			return id, r, true
		}
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

// serveDeployedAPI hands a call of a deployed API over. It needs no signature;
// where a method asks for one, the API says so.
func (f *Front) serveDeployedAPI(w http.ResponseWriter, r *http.Request, v *visit, id string) {
	v.service, v.operation = "execute-api", id
	v.refuse = func(error) {
		_ = wire.Answer(w, http.StatusInternalServerError, "application/json", []byte(`{"message": "Internal server error"}`))
	}
	principal := anonymous()
	region := f.cfg.Region
	if sig, err := parse(r); err == nil && sig != nil && sig.Service == "execute-api" {
		region = sig.Region
	}
	ctx, cancel := withinCall(r.Context())
	v.cancel = cancel
	call := f.newCall(r, v, principal, region)
	f.cfg.APIs.ServeAPI(w, r.WithContext(ctx), call, id)
}
