package apigateway

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/value"
)

const (
	refusalHeader   = "gatewayresponse.header."
	placesOfRefusal = "path querystring header multivaluequerystring multivalueheader"
)

// answerRefusal words a refusal: as the deployed API says, if it says anything
// of refusals of this type, and else as AWS does.
func (x *exchange) answerRefusal(why *refusal) *reply {
	if x.deployed == nil || x.deployed.gatewayResponses[why.kind] == nil && x.deployed.gatewayResponses[fallbackFor(why.kind)] == nil {
		return why.reply()
	}
	r := resolveGatewayResponse(x.deployed.gatewayResponses, why.kind)
	vars := x.contextVariables()
	vars.Put("error", why.variables())
	out := &reply{status: why.status, header: http.Header{"x-amzn-ErrorType": {why.errorType}}}
	if status, err := strconv.Atoi(deref(r.StatusCode)); err == nil {
		out.status = status
	}
	x.setRefusalHeaders(out.header, r, vars)
	mediaType := chooseByAccept(r.ResponseTemplates, x.request.Header.Get("Accept"))
	out.header["Content-Type"] = []string{mediaType}
	out.body = []byte(x.expandRefusal(r.ResponseTemplates[mediaType], vars))
	return out
}

// variables are what "$context.error" has.
func (r *refusal) variables() *value.Map {
	m := value.MapOf("messageString", string(r.messageJSON()), "responseType", r.kind)
	if r.message != "" {
		m.Put("message", r.message)
	}
	if r.validation != "" {
		m.Put("validationErrorString", r.validation)
	}
	return m
}

// messageJSON is the message as AWS writes it in JSON. A refusal that has
// nothing to say has null.
func (r *refusal) messageJSON() []byte {
	if r.message == "" {
		return []byte("null")
	}
	message, _ := json.Marshal(r.message) // a string is always JSON
	return message
}

// setRefusalHeaders sets the headers that a gateway response maps.
func (x *exchange) setRefusalHeaders(h http.Header, r *agw.GatewayResponse, vars *value.Map) {
	for target, expression := range r.ResponseParameters {
		src, ok := parseSource(expression, requestPrefix, placesOfRefusal)
		if !ok {
			continue
		}
		values := x.requestValues(src)
		if src.kind == fromContext {
			values = one(variableAt(vars, src.name))
		}
		name, keep := answeredHeader(strings.TrimPrefix(target, refusalHeader))
		if keep && len(values) > 0 {
			h[name] = values
		}
	}
}

// reference is a variable in the template of a gateway response, which is not
// Velocity's: variables are replaced, and nothing else is.
var reference = regexp.MustCompile(`\$\{?(context((?:\.\w+)+)|stageVariables\.(\w+)|method\.request\.(\w+)\.([\w.-]*\w))\}?`)

// expandRefusal replaces the variables in the template of a gateway response.
// What would be too long to be answered is left out.
func (x *exchange) expandRefusal(text string, vars *value.Map) string {
	room := maxPayload - len(text)
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		m := reference.FindStringSubmatch(found)
		out := ""
		switch {
		case m[2] != "":
			out = variableAt(vars, m[2][1:])
		case m[3] != "":
			out = x.deployed.variables[m[3]]
		default:
			out = strings.Join(x.requestValues(source{m[4], m[5]}), ",")
		}
		// A brace that was not opened belongs to the text behind.
		if strings.HasSuffix(found, "}") && !strings.HasPrefix(found, "${") {
			out += "}"
		}
		if room -= len(out); room < 0 {
			return ""
		}
		return out
	})
}
