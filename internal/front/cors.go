package front

import (
	"net/http"
	"net/url"
	"slices"
)

// preflight answers the question of a browser whether a page may call an AWS
// API, and marks the answers that the page may read. Pages of this machine
// may, and those of Config.Origins. It reports whether the request is done.
//
// Deployed APIs and function URLs answer such questions themselves, and so does S3 once its
// buckets have rules for it.
func (f *Front) preflight(w http.ResponseWriter, r *http.Request, host string) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	if _, _, ok := deployedAPI(r, host); ok {
		return false
	}
	if _, ok := f.functionURL(host); ok {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	if f.allowsOrigin(origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "ETag, x-amz-request-id, x-amzn-RequestId, x-amzn-ErrorType, x-amz-id-2, x-amz-version-id, x-amz-function-error, x-amz-log-result, x-amz-executed-version, Content-Range")
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if !f.allowsOrigin(origin) {
		http.Error(w, "this origin may not call AWS APIs here", http.StatusForbidden)
		return true
	}
	h.Set("Access-Control-Allow-Methods", "GET, PUT, POST, DELETE, PATCH, HEAD")
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "172800")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true") // asked where the page is from a public address and this is not
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

func (f *Front) allowsOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return isLoopbackName(u.Hostname()) || slices.Contains(f.cfg.Origins, origin)
}
