package apigateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/mapping"
	"cloudless/internal/service/apigateway/value"
)

// maxTemplateBytes bounds one template.
const maxTemplateBytes = 300 << 10

// templates are the templates of an integration or of one of its responses,
// by media type. One that is nil stands for an empty text, which passes the
// body through.
type templates map[string]*mapping.Template

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
		t, err := mapping.Parse(text)
		if err != nil {
			return nil, agw.BadRequestException("Invalid mapping template specified: " + err.Error())
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
	return x.deployed.convertRequest(x.body, x.mediaType(), x.method.MethodIntegration.ContentHandling, x.renderer(t))
}

// renderer is render for one template; nil where there is none.
func (x *exchange) renderer(t *mapping.Template) func(payload []byte) ([]byte, error) {
	if t == nil {
		return nil
	}
	return func(payload []byte) ([]byte, error) { return x.render(t, payload) }
}

// render evaluates a template for a payload.
func (x *exchange) render(t *mapping.Template, payload []byte) ([]byte, error) {
	text, err := t.Render(&mapping.Call{
		Body:           string(payload),
		Path:           orderedMap(x.variables),
		Querystring:    orderedMap(last(x.query)),
		Header:         orderedMap(last(x.forwardedHeaders())),
		StageVariables: orderedMap(x.deployed.variables),
		Context:        x.templateContext(),
	})
	if err != nil {
		return nil, internalError().because(fmt.Errorf("render a template: %w", err))
	}
	return []byte(text), nil
}

// orderedMap returns m in the order of its keys.
func orderedMap(m map[string]string) *value.Map {
	out := value.NewMap()
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out.Put(name, m[name])
	}
	return out
}

// mapResponse makes the answer of a response to that of the backend.
func (s *Service) mapResponse(x *exchange, r *response, a backendAnswer) (*reply, error) {
	mediaType, t := r.chooseTemplate(x.request.Header.Get("Accept"))
	body, err := x.deployed.convertAnswer(a.body, mediaTypeOf(a.header), x.acceptedType(), r.ContentHandling, x.renderer(t))
	if err != nil {
		return nil, err
	}
	h := http.Header{"Content-Type": {mediaType}}
	x.mapResponseParameters(r, a, h)
	over := x.overrides()
	for _, o := range over.ResponseHeader {
		if name, keep := answeredHeader(o.Name); keep {
			h[name] = o.Values
		}
	}
	code := over.Status
	if code == 0 {
		code, _ = strconv.Atoi(deref(r.StatusCode)) // the model lets no other text be put
	}
	return &reply{status: code, header: h, body: body}, nil
}

// chooseTemplate returns the template for what the client accepts, with the
// media type that it makes.
func (r *response) chooseTemplate(accept string) (string, *mapping.Template) {
	name := chooseByAccept(r.templates, accept)
	return name, r.templates[name]
}

// chooseByAccept returns the first media type that the client accepts and that
// there is something for. A client that accepts none of them gets JSON, or else
// the first by name.
func chooseByAccept[T any](have map[string]T, accept string) string {
	for wanted := range strings.SplitSeq(accept, ",") {
		wanted = mediaType(wanted)
		if _, found := have[wanted]; found {
			return wanted
		}
	}
	const usual = "application/json"
	names := slices.Sorted(maps.Keys(have))
	if len(names) == 0 || slices.Contains(names, usual) {
		return usual
	}
	return names[0]
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
