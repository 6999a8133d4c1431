package vtl_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"cloudless/internal/service/apigateway/value"
	"cloudless/internal/service/apigateway/vtl"
)

// velocity is the dialect of Velocity itself.
var velocity vtl.Dialect

func TestDirectivesSwallowAnyLineEnd(t *testing.T) {
	for _, tt := range []struct{ name, template, want string }{
		{"set", "a\r\n#set($x = 1)\r\nb", "a\r\nb"},
		{"if", "#if(true)\r\na\r\n#end\r\nb", "a\r\nb"},
		{"else", "#if(false)\r\na\r\n#else\t\r\nb\r\n#end b", "b\r\n b"},
		{"foreach", "#foreach($i in [1, 2])\r\n$i\r\n#end\r\nb", "1\r\n2\r\nb"},
		{"a lone carriage return", "#set($x = 1)\rb", "b"},
		{"a comment", "a ## c\r\nb", "a b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := render(tt.template, nil); got != tt.want || err != nil {
				t.Errorf("%q renders %q, %v, want %q", tt.template, got, err, tt.want)
			}
		})
	}
}

func TestParseErrorsSayWhere(t *testing.T) {
	for _, tt := range []struct {
		template     string
		line, column int
	}{
		{"#if(true)", 1, 10},
		{"a\nb #end", 2, 3},
		{"é #set($x = )", 1, 13},
		{"a\n\n  #foreach($x in +)", 3, 18},
		{"#include('x')", 1, 1},
		{"text $", 1, 7},
		{"#set($s = \"$x.y(\")", 1, 11},
	} {
		_, err := velocity.Parse(tt.template)
		var at *vtl.ParseError
		if !errors.As(err, &at) || at.Line != tt.line || at.Column != tt.column {
			t.Errorf("Parse(%q) = %v, want an error at line %d, column %d", tt.template, err, tt.line, tt.column)
		}
	}
}

func TestRenderErrorsSayWhere(t *testing.T) {
	for _, tt := range []struct {
		name, template, printed string
		line, column            int
	}{
		{"in the text", "one\n two $l.get(7) three", "one\n two ", 2, 9},
		{"in a string", "one\n#set($x = \"a\n\n $l.get(7)\")", "one\n", 2, 11},
		{"in a string in a string", "one #set($x = \"$s.concat(\"\"$l.get(7)\"\")\")", "one ", 1, 15},
		{"in an argument", "$s.concat($l.get(7))", "", 1, 14},
		{"in #evaluate", "one\n#evaluate('\n\n$l.get(7)')", "one\n\n\n", 2, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := render(tt.template, map[string]vtl.Value{"l": value.NewList(0), "s": "x"})
			var at *vtl.RenderError
			if !errors.As(err, &at) || at.Line != tt.line || at.Column != tt.column || out != tt.printed {
				t.Errorf("Render = %q, %v, want %q and line %d, column %d", out, err, tt.printed, tt.line, tt.column)
			}
		})
	}
}

// greeter is an object of the embedding program.
type greeter struct{ greeting string }

func (g *greeter) Get(property string) (vtl.Value, error) {
	if property == "greeting" {
		return g.greeting, nil
	}
	return nil, value.ErrNoMember
}

func (g *greeter) Set(property string, v vtl.Value) error {
	s, ok := v.(string)
	if property != "greeting" || !ok {
		return value.ErrNoMember
	}
	g.greeting = s
	return nil
}

func (g *greeter) Call(method string, args []vtl.Value) (vtl.Value, error) {
	switch {
	case method == "greet" && len(args) == 1:
		return g.greeting + ", " + value.String(args[0]), nil
	case method == "fail":
		return nil, errFailed
	}
	return nil, value.ErrNoMember
}

func (g *greeter) String() string { return "a greeter" }

var errFailed = errors.New("failed on purpose")

