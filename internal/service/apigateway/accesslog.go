package apigateway

import (
	"net/http"
	"regexp"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/service/apigateway/value"
)

// logGroupARN is the ARN of a log group, with its name.
var logGroupARN = regexp.MustCompile(`^arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:([\w./#-]+)$`)

// groupOf returns the name of the log group with that ARN, or "".
func groupOf(arn string) string {
	if m := logGroupARN.FindStringSubmatch(arn); m != nil {
		return m[1]
	}
	return ""
}

// checkAccessLog refuses a log that could not be written. What is not given yet
// may follow.
func checkAccessLog(l *agw.AccessLogSettings) error {
	if l == nil {
		return nil
	}
	arn := deref(l.DestinationArn)
	switch {
	case strings.Contains(arn, ":firehose:"):
		return awserr.Unsupported("an access log in Amazon Data Firehose")
	case arn != "" && groupOf(arn) == "":
		return agw.BadRequestException("Invalid ARN specified in the request")
	case strings.Contains(strings.TrimSuffix(deref(l.Format), "\n"), "\n"):
		return agw.BadRequestException("Access Log format must be single line, new line character is allowed only at end of the format")
	}
	return nil
}

func accessLogOf(st *agw.Stage) *agw.AccessLogSettings {
	if st.AccessLogSettings == nil {
		st.AccessLogSettings = &agw.AccessLogSettings{}
	}
	return st.AccessLogSettings
}

// patchLogDestination sets where the access log of a stage goes. The ":*" that
// some append to the ARNs of log groups is none of it.
func patchLogDestination(st *agw.Stage, p patchOp) error {
	accessLogOf(st).DestinationArn = new(strings.TrimSuffix(p.text(), ":*"))
	return nil
}

// logged is an answer that is counted, and goes into the access log.
type logged struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (l *logged) WriteHeader(status int) {
	if l.status == 0 {
		l.status = status
	}
	l.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (l *logged) Write(p []byte) (int, error) {
	n, err := l.ResponseWriter.Write(p)
	l.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (l *logged) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// logVariable is a variable in the format of an access log.
var logVariable = regexp.MustCompile(`\$context((?:\.[\w:-]*\w)+)`)

// accessLine is the line of the access log for a call.
func (x *exchange) accessLine(format string, w *logged) string {
	vars := x.accessVariables(w)
	line := logVariable.ReplaceAllStringFunc(strings.TrimSuffix(format, "\n"), func(found string) string {
		text := variableAt(vars, strings.TrimPrefix(found, "$context."))
		if text == "" {
			return "-"
		}
		return strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
	})
	const most = 8 << 10 // an event of CloudWatch Logs holds more; a line that long is a mistake
	return string(validText([]byte(line[:min(len(line), most)])))
}

// accessVariables are what the format of an access log may ask for beside the
// variables of templates.
func (x *exchange) accessVariables(w *logged) *value.Map {
	vars := x.contextVariables()
	vars.Put("status", int64(w.status))
	vars.Put("responseLength", w.bytes)
	vars.Put("responseLatency", x.since(x.call.Start))
	if x.tracedAs != "" {
		vars.Put("xrayTraceId", x.tracedAs)
	}
	integration := value.NewMap()
	if i := x.integrated; i.status != 0 {
		vars.Put("integrationLatency", i.latency)
		status := int64(i.status)
		vars.Put("integrationStatus", status)
		integration.Put("latency", i.latency)
		integration.Put("status", status)
		integration.Put("integrationStatus", status)
		if i.requestID != "" {
			integration.Put("requestId", i.requestID)
			vars.Put("awsEndpointRequestId", i.requestID)
		}
	}
	if why := x.refused; why != nil {
		vars.Put("error", why.variables())
		if why.cause != nil && !why.early {
			vars.Put("integrationErrorMessage", why.cause.Error())
			integration.Put("error", why.cause.Error())
		}
	}
	vars.Put("integration", integration)
	x.putPhases(vars)
	return vars
}
