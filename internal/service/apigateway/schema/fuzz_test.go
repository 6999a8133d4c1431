package schema

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contested is where the two sides differ, each for its reason: numbers that
// are integers by value, formats (which the other has more of), patterns and
// references by ids.
var contested = regexp.MustCompile(`[0-9][.eE]|"format"|"pattern|\$ref|"id"|"\$schema"|\$dynamic|"enum"\s*:\s*\[\s*\]|\\u`)

// FuzzValidate checks that no model and no body makes a validation panic or run
// on, and that the verdict is that of another implementation.
func FuzzValidate(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"type":"object","required":["a"],"properties":{"a":{"type":["string","null"]}}}`, `{"a":null}`},
		{`{"items":[{"type":"integer"},{"minimum":2}],"additionalItems":{"type":"string"}}`, `[1,3,"x",4]`},
		{`{"oneOf":[{"maxItems":2},{"minItems":1,"uniqueItems":true}],"not":{"enum":[[1]]}}`, `[1,1]`},
		{`{"dependencies":{"a":["b"],"c":{"maxProperties":2}},"additionalProperties":false,"properties":{"a":{},"c":{}}}`, `{"a":1,"c":2}`},
		{`{"multipleOf":3,"maximum":9,"exclusiveMaximum":true}`, `9`},
		{`{"$ref":"#/definitions/a","definitions":{"a":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}}`, `[[]]`},
		{`{"patternProperties":{"^a(?=b)":{"format":"date-time"}},"minLength":1}`, `{"ab":"2026-01-01T00:00:00Z"}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, model, body string) {
		s, err := Compile("api", map[string]string{"M": model}, "M")
		if err != nil {
			return
		}
		err = s.Validate([]byte(body))
		_, invalid := errors.AsType[*Invalid](err)
		if err != nil && !invalid || body == "" || contested.MatchString(model+body) {
			return
		}
		if other, ok := judgeElsewhere(model, body); ok && other != (err == nil) {
			t.Errorf("model %s, body %s: %v, elsewhere %t", model, body, err, other)
		}
	})
}

// judgeElsewhere asks the other implementation. ok is false where it takes the
// model or the body for broken.
func judgeElsewhere(model, body string) (valid, ok bool) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(model))
	if err != nil {
		return false, false
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	if err := c.AddResource("https://example.com/m", doc); err != nil {
		return false, false
	}
	s, err := c.Compile("https://example.com/m")
	if err != nil || !json.Valid([]byte(body)) {
		return false, false
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return false, false
	}
	return s.Validate(v) == nil, true
}
