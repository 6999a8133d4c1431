package apigateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// executionLog tells how a call went, as AWS tells it to whoever tests a method
// or an authorizer, and to the execution log of a stage. A nil one takes no
// notes.
type executionLog struct {
	now   func() time.Time
	lines []logLine
}

// logLine is one note.
type logLine struct {
	at   time.Time
	text string
	kind lineKind
}

// lineKind says who wants to read a line.
type lineKind uint8

// The kinds of lines.
const (
	aboutCall    lineKind = iota // what happened
	aboutContent                 // headers and bodies
	aboutFailure                 // why a call failed
)

// note adds a line about what happened.
func (l *executionLog) note(format string, args ...any) { l.add(aboutCall, format, args...) }

func (l *executionLog) add(kind lineKind, format string, args ...any) {
	if l != nil {
		l.lines = append(l.lines, logLine{l.now(), fmt.Sprintf(format, args...), kind})
	}
}

// noteFailure tells why a call failed, where more is known than what the client
// was told.
func (l *executionLog) noteFailure(why *refusal) {
	if why.cause != nil {
		l.add(aboutFailure, "Execution failed due to configuration error: %v", why.cause)
	}
}

// text is the log of a test.
func (l *executionLog) text(requestID string) string {
	var b strings.Builder
	b.WriteString("Execution log for request " + requestID + "\n")
	for _, line := range l.lines {
		b.WriteString(line.at.UTC().Format("Mon Jan 02 15:04:05 MST 2006") + " : " + line.text + "\n")
	}
	return b.String()
}

// since is the time that has passed, in milliseconds.
func (x *exchange) since(t time.Time) int64 { return x.now().Sub(t).Milliseconds() }

// listed writes a map as the log has it: {a=1, b=2}.
type listed map[string]string

func (m listed) String() string {
	pairs := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, name+"="+m[name])
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// withoutSecrets hides what opens doors: a log has more readers.
func withoutSecrets(headers map[string]string) listed {
	for name, value := range headers {
		switch strings.ToLower(name) {
		case "authorization", "cookie", "x-api-key", "x-amz-security-token":
			headers[name] = masked(value)
		}
	}
	return headers
}

// noteMethodRequest tells what was asked.
func (x *exchange) noteMethodRequest() {
	if x.log == nil {
		return
	}
	x.log.note("Starting execution for request: %s", x.call.RequestID)
	x.log.note("HTTP Method: %s, Resource Path: %s", x.request.Method, x.route.path)
	x.log.add(aboutContent, "Method request path: %s", listed(x.variables))
	x.log.add(aboutContent, "Method request query string: %s", listed(last(x.query)))
	x.log.add(aboutContent, "Method request headers: %s", withoutSecrets(last(x.request.Header)))
}

// noteBody tells what came with a call.
func (x *exchange) noteBody() {
	if x.log != nil {
		x.log.add(aboutContent, "Method request body before transformations: %s", shortened(x.body))
	}
}

// integrated is how the integration of a call went.
type integrated struct {
	sent    time.Time // when the request was sent; zero where none was
	status  int       // that it answered; 0 where it did not
	latency int64     // milliseconds

	requestID string // that an AWS service has for the call, or ""
}

// noteEndpointRequest takes down what an integration is sent.
func (x *exchange) noteEndpointRequest(uri string, header http.Header, body []byte) {
	x.integrated.sent = x.now()
	if x.log == nil {
		return
	}
	x.log.note("Endpoint request URI: %s", uri)
	x.log.add(aboutContent, "Endpoint request headers: %s", withoutSecrets(last(header)))
	x.log.add(aboutContent, "Endpoint request body after transformations: %s", shortened(body))
	x.log.note("Sending request to %s", uri)
}

// noteEndpointResponse takes down what an integration answered.
func (x *exchange) noteEndpointResponse(status int, header http.Header, body []byte) {
	x.integrated.status, x.integrated.latency = status, x.since(x.integrated.sent)
	if x.log == nil {
		return
	}
	x.log.note("Received response. Status: %d, Integration latency: %d ms", status, x.integrated.latency)
	x.log.add(aboutContent, "Endpoint response headers: %s", listed(last(header)))
	x.log.add(aboutContent, "Endpoint response body before transformations: %s", shortened(body))
}

// noteMethodResponse tells what the client gets.
func (x *exchange) noteMethodResponse(header http.Header, body []byte) {
	if x.log == nil {
		return
	}
	x.log.add(aboutContent, "Method response body after transformations: %s", shortened(body))
	x.log.add(aboutContent, "Method response headers: %s", listed(last(header)))
}

// noteEnd tells how the call ended.
func (x *exchange) noteEnd(status int, why *refusal) {
	if x.log == nil {
		return
	}
	if why == nil {
		x.log.note("Successfully completed execution")
	} else {
		x.log.noteFailure(why)
	}
	x.log.note("Method completed with status: %d", status)
}

// shortened is a body as far as a log has it.
func shortened(body []byte) string {
	const most = 1024
	if len(body) > most {
		return string(validText(body[:most])) + " [TRUNCATED]"
	}
	return string(validText(body))
}
