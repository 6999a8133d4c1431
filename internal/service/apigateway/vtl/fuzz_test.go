package vtl_test

import (
	"errors"
	"testing"
	"time"

	"cloudless/internal/service/apigateway/vtl"
)

// seedTemplates adds the cases of the differential test.
func seedTemplates(f *testing.F) {
	for _, c := range velocityCases(f, "golden-1.7") {
		f.Add(c.template)
	}
}

// FuzzParse checks that no text makes the parser panic, hang or return an error
// without a place.
func FuzzParse(f *testing.F) {
	seedTemplates(f)
	f.Fuzz(func(t *testing.T, src string) {
		for _, d := range []vtl.Dialect{{}, {EmptyReferences: true, NoMacros: true, NoEvaluate: true}} {
			start := cpuTime(t)
			_, err := d.Parse(src)
			if took := cpuTime(t) - start; took > 2*time.Second {
				t.Fatalf("Parse took %v for %d bytes", took, len(src))
			}
			var at *vtl.ParseError
			if err != nil && (!errors.As(err, &at) || at.Line < 1 || at.Column < 1) {
				t.Fatalf("Parse = %#v", err)
			}
		}
	})
}

// FuzzRender checks that no template panics, hangs or prints beyond its limits.
func FuzzRender(f *testing.F) {
	seedTemplates(f)
	f.Fuzz(func(t *testing.T, src string) {
		tmpl, err := velocity.Parse(src)
		if err != nil {
			return
		}
		limits := vtl.Limits{Steps: 50_000, Output: 1 << 16, Memory: 1 << 20, Loop: 100}
		start := cpuTime(t)
		out, err := tmpl.Render(velocityContext(t), limits)
		if took := cpuTime(t) - start; took > 2*time.Second {
			t.Fatalf("Render took %v", took)
		}
		if len(out) > limits.Output+100 {
			t.Fatalf("Render printed %d bytes", len(out))
		}
		var at *vtl.RenderError
		if err != nil && !errors.As(err, &at) {
			t.Fatalf("Render = %#v", err)
		}
	})
}
