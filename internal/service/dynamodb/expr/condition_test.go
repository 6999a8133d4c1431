package expr

import (
	"strings"
	"testing"
)

func TestConditionsHold(t *testing.T) {
	it := item(t, map[string]av{
		"a": num("1"), "b": num("2"), "c": num("3"), "s": str("hello"), "bin": {B: []byte("hi there")}, "yes": boolean(true), "null": {NULL: new(true)},
		"ss": strings_("x", "y"), "ns": numbers("2", "4"), "l": list(num("2"), str("dog"), numbers("1", "2")),
		"m": doc(map[string]av{"x": num("1"), "y": list(num("-1"), num("2")), "or": num("9")}),
	})
	values := map[string]av{":0": num("0"), ":1": num("1"), ":2": num("2.0"), ":5": num("5"), ":8": num("8"), ":one": str("1"), ":hell": str("hell"), ":ell": str("ell"), ":zz": str("zz"),
		":S": str("S"), ":NS": str("NS"), ":set": numbers("2", "1"), ":ss": strings_("y", "x"), ":b": {B: []byte("hi")}, ":t": boolean(true)}
	holds := []string{
		"a = :1", ":1 = a", "a <> :one", "nosuch <> :1", "nosuch <> absent", "a < b AND b < c", "a <= :1", "b > a", "b >= :2", "b = :2",
		"ss = :ss", "yes = :t", "b BETWEEN a AND c", "b BETWEEN :1 AND :5", "a IN (:5, :one, :1)", "NOT a IN (:5)",
		"attribute_exists(a)", "attribute_exists (m.x)", "attribute_not_exists(m.z)", "attribute_not_exists(l[9])", "attribute_exists(l[2])",
		"attribute_type(s, :S)", "attribute_type(ns, :NS)", "attribute_type(:1, :S) OR attribute_type(:one, :S)",
		"begins_with(s, :hell)", "begins_with(bin, :b)", "contains(s, :ell)", "contains(bin, :b)", "contains(ss, l[1]) OR contains(l, l[1])",
		"contains(ns, :2)", "contains(l, :2)", "contains(l, :set)", "size(s) = :5", "size(ss) = :2", "size(bin) = :8", "size(m) > :2", "size(l) < c OR size(l) = c",
		"m.x < m.y[1]", "m . y [ 1 ] = :2", "#m.#or > :1", "a = :0 OR a = :1 AND b = :2", "NOT a = :0", "not (a = :0 or b = :0)", "(a = :1)", "(a) = (:1)", "(size(s)) > :1",
		"a = :1 aNd NOT b = :1", "(a = :0 OR a = :1) AND b = :2", "NOT NOT a = :1", "(m.y)[1] = :2", "(a = :1 AND (b = :2))",
	}
	fails := []string{
		"a = :one", "a = nosuch", "nosuch = absent", "a > :one", "yes < a", "nosuch < a", "a IN (:one)", "b BETWEEN c AND a", "nosuch BETWEEN a AND c",
		"attribute_exists(nosuch)", "attribute_exists(s.x)", "attribute_not_exists(a)", "attribute_type(nosuch, :S)", "attribute_type(a, :S)",
		"begins_with(a, :hell)", "begins_with(s, :zz)", "contains(s, :zz)", "contains(a, :1)", "contains(ss, :1)", "contains(bin, :set)", "contains(nosuch, :1)",
		"size(a) = :1", "size(yes) = :1", "size(#null) = :1", "size(nosuch) = :0", "size(s) = :hell", "a = :1 AND b = :1", "NOT (a = :1 OR b = :1)", "a = :0 OR a = :5 AND b = :2",
		"NOT a = :1 OR a = :0",
	}
	cache := NewCache(10)
	for _, want := range []bool{true, false} {
		texts := fails
		if want {
			texts = holds
		}
		for _, text := range texts {
			c, err := cache.Condition(scope(t, names("#m", "m", "#or", "or", "#null", "null"), values), "ConditionExpression", text)
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if got := c.Holds(it); got != want {
				t.Errorf("%s = %t, want %t", text, got, want)
			}
		}
	}
}

