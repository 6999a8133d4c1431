package apigateway

import (
	"net/http"
	"strings"

	"cloudless/internal/api"
)

// forwardedHeaders are the headers of the request that go on to the backend,
// with those that the gateway adds.
func (x *exchange) forwardedHeaders() http.Header {
	h := http.Header{}
	for name, values := range x.request.Header {
		if !droppedFromRequest[name] {
			h[name] = values
		}
	}
	h["Host"] = []string{x.request.Host}
	h["X-Amzn-Trace-Id"] = []string{x.traceID}
	addForwarded(h, x.call)
	return h
}

// addForwarded says from where the request came.
func addForwarded(h http.Header, call *api.Call) {
	from := call.SourceIP
	if before := h.Get("X-Forwarded-For"); before != "" {
		from = before + ", " + from
	}
	port, proto := "80", "http"
	if call.Secure {
		port, proto = "443", "https"
	}
	h["X-Forwarded-For"] = []string{from}
	h["X-Forwarded-Port"] = []string{port}
	h["X-Forwarded-Proto"] = []string{proto}
}

// droppedFromRequest are headers of the client's connection, which say nothing
// to the backend.
var droppedFromRequest = map[string]bool{
	"Connection": true, "Content-Length": true, "Content-Md5": true, "Expect": true, "Keep-Alive": true, "Max-Forwards": true,
	"Proxy-Authenticate": true, "Server": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
	"Www-Authenticate": true,
}

// answeredHeader returns under which name a header of the backend reaches the
// client. What the gateway says itself is moved aside, and what belongs to the
// backend's connection is left out.
func answeredHeader(name string) (string, bool) {
	switch strings.ToLower(name) {
	case "content-type":
		return "Content-Type", true // net/http looks for it under this name
	case "authorization", "connection", "content-length", "content-md5", "date", "host", "max-forwards", "server",
		"user-agent", "via", "www-authenticate", "x-amzn-requestid", "x-amz-apigw-id":
		return "x-amzn-Remapped-" + name, true
	case "expect", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade":
		return "", false
	}
	return name, true
}
