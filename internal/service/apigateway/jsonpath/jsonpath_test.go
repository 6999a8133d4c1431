package jsonpath_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cloudless/internal/service/apigateway/jsonpath"
	"cloudless/internal/service/apigateway/value"
)

func documents(t testing.TB) *value.Map {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "jayway", "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := value.Parse(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*value.Map)
}

// find returns what a path finds, as the golden file writes it.
func find(document value.Value, path string) string {
	p, err := jsonpath.Compile(path)
	if err != nil {
		return "error"
	}
	steps := 100_000
	v, err := p.Find(document, &steps)
	switch {
	case errors.Is(err, jsonpath.ErrNotFound):
		return "not found"
	case err != nil:
		return "error"
	}
	b, err := value.AppendJSON(nil, v, 1<<20)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// differences are where this package departs from Jayway 2.9 on purpose.
var differences = map[string]string{
	// Jayway reads an index that is not there and does not end.
	"small $.a[": "error",
	// To Jayway a filter on a number is not a path; to us there is nothing.
	"small $.a[?(@.x)]": "not found",
	// Jayway counts, behind "..*", which element it came from, and then drops what
	// does not carry that number in the path; its older versions did not.
	"deep $..*.b": `[[{"b":1},{"c":{"b":2,"x":[0,{"b":3}]}}],1,2,3]`,
}

// TestJaywayFindsTheSame is the differential test. Each line of the golden file is
// a document's name, a path and what Jayway JsonPath found.
func TestJaywayFindsTheSame(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "jayway", "golden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	docs := documents(t)
	for line := range strings.Lines(string(b)) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		t.Run(part[0]+" "+part[1], func(t *testing.T) {
			doc, _ := docs.Get(part[0])
			want := part[2]
			if d, ok := differences[part[0]+" "+part[1]]; ok {
				want = d
			}
			if got := find(doc, part[1]); got != want {
				t.Errorf("%s in %s finds\n%s\nJayway:\n%s", part[1], part[0], got, want)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, path := range []string{
		"", "$.", "$..", "$.a.", "$[", "$[]", "$['a", "$['a'", "$['a'x]", "$[x]", "$[1:2:3:4]", "$[:]",
		"$.a.foo()", "$..sum()", "$..a..sum()", "$.a.index()", "$.a.length(1)", "$x",
		"$[?]", "$[?()]", "$[?(@.a]", "$[?(@.a ==)]", "$[?(@.a == b)]", "$[?(@.a =~ /(/)]", "$[?(@.a =~ /a/q)]",
		"$[?(1)]", "$[?(@.a = 1)]", "$[?(@.a == 'b)]", "$[?(@.a in [1)]",
		strings.Repeat("$[?(", 200), "$[?(" + strings.Repeat("(", 200), "$[?(" + strings.Repeat("!", 200) + "@.a)]",
		"$" + strings.Repeat(".a", 10_000),
	} {
		var syntax *jsonpath.SyntaxError
		if _, err := jsonpath.Compile(path); !errors.As(err, &syntax) {
			t.Errorf("Compile(%.30q) = %v, want a SyntaxError", path, err)
		}
	}
}

func TestFindStopsAfterItsSteps(t *testing.T) {
	wide := value.ListOf(value.JSONArray)
	for range 50 {
		wide.Add(value.MapOf("a", value.ListOf(value.JSONArray, "x", "y")))
	}
	for range 4 {
		wide = value.ListOf(value.JSONArray, wide, wide, wide)
	}
	for _, path := range []string{"$..*..*..*", "$..[?(@..a)]", "$..[?($..a)]"} {
		p, err := jsonpath.Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		steps := 10_000
		if _, err := p.Find(wide, &steps); !errors.Is(err, jsonpath.ErrTooLong) {
			t.Errorf("Find(%s) = %v, want ErrTooLong", path, err)
		}
	}
}

func FuzzFind(f *testing.F) {
	b, err := os.ReadFile(filepath.Join("testdata", "jayway", "paths.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		_, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		f.Add(path)
	}
	f.Add("..sum()")
	f.Add("..b..sum()")
	docs := documents(f)
	f.Fuzz(func(t *testing.T, path string) {
		p, err := jsonpath.Compile(path)
		if err != nil {
			return
		}
		steps := 10_000
		v, err := p.Find(docs, &steps)
		if err == nil && !p.Definite() {
			if _, ok := v.(*value.List); !ok {
				t.Fatalf("Find(%q) = %s, want a list", path, value.String(v))
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	doc, _ := documents(b).Get("store")
	for _, path := range []string{"$", "$.store.bicycle.color", "$.store.book[2].title", "$..price", "$.store.book[?(@.price < 10)].title"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := jsonpath.Compile(path)
				if err != nil {
					b.Fatal(err)
				}
				steps := 100_000
				if _, err := p.Find(doc, &steps); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