func TestConditionsRefuse(t *testing.T) {
	values := map[string]av{":a": str("a"), ":b": str("b"), ":n": num("1"), ":t": boolean(true), ":DOG": str("DOG"), ":l": list()}
	for _, tt := range []struct{ text, want string }{
		{"", "The expression can not be empty;"},
		{"a", `Syntax error; token: "<EOF>", near: "a"`},
		{"   ", `Syntax error; token: "<EOF>", near: ""`},
		{"a =", `Syntax error; token: "<EOF>", near: "="`},
		{"a = = :a", `Syntax error; token: "=", near: "= = :a"`},
		{"a != :a", `Syntax error; token: "!", near: "a !="`},
		{"!!! INVALID", `Syntax error; token: "!", near: "!!"`},
		{"hits : incr", `Syntax error; token: ":", near: "hits : incr"`},
		{"tenantAgent:abc123-b = :a", `Syntax error; token: ":abc123", near: "tenantAgent:abc123-"`},
		{"user-id = :a", `Syntax error; token: "-", near: "user-id"`},
		{"attribute_exists([1])", `Syntax error; token: "[", near: "([1"`},
		{"attribute_exists()", `Syntax error; token: ")", near: "()"`},
		{"_a = :a", `Syntax error; token: "_", near: "_a"`},
		{"a[01] = :a", `Syntax error; token: "1", near: "01]"`},
		{"a[:a] = :a", `Syntax error; token: ":a", near: "[:a]"`},
		{"a = :a AND", `Syntax error; token: "<EOF>", near: "AND"`},
		{"a AND b = :a", `Syntax error; token: "AND", near: "a AND b"`},
		{"a IN ()", `Syntax error; token: ")", near: "()"`},
		{"a BETWEEN :a OR :b", `Syntax error; token: "OR", near: ":a OR :b"`},
		{"(a = :a", `Syntax error; token: "<EOF>", near: ":a"`},
		{"a = :a)", `Syntax error; token: ")", near: ":a)"`},
		{"(a = :a) = :b", `Syntax error; token: "=", near: ") = :b"`},
		{"é = :a", `Syntax error; token: "é", near: "é ="`},
		{"((a = :a))", "The expression has redundant parentheses;"},
		{"((a)) = :a", "The expression has redundant parentheses;"},
		{"a = ((:a))", "The expression has redundant parentheses;"},
		{"dog(a, :a)", "Invalid function name; function: dog"},
		{"Size(a) = :n", "Invalid function name; function: Size"},
		{"if_not_exists(a, a) = :a", "The function is not allowed in a condition expression; function: if_not_exists"},
		{"size(a)", "The function is not allowed to be used this way in an expression; function: size"},
		{"a = :a AND size(a)", "The function is not allowed to be used this way in an expression; function: size"},
		{"attribute_exists(a) < :n", "The function is not allowed to be used this way in an expression; function: attribute_exists"},
		{"contains(a, begins_with(a, b))", "The function is not allowed to be used this way in an expression; function: begins_with"},
		{"name = :a", "Attribute name is a reserved keyword; reserved keyword: name"},
		{"a.Items[0].NAME = :a", "Attribute name is a reserved keyword; reserved keyword: Items"},
		{"#x = :a", "An expression attribute name used in the document path is not defined; attribute name: #x"},
		{"a = :x", "An expression attribute value used in expression is not defined; attribute value: :x"},
		{"size(a, b) = :n", "Incorrect number of operands for operator or function; operator or function: size, number of operands: 2"},
		{"attribute_exists(a, b)", "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"},
		{"a.b[1] = a.b[1]", "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a, b, [1]]"},
		{"a IN (:a, b, a)", "The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [a]"},
		{"a BETWEEN a AND :b", "The first operand must be distinct from the remaining operands for this operator or function; operator: BETWEEN, first operand: [a]"},
		{"contains(a, a)", "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [a]"},
		{"attribute_exists(:a)", "Operator or function requires a document path; operator or function: attribute_exists"},
		{"begins_with(a, :n)", "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"begins_with(a, size(b))", "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"attribute_type(a, :n)", "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N"},
		{"attribute_type(a, b)", "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"},
		{"attribute_type(a, :DOG)", "Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
		{"size(:n) = :n", "Incorrect operand type for operator or function; operator or function: size, operand type: N"},
		{"a < :t", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
		{"a BETWEEN :l AND :l", "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: L"},
		{"a BETWEEN :a AND :n", "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:a}, upper bound operand: AttributeValue: {N:1}"},
		{"a BETWEEN :b AND :a", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"},
		{"a IN (" + strings.Repeat(":a,", 99) + ":a)", "The IN operator is provided with too many operands; number of operands: 101"},
		{strings.Repeat("a=:a OR ", 150) + "a=:a", "The expression contains too many operators; operator count: 301"},
		{strings.Repeat("NOT ", 400) + "a=:a", "The expression contains too many operators; operator count: 301"},
		{strings.Repeat("(", 2000) + "a", "The expression contains too many operators; operator count: 301"},
		{"a = :" + strings.Repeat("v", 4096), "Expression size has exceeded the maximum allowed size; expression size: 4101"},
		{"a[99999999999] = :a", "List index is not within the allowable range; index: [99999999999]"},
		{"a" + strings.Repeat(".a", 32) + " = :a", "The document path has too many nesting elements; nesting levels: 33"},
		// Of several faults AWS tells the gravest, wherever it stands.
		{"#x = :x AND dog(a) AND ((a = :a)) AND name = :a", "The expression has redundant parentheses;"},
		{"name = :x AND dog(a)", "Invalid function name; function: dog"},
		{"#x = :x AND name = :a", "Attribute name is a reserved keyword; reserved keyword: name"},
	} {
		_, err := NewCache(1).Condition(scope(t, nil, values), "FilterExpression", tt.text)
		if got, want := message(err), "Invalid FilterExpression: "+tt.want; got != want {
			t.Errorf("%.60s:\ngot  %s\nwant %s", tt.text, got, want)
		}
	}
}
