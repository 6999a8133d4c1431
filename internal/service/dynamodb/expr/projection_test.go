package expr

import (
	"testing"
)

func TestProjections(t *testing.T) {
	it := item(t, map[string]av{"a": doc(map[string]av{"b": num("1"), "c": num("2")}), "l": list(num("0"), num("1"), num("2")), "x": str("y")})
	for _, tt := range []struct{ text, want string }{
		{"x", "map[x:S y]"},
		{" #a.b , x,nosuch ", "map[a:{b:N 1} x:S y]"},
		{"l[2], l[0]", "map[l:[N 0 N 2]]"},
	} {
		p, err := NewCache(1).Projection(scope(t, names("#a", "a"), nil), tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := show(p.Of(it)); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.text, got, tt.want)
		}
	}
	for _, tt := range []struct{ text, want string }{
		{"", "The expression can not be empty;"},
		{"a,", `Syntax error; token: "<EOF>", near: ","`},
		{"dummy-id", `Syntax error; token: "-", near: "dummy-id"`},
		{"#a_2021-03-03", `Syntax error; token: "-", near: "#a_2021-0"`},
		{"a b", `Syntax error; token: "b", near: "a b"`},
		{":v", `Syntax error; token: ":v", near: ":v"`},
		{"l[a]", `Syntax error; token: "a", near: "[a]"`},
		{"l[]", `Syntax error; token: "]", near: "[]"`},
		{"#x", "An expression attribute name used in the document path is not defined; attribute name: #x"},
		{"#a, a.b", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"},
		{"x, x", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [x], path two: [x]"},
		{"a.b, a[1]", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]"},
		{"key", "Attribute name is a reserved keyword; reserved keyword: key"},
	} {
		_, err := NewCache(1).Projection(scope(t, names("#a", "a"), nil), tt.text)
		if got, want := message(err), "Invalid ProjectionExpression: "+tt.want; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, want)
		}
	}
}
