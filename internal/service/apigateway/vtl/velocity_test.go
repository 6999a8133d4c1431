package vtl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cloudless/internal/service/apigateway/value"
	"cloudless/internal/service/apigateway/vtl"
)

// velocityCase is one template with what Velocity made of it.
type velocityCase struct {
	file, name, template string
	output               string // up to the error, if there was one
	fails                bool
}

// velocityCases reads testdata/velocity; golden names the directory of outputs.
func velocityCases(t testing.TB, golden string) []velocityCase {
	t.Helper()
	dir := filepath.Join("testdata", "velocity")
	files, err := filepath.Glob(filepath.Join(dir, "cases", "*.vtl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	var cases []velocityCase
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".vtl")
		templates := sections(t, file)
		outputs := sections(t, filepath.Join(dir, golden, base+".txt"))
		if len(templates) != len(outputs) {
			t.Fatalf("%s: %d templates but %d outputs in %s: run testdata/velocity/regenerate.sh", base, len(templates), len(outputs), golden)
		}
		for i, tt := range templates {
			name, fails := strings.CutSuffix(outputs[i][0], " [error]")
			if name != tt[0] {
				t.Fatalf("%s: case %q has the output of %q: run testdata/velocity/regenerate.sh", base, tt[0], name)
			}
			cases = append(cases, velocityCase{base, tt[0], tt[1], outputs[i][1], fails})
		}
	}
	return cases
}

// sections splits a file at its lines "=== name" into names and texts.
func sections(t testing.TB, file string) [][2]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][2]string
	for _, part := range strings.Split("\n"+strings.TrimSuffix(string(b), "\n"), "\n=== ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		out = append(out, [2]string{name, text})
	}
	return out
}

// velocityContext returns the variables of the cases, fresh for each call since
// templates change them.
func velocityContext(t testing.TB) map[string]vtl.Value {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "velocity", "context.json"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := value.Parse(string(b))
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]vtl.Value{}
	for k, v := range v.(*value.Map).All() {
		vars[k.(string)] = v
	}
	return vars
}

// render parses and renders src in Velocity's own dialect.
func render(src string, vars map[string]vtl.Value) (string, error) {
	return renderIn(vtl.Dialect{}, src, vars)
}

func renderIn(d vtl.Dialect, src string, vars map[string]vtl.Value) (string, error) {
	tmpl, err := d.Parse(src)
	if err != nil {
		return "", err
	}
	return tmpl.Render(vars, vtl.Limits{})
}

// TestVelocitySaysTheSame is the differential test: what Apache Velocity 1.7
// printed for each case, and whether it failed.
func TestVelocitySaysTheSame(t *testing.T) {
	for _, tt := range []struct {
		golden  string
		dialect vtl.Dialect
	}{
		{"golden-1.7", vtl.Dialect{}},
		{"golden-empty", vtl.Dialect{EmptyReferences: true, NoMacros: true}},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			for _, c := range velocityCases(t, tt.golden) {
				t.Run(c.file+"/"+c.name, func(t *testing.T) {
					got, err := renderIn(tt.dialect, c.template, velocityContext(t))
					if got != c.output || (err != nil) != c.fails {
						t.Errorf("template:\n%s\nrenders:\n%s\nwith error %v, Velocity:\n%s\nwith error %t", c.template, got, err, c.output, c.fails)
					}
				})
			}
		})
	}
}

// velocity2Differs names the cases in which Velocity 2.4.1, set to behave like 1.7,
// still does not, and this engine follows 1.7.
var velocity2Differs = map[string]string{
	"blocks/evaluate stop":                        "#stop ends the template, not only the #evaluate",
	"conditions/literals never hold":              "a literal is a condition",
	"foreach/old counters":                        "$velocityCount and $velocityHasNext are gone",
	"foreach/nested":                              "$velocityCount is gone",
	"foreach/set in a null round":                 "#set reaches the hidden variable",
	"foreach/without list":                        "refused",
	"foreach/without variable":                    "refused",
	"macros/argument evaluated each time":         "an argument is evaluated once",
	"macros/at sign without parentheses":          "refused",
	"math/big integer and double":                 "decimals from doubles are short",
	"math/big decimals":                           "decimals from doubles are short",
	"math/division by zero":                       "#set to null removes the variable",
	"math/undefined operand":                      "#set to null removes the variable",
	"math/not a number":                           "#set to null removes the variable; strings are numbers",
	"math/unary minus on a reference":             "there is a unary minus",
	"math/math in an argument":                    "arguments are expressions",
	"math/math in an index":                       "indexes are expressions",
	"methods_collection/key called like a method": "a property can be a method without get",
	"references/property of a string":             "a property can be a method without get",
	"references/property of a list":               "a property can be a method without get",
	"references/method with wrong arguments":      "such a method is not there, in place of an error",
	"references/true as a name":                   "allowed",
	"set/undefined leaves the variable":           "#set to null removes the variable",
	"set/null method result":                      "#set to null removes the variable",
	"set/tab after set":                           "allowed",
	"set/formal target":                           "sets the variable",
	"set/quiet target":                            "sets the variable",
	"text/dollar before directive":                "keeps the dollar",
	"text/dollar at the end":                      "plain text",
	"text/hash at the end":                        "plain text",
	"text/dollar bang at the end":                 "plain text",
	"text/line comment ending in dollar":          "a comment",
	"text/comment right after property":           "a comment",
	"text/literal directive":                      "#literal is gone",
}

// TestVelocity2SaysTheSame holds the engine to the newest Velocity too, except
// where that has left 1.7 behind.
func TestVelocity2SaysTheSame(t *testing.T) {
	for _, c := range velocityCases(t, "golden-2.4.1") {
		if strings.HasPrefix(c.file, "random_") {
			continue // they are full of the differences below
		}
		t.Run(c.file+"/"+c.name, func(t *testing.T) {
			got, err := render(c.template, velocityContext(t))
			same := got == c.output && (err != nil) == c.fails
			why, listed := velocity2Differs[c.file+"/"+c.name]
			switch {
			case same && listed:
				t.Errorf("this case does not differ any more (%s)", why)
			case !same && !listed:
				t.Errorf("template:\n%s\nrenders:\n%s\nwith error %v, Velocity 2.4.1:\n%s\nwith error %t", c.template, got, err, c.output, c.fails)
			}
		})
	}
}
