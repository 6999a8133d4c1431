package expr

import (
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

func path(names ...string) Operand {
	p := attr.Path{}
	for _, name := range names {
		p = append(p, attr.Step{Name: name})
	}
	return PathOperand(p)
}

func text(s string) Operand { return ValueOperand(attr.StringValue(s)) }

func number(n int64) Operand { return ValueOperand(attr.NumberOf(n)) }

func TestConditionsMadeOfOperandsHold(t *testing.T) {
	it := item(t, map[string]av{"a": num("1"), "s": str("hello"), "m": doc(map[string]av{"x": str("y")})})
	a, s := path("a"), path("s")
	yes, no := Compare("=", a, number(1)), Compare("=", a, number(2))
	for _, tt := range []struct {
		name string
		c    *Condition
		want bool
	}{
		{"a comparison", Compare("<", a, number(2)), true},
		{"a range", Compare("BETWEEN", a, number(2), number(3)), false},
		{"a list", Compare("IN", s, text("x"), text("hello")), true},
		{"a function", Call("begins_with", s, text("he")), true},
		{"a path within a map", Call("attribute_exists", path("m", "x")), true},
		{"the size of a value", Compare("=", FunctionOperand("size", s), number(5)), true},
		{"a negation", Not(no), true},
		{"all of several, of which one fails", All(yes, nil, no), false},
		{"one of several", Any(no, yes), true},
		{"conditions within each other", All(yes, Any(no, All(yes, Not(no)))), true},
		{"the truth of a condition against a boolean", Compare("=", no.Truth(), ValueOperand(attr.BoolValue(false))), true},
		{"the truth of two conditions", Compare("=", yes.Truth(), no.Truth()), false},
	} {
		if err := tt.c.Check(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := tt.c.Holds(it); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestNothingIsTheConditionOfNone(t *testing.T) {
	if All() != nil || All(nil, nil) != nil || Any(nil) != nil {
		t.Error("there is a condition where there are none to combine")
	}
	one := Compare("=", path("a"), number(1))
	if c := All(nil, one); c.Operator() != "=" {
		t.Errorf("a single condition became %s", c.Operator())
	}
	if n := len(All(All(one, one), All(one, one)).Parts()); n != 4 {
		t.Errorf("a chain of AND has %d parts, want them side by side: 4", n)
	}
}

func TestConditionsMadeOfOperandsRefuseAsTextsDo(t *testing.T) {
	a, yes := path("a"), ValueOperand(attr.BoolValue(true))
	truth := Call("attribute_exists", a).Truth()
	for _, tt := range []struct {
		c    *Condition
		want string
	}{
		{Compare("<", a, yes), "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
		{Compare(">", truth, number(1)), "Incorrect operand type for operator or function; operator or function: >, operand type: BOOL"},
		{Compare("=", a, a), "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]"},
		{Compare("BETWEEN", a, number(1), a), "The first operand must be distinct from the remaining operands for this operator or function; operator: BETWEEN, first operand: [a]"},
		{Compare("IN", a, path("b"), a), "The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [a]"},
		{Call("attribute_exists"), "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 0"},
		{Call("attribute_exists", number(1)), "Operator or function requires a document path; operator or function: attribute_exists"},
		{Compare("=", Compare("<", a, yes).Truth(), yes), "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
		{Not(Call("contains", a, a)), "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [a]"},
		{All(Call("size", a), Call("size", a)), "Incorrect operand type for operator or function; operator or function: AND, operand type: N"},
	} {
		if got := message(tt.c.Check()); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// What a condition of a text says of itself serves key conditions too.
func TestConditionsTellTheirBounds(t *testing.T) {
	for _, tt := range []struct {
		c    *Condition
		want string
	}{
		{Compare("<", path("k"), number(5)), "k LT N 5"},
		{Compare("<", number(5), path("k")), "k GT N 5"},
		{Compare("BETWEEN", path("k"), number(1), number(5)), "k BETWEEN N 1 N 5"},
		{Call("begins_with", path("k"), text("x")), "k BEGINS_WITH S x"},
		{Compare("<>", path("k"), number(5)), ""},
		{Compare("=", path("m", "k"), number(5)), ""},
		{Compare("=", path("k"), path("l")), ""},
		{Compare("=", FunctionOperand("size", path("k")), number(5)), ""},
		{Compare("=", path("k"), Call("attribute_exists", path("k")).Truth()), ""},
		{Call("attribute_exists", path("k")), ""},
		{Not(Compare("=", path("k"), number(5))), ""},
	} {
		got := ""
		if term, ok := tt.c.KeyTerm(); ok {
			words := []string{term.Name, string(term.Op), showValue(term.Value)}
			if term.High != nil {
				words = append(words, showValue(term.High))
			}
			got = strings.Join(words, " ")
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	name, values, ok := Compare("IN", path("k"), number(1), number(2)).OneOf()
	if !ok || name != "k" || len(values) != 2 {
		t.Errorf("IN of two values is %s in %v, %t", name, values, ok)
	}
	for _, c := range []*Condition{Compare("IN", path("k"), number(1), path("l")), Compare("IN", path("m", "k"), number(1)), Compare("=", path("k"), number(1))} {
		if _, _, ok := c.OneOf(); ok {
			t.Errorf("a condition that is no list of values says it is")
		}
	}
}

func TestConditionsMadeOfOperandsTellTheirPaths(t *testing.T) {
	c := All(Compare("=", FunctionOperand("size", path("a")), path("b", "c")), Not(Compare("=", Call("contains", path("d"), text("x")).Truth(), path("e"))))
	var got []string
	for _, p := range c.Paths() {
		got = append(got, p.String())
	}
	if want := "[a] [b, c] [d] [e]"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}

func TestUpdatesMadeOfActions(t *testing.T) {
	field := func(name string) attr.Path { return attr.Path{{Name: name}} }
	base := map[string]av{"n": num("10"), "s": str("x"), "ss": strings_("a", "b")}
	set := ValueOperand(attr.SetOf(attr.StringSet, [][]byte{[]byte("b"), []byte("c")}))
	u, err := NewUpdate([]Action{
		{Section: "SET", Path: field("n"), Value: FunctionOperand("+", path("n"), number(5))},
		{Section: "SET", Path: field("q"), Value: FunctionOperand("if_not_exists", path("q"), text("new"))},
		{Section: "REMOVE", Path: field("s")},
		{Section: "ADD", Path: field("ss"), Value: set},
	})
	if err != nil {
		t.Fatal(err)
	}
	before := item(t, base)
	after, err := u.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := changes(before, after), "n:N 15 q:S new ss:[a b c] -s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, tt := range []struct {
		action Action
		want   string
	}{
		{Action{"SET", field("n"), FunctionOperand("-", path("n"), text("x"))},
			"Incorrect operand type for operator or function; operator or function: -, operand type: S"},
		{Action{"SET", field("n"), FunctionOperand("if_not_exists", path("a"), path("a"))},
			"The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [a]"},
		{Action{"ADD", field("n"), text("x")}, "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"},
		{Action{Section: "REMOVE", Path: attr.Path{{Name: "q"}, {Name: "r"}}},
			"Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [q], path two: [q, r]"},
	} {
		_, err := NewUpdate([]Action{{Section: "SET", Path: field("q"), Value: number(1)}, tt.action})
		if got := message(err); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestSelectionsShowEachPathUnderItsName(t *testing.T) {
	p := func(steps ...attr.Step) attr.Path { return steps }
	it := item(t, map[string]av{"a": doc(map[string]av{"b": num("1")}), "l": list(num("0"), num("7")), "x": str("y")})
	paths := []attr.Path{p(attr.Step{Name: "a"}, attr.Step{Name: "b"}), p(attr.Step{Name: "l"}, attr.Step{Index: 1}), p(attr.Step{Name: "nosuch"})}
	s, err := NewSelection(paths, []string{"b", "l[1]", "nosuch"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(s.Of(it)), "map[b:N 1 l[1]:N 7]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err = NewSelection([]attr.Path{p(attr.Step{Name: "a"}), paths[0]}, []string{"a", "b"})
	if got, want := message(err), "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