func TestObjects(t *testing.T) {
	for _, tt := range []struct{ name, template, want string }{
		{"property", `$g.greeting $g.nope`, "Hello $g.nope"},
		{"method", `$g.greet("Ann") $g.greet() $g.nope(1)`, "Hello, Ann $g.greet() $g.nope(1)"},
		{"assignment", `#set($g.greeting = "Hi")#set($g.nope = 1)#set($g.greeting = 5)$g.greet("Ann")`, "Hi, Ann"},
		{"printing", `$g "$g" #set($s = $g + "!")$s`, `a greeter "a greeter" a greeter!`},
		{"condition", `#if($g)yes#end`, "yes"},
		{"in containers", `#set($m = {"k" : $g})$m [$m.k.greeting]`, "{k=a greeter} [Hello]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := render(tt.template, map[string]vtl.Value{"g": &greeter{"Hello"}})
			if got != tt.want || err != nil {
				t.Errorf("%s renders %q, %v, want %q", tt.template, got, err, tt.want)
			}
		})
	}
	if _, err := render(`a $g.fail()`, map[string]vtl.Value{"g": &greeter{}}); !errors.Is(err, errFailed) {
		t.Errorf("Render = %v, want the error of the method", err)
	}
}

func TestMethodsThatJavaHasAndWeDoNotAreErrors(t *testing.T) {
	for _, template := range []string{
		`$s.formatted(1)`, `$s.chars()`, `$l.stream()`, `$l.sort($s)`, `$m.computeIfAbsent("a", 1)`, `$m.keySet().remove("a")`,
		`$s.replaceAll("(?=x)", "y")`, `$s.matches("(a)\1")`, `$s.matches("[a-z&&[^b]]")`, `$s.matches("a++")`,
	} {
		vars := map[string]vtl.Value{"s": "abc", "l": value.NewList(0), "m": value.MapOf("a", "b")}
		if got, err := render(template, vars); err == nil {
			t.Errorf("%s renders %q, want an error", template, got)
		}
	}
}

func TestRenderLeavesItsVariablesAlone(t *testing.T) {
	vars := map[string]vtl.Value{"a": "before"}
	if _, err := render(`#set($a = "after")#set($b = 1)`, vars); err != nil {
		t.Fatal(err)
	}
	if len(vars) != 1 || vars["a"] != "before" {
		t.Errorf("vars = %v after rendering", vars)
	}
}

func TestTemplatesCanBeSharedByGoroutines(t *testing.T) {
	tmpl, err := velocity.Parse(`#macro(m $x)<$x>#end#define($d)$n#end#foreach($i in [1..20])#m($n)#evaluate('#macro(late)$n#end')#late()$d#end`)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			want := strings.Repeat(fmt.Sprintf("<%d>%d%d", n, n, n), 20)
			for range 20 {
				got, err := tmpl.Render(map[string]vtl.Value{"n": int32(n)}, vtl.Limits{})
				if got != want || err != nil {
					t.Errorf("goroutine %d: %q, %v", n, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkParse(b *testing.B) {
	for _, bb := range []struct{ name, template string }{
		{"text", strings.Repeat("plain text without anything\n", 20)},
		{"references", strings.Repeat("$a ${b.c} $d.e(1, 'x')[0] ", 20)},
		{"directives", strings.Repeat("#set($a = $b + 1)#if($a > 2 && !$c)x#else y#end\n#foreach($i in [1..3])$i#end", 10)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.template)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := velocity.Parse(bb.template); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	vars := map[string]vtl.Value{
		"name": "World", "n": int32(5), "letters": value.ListOf(value.ArrayList, "a", "b", "c"),
		"m": value.MapOf("a", value.MapOf("b", "deep")),
	}
	for _, bb := range []struct{ name, template string }{
		{"text", strings.Repeat("plain text without anything\n", 20)},
		{"references", strings.Repeat("$name $m.a.b $letters[1] ", 20)},
		{"methods", strings.Repeat("$name.length() $name.substring(1) $m.get('a') ", 20)},
		{"loop", `#foreach($i in [1..100])$i#if($foreach.hasNext),#end#end`},
		{"strings", `#set($s = "")#foreach($i in [1..20])#set($s = "$s$i,")#end$s`},
		{"arithmetic", `#set($s = 0)#foreach($i in [1..100])#set($s = $s + $i * 2 - 1)#end$s`},
	} {
		tmpl, err := velocity.Parse(bb.template)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tmpl.Render(vars, vtl.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
