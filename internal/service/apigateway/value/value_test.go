package value_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"

	"cloudless/internal/service/apigateway/value"
)

func TestParsePrintsAsJava(t *testing.T) {
	for _, tt := range []struct{ name, text, toString, json string }{
		{"words are one string", `some raw data`, `some raw data`, `"some raw data"`},
		{"a form is one string", `a=b&c=d/e`, `a=b&c=d/e`, `"a=b&c=d/e"`},
		{"XML is one string", `<a b='c'/>`, `<a b='c'/>`, `"<a b='c'/>"`},
		{"blanks are the empty string", `  `, ``, `""`},
		{"maps print as Java, arrays in them as JSON",
			`{"a":["x/y",{"b":1.0,"c":1e3,"d":null}],"u":"p/q"}`,
			`{a=["x\/y",{"b":1.0,"c":1000.0,"d":null}], u=p/q}`,
			`{"a":["x/y",{"b":1.0,"c":1000.0,"d":null}],"u":"p/q"}`},
		{"characters that the encoder escapes", `"é\n\"'<\u2028\u0001\u007f€"`, "é\n\"'<\u2028\u0001\u007f€", `"é\n\"'<\u2028\u0001\u007F\u20AC"`},
		{"a pair of surrogates", `"\ud83d\ude00"`, "😀", `"😀"`},
		{"numbers keep Java's types",
			`[12345678901,123456789012345678901234567890,1.10,0.1e-7,1E400,100000000000.0,12345678901234567890.5]`,
			`[12345678901,123456789012345678901234567890,1.1,1.0E-8,null,1.0E11,12345678901234567890.5]`,
			`[12345678901,123456789012345678901234567890,1.1,1.0E-8,null,1.0E11,12345678901234567890.5]`},
		{"an infinity outside an array", `{"e":1E400}`, `{e=Infinity}`, `{"e":null}`},
		{"quotes may be single or missing", `{a:1,'b':2,c:foo bar}`, `{a=1, b=2, c=foo bar}`, `{"a":1,"b":2,"c":"foo bar"}`},
		{"a comma at the end", `{"a":1,}`, `{a=1}`, `{"a":1}`},
		{"a comma too many", `[1,2,,3]`, `[1,2,3]`, `[1,2,3]`},
		{"what follows is ignored", `{"a":1} trailing`, `{a=1}`, `{"a":1}`},
		{"the last of two equal keys wins, in the first one's place", `{"k":1,"l":2,"k":3}`, `{k=3, l=2}`, `{"k":3,"l":2}`},
		{"zeros in front", `{"a":01}`, `{a=1}`, `{"a":1}`},
		{"an escaped slash", `"x\/y"`, `x/y`, `"x/y"`},
		{"capitals are not a boolean", `TRUE`, `TRUE`, `"TRUE"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := value.Parse(tt.text)
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.text, err)
			}
			if got := value.String(v); got != tt.toString {
				t.Errorf("Parse(%q) prints %q, want %q", tt.text, got, tt.toString)
			}
			got, err := value.AppendJSON(nil, v, 1000)
			if err != nil || string(got) != tt.json {
				t.Errorf("Parse(%q) encodes as %q, %v, want %q", tt.text, got, err, tt.json)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"an object that does not end", `{"a":1`},
		{"an array that does not end", `[1,`},
		{"a string that does not end", `"abc`},
		{"a string that ends in a backslash", `"abc\`},
		{"a key without a value", `{"a"}`},
		{"too few digits", `"\u12"`},
		{"too deep a nesting", strings.Repeat("[", 2000) + strings.Repeat("]", 2000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if v, err := value.Parse(tt.text); err == nil {
				t.Errorf("Parse(%.20q) = %s, want an error", tt.text, value.String(v))
			}
		})
	}
}

func TestPrinting(t *testing.T) {
	loop := value.NewList(1)
	loop.Add(loop)
	ring := value.NewMap()
	ring.Put("me", ring)
	dec, _, _ := apd.NewFromString("1E+3")
	for _, tt := range []struct {
		name string
		v    value.Value
		want string
	}{
		{"null", nil, "null"},
		{"nested containers", value.MapOf("a", int32(1), "b", value.ListOf(value.ArrayList, "x", nil, true)), "{a=1, b=[x, null, true]}"},
		{"a list in itself", loop, "[(this Collection)]"},
		{"a map in itself", ring, "{me=(this Map)}"},
		{"a whole double", 100.0, "100.0"},
		{"a small double", 0.00012, "1.2E-4"},
		{"a large double", 1e7, "1.0E7"},
		{"below a large double", 9999999.5, "9999999.5"},
		{"minus zero", math.Copysign(0, -1), "-0.0"},
		{"not a number", math.NaN(), "NaN"},
		{"a big decimal", dec, "1E+3"},
		{"a big integer", new(big.Int).Lsh(big.NewInt(1), 70), "1180591620717411303424"},
		{"an entry", &value.Entry{Key: "k", Value: int64(2)}, "k=2"},
		{"an array", value.ListOf(value.Array, "x"), "[Ljava.lang.String;@0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := value.String(tt.v); got != tt.want {
				t.Errorf("String = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPrintingStaysInBounds(t *testing.T) {
	double := value.ListOf(value.ArrayList, "x")
	for range 40 { // would print as 2^40 letters
		double = value.ListOf(value.ArrayList, double, double)
	}
	a, b := value.NewList(1), value.NewList(1)
	a.Add(b)
	b.Add(a)
	for _, tt := range []struct {
		name string
		v    value.Value
	}{
		{"a list that doubles forty times", double},
		{"two lists in each other", a},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := value.Append(nil, tt.v, 10_000); err == nil || len(got) > 11_000 {
				t.Errorf("Append wrote %d bytes, %v, want an error", len(got), err)
			}
			if got, err := value.AppendJSON(nil, tt.v, 10_000); err == nil || len(got) > 11_000 {
				t.Errorf("AppendJSON wrote %d bytes, %v, want an error", len(got), err)
			}
			budget := 10_000
			value.Hash(tt.v, &budget)
			copied := value.ListOf(value.ArrayList, tt.v)
			if value.Equal(copied, value.ListOf(value.ArrayList, value.ListOf(value.ArrayList, tt.v)), &budget) {
				t.Error("Equal = true for values nested differently")
			}
		})
	}
}

func TestEqualAndHashAreJavas(t *testing.T) {
	one := func(v value.Value) *value.List { return value.ListOf(value.ArrayList, v) }
	for _, tt := range []struct {
		name string
		a, b value.Value
		want bool
	}{
		{"equal strings", "a", "a", true},
		{"Integer and Long", int32(1), int64(1), false},
		{"Integer and Double", int32(1), 1.0, false},
		{"NaN and itself", math.NaN(), math.NaN(), true},
		{"a list and the same from JSON", one("x"), value.ListOf(value.JSONArray, "x"), true},
		{"a list and a set", one("x"), value.MapOf("x", nil).Keys(), false},
		{"maps in another order", value.MapOf("a", int32(1), "b", int32(2)), value.MapOf("b", int32(2), "a", int32(1)), true},
		{"maps that differ", value.MapOf("a", int32(1)), value.MapOf("a", int32(2)), false},
		{"big integers", big.NewInt(7), big.NewInt(7), true},
		{"null and null", nil, nil, true},
		{"null and empty", nil, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			budget := 100
			if got := value.Equal(tt.a, tt.b, &budget); got != tt.want {
				t.Errorf("Equal(%s, %s) = %t, want %t", value.String(tt.a), value.String(tt.b), got, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		v    value.Value
		want int32
	}{
		{"hello", 99162322}, {"😀", 1772899}, {"", 0}, {true, 1231}, {int64(1) << 32, 1}, {1.5, 1073217536},
		{value.ListOf(value.ArrayList, "a", int32(1)), 31*(31+97) + 1}, {value.MapOf("a", int32(1)), 96},
	} {
		budget := 100
		if got := value.Hash(tt.v, &budget); got != tt.want {
			t.Errorf("Hash(%s) = %d, want %d", value.String(tt.v), got, tt.want)
		}
	}
}

func TestMapKeepsOrderThroughChanges(t *testing.T) {
	m := value.NewMap()
	for i := range 100 {
		m.Put(int32(i), i%7 == 0)
	}
	for i := range 100 {
		if i%10 != 0 {
			m.Remove(int32(i))
		}
	}
	m.Put(int32(30), "again")
	m.Put("new", nil)
	if got, want := value.String(m.Keys()), "[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, new]"; got != want {
		t.Errorf("keys = %s, want %s", got, want)
	}
	if v, ok := m.Get(int32(30)); !ok || v != "again" {
		t.Errorf("Get(30) = %v, %t", v, ok)
	}
	if _, ok := m.Get(int64(30)); ok {
		t.Error("Long 30 found what Integer 30 put")
	}
	if _, ok := m.Get(int32(31)); ok || m.Len() != 11 {
		t.Errorf("removed key found, or Len = %d", m.Len())
	}
	key := value.ListOf(value.ArrayList, "compound")
	m.Put(key, "by content")
	if v, _ := m.Get(value.ListOf(value.ArrayList, "compound")); v != "by content" {
		t.Errorf("a list as key is found by content: got %v", v)
	}
}

func TestAMapInItsOwnKeyIsTooDeep(t *testing.T) {
	list := value.ListOf(value.JSONArray)
	list.Add(value.MapOf(list, 1))
	for name, print := range map[string]func([]byte, value.Value, int) ([]byte, error){"Append": value.Append, "AppendJSON": value.AppendJSON} {
		if _, err := print(nil, list, 10<<20); !errors.Is(err, value.ErrTooDeep) {
			t.Errorf("%s = %v, want %v", name, err, value.ErrTooDeep)
		}
	}
}

func TestIteratorsNoticeChanges(t *testing.T) {
	l := value.ListOf(value.ArrayList, "a", "b", "c")
	it := l.Iterate()
	it.Next()
	l.Add("d")
	if v, ok := it.Next(); ok {
		t.Errorf("Next after a change = %v, want none", v)
	}
	m := value.MapOf("a", 1)
	keys := m.Keys().Iterate()
	m.Put("b", 2)
	if v, ok := keys.Next(); ok {
		t.Errorf("Next after a change of the map = %v, want none", v)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e9"]}`, `{a:'b',}`, `[[[[`, `a=b`, `"\ud800"`, `-`, `1e`, `{"a":1}x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := value.Parse(text)
		if err != nil {
			return
		}
		out, err := value.AppendJSON(nil, v, 1<<20)
		if err != nil {
			return
		}
		if _, err := value.Parse(string(out)); err != nil {
			t.Fatalf("Parse(%q), made from %q: %v", out, text, err)
		}
	})
}
