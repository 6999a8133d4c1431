package mapping

import (
	"errors"
	"strings"

	"cloudless/internal/service/apigateway/jsonpath"
	"cloudless/internal/service/apigateway/value"
	"cloudless/internal/service/apigateway/vtl"
)

// Dialect returns API Gateway's dialect of Velocity.
func Dialect() vtl.Dialect {
	return vtl.Dialect{EmptyReferences: true, NoMacros: true, NoEvaluate: true}
}

// maxIterations is how often a #foreach may go round. AWS gives it as a quota that
// cannot be raised.
const maxIterations = 1000

// Template is a parsed mapping template. It is never changed, so goroutines may
// share it.
type Template struct{ t *vtl.Template }

// Parse parses a mapping template. The error is a [*vtl.ParseError].
func Parse(src string) (*Template, error) {
	t, err := Dialect().Parse(src)
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// Call is what a template is rendered from.
type Call struct {
	// Body is the payload: of the request for a request template, of the
	// integration's answer for a response template.
	Body string
	// Path, Querystring and Header are the request's parameters by name, as
	// strings, in the order in which templates shall see them. Nil is none.
	Path, Querystring, Header *value.Map
	// StageVariables are the variables of the stage, as strings. Nil is none.
	StageVariables *value.Map
	// Context is $context. The request template and the response template of one
	// call share it: what the one overrides the other sees. Nil is an empty one.
	Context *Context
}

// Render evaluates the template. The error is a [*vtl.RenderError].
func (t *Template) Render(c *Call) (string, error) {
	ctx := c.Context
	if ctx == nil {
		ctx = NewContext(nil)
	}
	m := &meter{bytes: maxRead, steps: maxSteps}
	vars := map[string]value.Value{
		"input":          &input{call: c, meter: m},
		"context":        ctx.vars,
		"stageVariables": orEmpty(c.StageVariables),
		"util":           &util{meter: m},
	}
	return t.t.Render(vars, vtl.Limits{Loop: maxIterations})
}

func orEmpty(m *value.Map) *value.Map {
	if m == nil {
		return value.NewMap()
	}
	return m
}

// What the functions of one rendering may cost together; the engine bounds the
// rest.
const (
	maxRead  = 64 << 20  // bytes of JSON and other text read
	maxSteps = 2_000_000 // steps of JSONPath searches
	maxText  = 16 << 20  // bytes of one text made
)

var errTooMuch = errors.New("the functions of the template read more text than they may")

// meter counts the work of the functions.
type meter struct{ bytes, steps int }

// read counts n bytes of text that a function goes through.
func (m *meter) read(n int) error {
	m.bytes -= n
	if m.bytes < 0 {
		return errTooMuch
	}
	return nil
}

// parse reads JSON.
func (m *meter) parse(text string) (value.Value, error) {
	if err := m.read(len(text)); err != nil {
		return nil, err
	}
	return value.Parse(text)
}

// path counts the work of compiling a path; regular expressions in it are dear.
func (m *meter) path(text string) error {
	m.steps -= len(text) / 16
	if strings.Contains(text, "=~") {
		m.steps -= 2000
	}
	if m.steps < 0 {
		return jsonpath.ErrTooLong
	}
	return nil
}
