package apigateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// maxTemplateBytes bounds one template.
const maxTemplateBytes = 300 << 10

// templates are the templates of an integration or of one of its responses,
// by media type. One that is nil stands for an empty text, which passes the
// body through.
type templates map[string]*template

// compileTemplates parses templates.
func compileTemplates(texts map[string]string) (templates, error) {
	out := make(templates, len(texts))
	for mediaType, text := range texts {
		if len(text) > maxTemplateBytes {
			return nil, agw.BadRequestException("Mapping templates may not exceed 300 KB")
		}
		if text == "" {
			out[mediaType] = nil
			continue
		}
		t, err := parseTemplate(text)
		if err != nil {
			return nil, err
		}
		out[mediaType] = t
	}
	return out, nil
}

// checkTemplates refuses templates that are none, and names for them that are
// no media types.
func checkTemplates(texts map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if name != "$default" && !strings.Contains(name, "/") {
			return agw.BadRequestException("Validation Result: warnings : [], errors : [Invalid content type specified: " + name + "]")
		}
	}
	_, err := compileTemplates(texts)
	return err
}

// integrationBody makes the body that the integration gets from that of the
// request.
func (s *Service) integrationBody(x *exchange) ([]byte, error) {
	t, found := x.method.requestTemplates[x.mediaType()]
	if !found {
		switch behavior := deref(x.method.MethodIntegration.PassthroughBehavior); {
		case behavior == "NEVER", behavior == "WHEN_NO_TEMPLATES" && len(x.method.requestTemplates) > 0:
			return nil, unsupportedMediaType()
		}
	}
	if t == nil {
		return x.body, nil
	}
	body, err := t.render(x, x.body)
	if err != nil {
		return nil, internalError().because(fmt.Errorf("request template: %w", err))
	}
	return body, nil
}

// mapResponse makes the answer of a response to that of the backend.
func (s *Service) mapResponse(x *exchange, r *response, a backendAnswer) (*reply, error) {
	mediaType, t := r.chooseTemplate(x.request.Header.Get("Accept"))
	body := a.body
	if t != nil {
		var err error
		if body, err = t.render(x, a.body); err != nil {
			return nil, internalError().because(fmt.Errorf("response template: %w", err))
		}
	}
	status := deref(r.StatusCode)
	h := http.Header{"Content-Type": {mediaType}}
	x.mapResponseParameters(r, a, h)
	for name, text := range x.overrides("responseOverride", "header") {
		if name, keep := answeredHeader(name); keep {
			h[name] = []string{text}
		}
	}
	for name, text := range x.overrides("responseOverride") {
		if name == "status" {
			status = text
		}
	}
	code, err := strconv.Atoi(status)
	if err != nil || code < 200 || code > 599 {
		return nil, internalError().because(fmt.Errorf("status %q", status))
	}
	return &reply{status: code, header: h, body: body}, nil
}

// chooseTemplate returns the template for what the client accepts, with the
// media type that it makes. A client that accepts none of them gets JSON, or
// else the first by name.
func (r *response) chooseTemplate(accept string) (string, *template) {
	for wanted := range strings.SplitSeq(accept, ",") {
		if wanted = mediaType(wanted); wanted != "" {
			if t, found := r.templates[wanted]; found {
				return wanted, t
			}
		}
	}
	const usual = "application/json"
	names := slices.Sorted(maps.Keys(r.templates))
	if len(names) == 0 || slices.Contains(names, usual) {
		return usual, r.templates[usual]
	}
	return names[0], r.templates[names[0]]
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
