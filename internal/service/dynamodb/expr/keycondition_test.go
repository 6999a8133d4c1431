package expr

import (
	"fmt"
	"strings"
	"testing"
)

func TestKeyConditions(t *testing.T) {
	values := map[string]av{":p": str("p"), ":1": num("1"), ":2": num("2")}
	for _, tt := range []struct{ text, want string }{
		{"p = :p", "p EQ p"},
		{":p = p AND :1 < c", "p EQ p; c GT 1"},
		{"((c <= :1) AND (p = :p))", "c LE 1; p EQ p"},
		{"p=:p aNd c BeTwEeN :1 AnD :2", "p EQ p; c BETWEEN 1 2"},
		{"p = :p AND begins_with(c, :p)", "p EQ p; c BEGINS_WITH p"},
		{"p = :p AND q = :1 AND c >= :2", "p EQ p; q EQ 1; c GE 2"},
	} {
		terms, err := NewCache(1).KeyCondition(scope(t, nil, values), tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		var got []string
		for _, term := range terms {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", term.Name, term.Op, term.Value.Text(), term.High.Text())))
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s = %s, want %s", tt.text, strings.Join(got, "; "), tt.want)
		}
	}
	for _, tt := range []struct{ text, want string }{
		{"", "Invalid KeyConditionExpression: The expression can not be empty;"},
		{"p = :p OR c = :1", "Invalid operator used in KeyConditionExpression: OR"},
		{"NOT c = :1 AND p = :p", "Invalid operator used in KeyConditionExpression: NOT"},
		{"p = :p AND c <> :1", "Invalid operator used in KeyConditionExpression: <>"},
		{"p = :p AND c IN (:1)", "Invalid operator used in KeyConditionExpression: IN"},
		{"p = :p AND attribute_exists(c)", "Invalid operator used in KeyConditionExpression: attribute_exists"},
		{"p = :p AND dog(c, :1)", "Invalid KeyConditionExpression: Invalid function name; function: dog"},
		{"size(p) = :1", "KeyConditionExpressions cannot contain nested operations"},
		{"p = :p AND p = :p", "KeyConditionExpressions must only contain one condition per key"},
		{"p.q = :p", "KeyConditionExpressions cannot have conditions on nested attributes"},
		{"p = c", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"},
		{":p = :1", "Invalid condition in KeyConditionExpression: No key attribute specified"},
		{":1 BETWEEN c AND :2", "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand"},
		{"begins_with(:p, c)", "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"},
	} {
		_, err := NewCache(1).KeyCondition(scope(t, nil, values), tt.text)
		if got := message(err); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}
