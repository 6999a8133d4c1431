package apigateway

import (
	"net/http"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
)

// checkTemplates refuses templates.
func checkTemplates(templates map[string]string) error {
	for _, text := range templates {
		if text != "" {
			return awserr.Unsupported("mapping templates")
		}
	}
	return nil
}

// integrationBody makes the body that the integration gets from that of the
// request.
func (s *Service) integrationBody(x *exchange) ([]byte, error) {
	return x.body, nil
}

// mapResponse makes the answer of a response to that of the backend.
func (s *Service) mapResponse(x *exchange, r *response, a backendAnswer) (*reply, error) {
	status, err := strconv.Atoi(deref(r.StatusCode))
	if err != nil {
		return nil, internalError().because(err)
	}
	h := http.Header{"Content-Type": {"application/json"}}
	x.mapResponseParameters(r, a, h)
	return &reply{status: status, header: h, body: a.body}, nil
}

// expandStageVariables replaces "${stageVariables.name}" in a URI.
func (x *exchange) expandStageVariables(uri string) string {
	const open = "${stageVariables."
	var out strings.Builder
	for {
		before, after, found := strings.Cut(uri, open)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, rest, _ := strings.Cut(after, "}")
		out.WriteString(x.deployed.variables[name])
		uri = rest
	}
}
