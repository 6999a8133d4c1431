package lambda

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
)

// allowOrigin tells the browser that pages of an origin may read the answer,
// if they may.
func allowOrigin(c *lambdaapi.Cors, h http.Header, origin string) bool {
	if origin == "" {
		return false
	}
	everybody, credentials := slices.Contains(c.AllowOrigins, "*"), c.AllowCredentials != nil && *c.AllowCredentials
	switch {
	case everybody && !credentials:
		h.Set("Access-Control-Allow-Origin", "*")
	case everybody || slices.Contains(c.AllowOrigins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Vary", "Origin")
	default:
		return false
	}
	if credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if len(c.ExposeHeaders) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(c.ExposeHeaders, ","))
	}
	return true
}

// isPreflight tells a browser's question before a request from a request.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight answers such a question; the function does not hear of it.
func answerPreflight(c *lambdaapi.Cors, w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	method := r.Header.Get("Access-Control-Request-Method")
	if (slices.Contains(c.AllowMethods, "*") || slices.Contains(c.AllowMethods, method)) && allowOrigin(c, h, r.Header.Get("Origin")) {
		h.Set("Access-Control-Allow-Methods", strings.Join(c.AllowMethods, ","))
		if len(c.AllowHeaders) > 0 {
			h.Set("Access-Control-Allow-Headers", strings.Join(c.AllowHeaders, ","))
		}
		if c.MaxAge != nil {
			h.Set("Access-Control-Max-Age", strconv.FormatInt(*c.MaxAge, 10))
		}
	}
	w.WriteHeader(http.StatusOK)
}
