package expr

import (
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

func TestLegacyConditionsHold(t *testing.T) {
	it := item(t, map[string]av{"a": num("2"), "s": str("hello"), "ss": strings_("x")})
	value := func(v av) attr.Value {
		got, err := attr.ValueFromAPI(&v)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, tt := range []struct {
		name, operator string
		args           []av
		want           bool
	}{
		{"a", "EQ", []av{num("2")}, true}, {"a", "NE", []av{num("2")}, false}, {"q", "NE", []av{num("2")}, true},
		{"a", "LT", []av{num("3")}, true}, {"a", "LE", []av{num("1")}, false}, {"a", "GT", []av{num("1")}, true}, {"a", "GE", []av{str("1")}, false},
		{"a", "BETWEEN", []av{num("1"), num("3")}, true}, {"a", "IN", []av{num("1"), num("2")}, true}, {"a", "IN", []av{num("1")}, false},
		{"a", "NOT_NULL", nil, true}, {"a", "NULL", nil, false}, {"q", "NULL", nil, true},
		{"s", "BEGINS_WITH", []av{str("he")}, true}, {"s", "CONTAINS", []av{str("ll")}, true}, {"ss", "CONTAINS", []av{str("x")}, true},
		{"s", "NOT_CONTAINS", []av{str("ll")}, false}, {"ss", "NOT_CONTAINS", []av{str("y")}, true},
	} {
		term := LegacyTerm{Name: tt.name, Operator: tt.operator}
		for _, a := range tt.args {
			term.Args = append(term.Args, value(a))
		}
		if got := NewCondition([]LegacyTerm{term}, false).Holds(it); got != tt.want {
			t.Errorf("%s %s %v = %t, want %t", tt.name, tt.operator, tt.args, got, tt.want)
		}
	}
	yes, no := LegacyTerm{Name: "a", Operator: "NOT_NULL"}, LegacyTerm{Name: "a", Operator: "NULL"}
	if NewCondition([]LegacyTerm{yes, no}, false).Holds(it) || !NewCondition([]LegacyTerm{no, yes}, true).Holds(it) {
		t.Error("ConditionalOperator is wrong")
	}
}

func TestLegacyUpdates(t *testing.T) {
	before := item(t, map[string]av{"n": num("1"), "s": str("x"), "ss": strings_("a", "b"), "l": list(num("1"))})
	value := func(v av) attr.Value {
		got, err := attr.ValueFromAPI(&v)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, tt := range []struct {
		update AttributeUpdate
		want   string
	}{
		{AttributeUpdate{"s", "PUT", value(num("2"))}, "s:N 2"},
		{AttributeUpdate{"s", "", value(num("2"))}, "s:N 2"},
		{AttributeUpdate{"n", "ADD", value(num("2"))}, "n:N 3"},
		{AttributeUpdate{"q", "ADD", value(num("2"))}, "q:N 2"},
		{AttributeUpdate{"ss", "ADD", value(strings_("c"))}, "ss:[a b c]"},
		{AttributeUpdate{"l", "ADD", value(list(num("2")))}, "l:[N 1 N 2]"},
		{AttributeUpdate{"ss", "DELETE", value(strings_("a"))}, "ss:[b]"},
		{AttributeUpdate{"ss", "DELETE", value(strings_("a", "b"))}, "-ss"},
		{AttributeUpdate{"s", "DELETE", nil}, "-s"},
		{AttributeUpdate{"q", "DELETE", value(strings_("a"))}, ""},
		{AttributeUpdate{"s", "ADD", value(num("2"))}, "!Type mismatch for attribute to update"},
		{AttributeUpdate{"s", "DELETE", value(strings_("a"))}, "!Type mismatch for attribute to update"},
	} {
		after, err := AttributeUpdates{tt.update}.Apply(before)
		got := "!" + message(err)
		if err == nil {
			got = changes(before, after)
		}
		if got != tt.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", tt.update.Action, tt.update.Name, got, tt.want)
		}
	}
}
