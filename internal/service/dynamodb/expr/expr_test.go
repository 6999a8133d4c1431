package expr

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

type av = ddb.AttributeValue

func str(s string) av         { return av{S: new(s)} }
func num(s string) av         { return av{N: new(s)} }
func boolean(b bool) av       { return av{BOOL: new(b)} }
func list(v ...av) av         { return av{L: append([]av{}, v...)} }
func doc(m map[string]av) av  { return av{M: m} }
func strings_(s ...string) av { return av{SS: s} }
func numbers(s ...string) av  { return av{NS: s} }
func names(kv ...string) (m map[string]string) {
	m = map[string]string{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

func item(t testing.TB, m map[string]av) attr.Item {
	t.Helper()
	it, err := attr.FromAPI(m)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func scope(t testing.TB, names map[string]string, values map[string]av) *Scope {
	t.Helper()
	s, err := NewScope(names, values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// message returns what the caller of the API would read.
func message(err error) string {
	if err == nil {
		return ""
	}
	return awserr.From(err).Message
}

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

func TestScopesRefuse(t *testing.T) {
	for _, tt := range []struct {
		name   string
		names  map[string]string
		values map[string]av
		want   string
	}{
		{"no names", map[string]string{}, nil, "ExpressionAttributeNames must not be empty"},
		{"no values", nil, map[string]av{}, "ExpressionAttributeValues must not be empty"},
		{"a name without its mark", names("a", "b"), nil, `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`},
		{"a name with a dot", names("#environment.item", "b"), nil, `ExpressionAttributeNames contains invalid key: Syntax error; key: "#environment.item"`},
		{"a mark alone", names("#", "b"), nil, `ExpressionAttributeNames contains invalid key: Syntax error; key: "#"`},
		{"a value without its mark", nil, map[string]av{"a": str("b")}, `ExpressionAttributeValues contains invalid key: Syntax error; key: "a"`},
		{"a value that is none", nil, map[string]av{":a": {}},
			"ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :a"},
		{"a number that is none", nil, map[string]av{":a": num("x")},
			"ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :a"},
	} {
		_, err := NewScope(tt.names, tt.values)
		if got := message(err); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestWhatIsNotUsedIsRefused(t *testing.T) {
	s := scope(t, names("#x", "a", "#z", "z", "#y", "y"), map[string]av{":a": str("a"), ":b": str("b")})
	cache := NewCache(10)
	if _, err := cache.Condition(s, "ConditionExpression", "#x = :a"); err != nil {
		t.Fatal(err)
	}
	if got, want := message(s.Unused()), "Value provided in ExpressionAttributeNames unused in expressions: keys: {#y, #z}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := cache.Projection(s, "#y, #z"); err != nil {
		t.Fatal(err)
	}
	if got, want := message(s.Unused()), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := cache.Update(s, "SET q = :b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Unused(); err != nil {
		t.Error(err)
	}
}

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

func TestUpdates(t *testing.T) {
	base := map[string]av{"n": num("10"), "s": str("x"), "l": list(num("0"), num("1")), "m": doc(map[string]av{"k": num("1")}), "ss": strings_("a", "b"), "ns": numbers("1")}
	values := map[string]av{":1": num("1"), ":5": num("5"), ":s": str("new"), ":l": list(num("9")), ":set": strings_("b", "c"), ":all": strings_("a", "b"), ":ns": numbers("2")}
	for _, tt := range []struct{ text, want string }{
		{"SET s = :s", "s:S new"},
		{"set n = n + :5, s = n", "n:N 15 s:N 10"},
		{"SET n = n - :1", "n:N 9"},
		{"SET n = (n + :5)", "n:N 15"},
		{"SET q = if_not_exists(q, :1), n = if_not_exists(n, :1)", "q:N 1"},
		{"SET q = if_not_exists(q, :1) + :5", "q:N 6"},
		{"SET l = list_append(l, :l)", "l:[N 0 N 1 N 9]"},
		{"SET q = list_append(if_not_exists(q, :l), l)", "q:[N 9 N 0 N 1]"},
		{"SET l[1] = :5, l[7] = :s", "l:[N 0 N 5 S new]"},
		{"SET m.#new.k = :1", "!The document path provided in the update expression is invalid for update"},
		{"SET m.#new = :1", "m:{k:N 1 new:N 1}"},
		{"REMOVE s, l[0], m.k SET q = :1", "l:[N 1] m:{} q:N 1 -s"},
		{"REMOVE nosuch, l[9]", ""},
		{"ADD n :5, q :1, ss :set, ns2 :ns", "n:N 15 ns2:[2] q:N 1 ss:[a b c]"},
		{"DELETE ss :set, q :set", "ss:[a]"},
		{"DELETE ss :all", "-ss"},
		{"SET q = nosuch", "!The provided expression refers to an attribute that does not exist in the item"},
		{"SET q = nosuch + :1", "!The provided expression refers to an attribute that does not exist in the item"},
		{"SET q = s + :1", "!An operand in the update expression has an incorrect data type"},
		{"SET q = list_append(l, s)", "!An operand in the update expression has an incorrect data type"},
		{"ADD s :1", "!An operand in the update expression has an incorrect data type"},
		{"ADD ss :ns", "!An operand in the update expression has an incorrect data type"},
		{"DELETE n :ns", "!An operand in the update expression has an incorrect data type"},
		{"SET s.x = :1", "!The document path provided in the update expression is invalid for update"},
		{"SET nosuch[0] = :1", "!The document path provided in the update expression is invalid for update"},
		{"REMOVE nosuch.x", "!The document path provided in the update expression is invalid for update"},
	} {
		u, err := NewCache(1).Update(scope(t, names("#new", "new"), values), tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		before := item(t, base)
		after, err := u.Apply(before)
		got := "!" + message(err)
		if err == nil {
			got = changes(before, after)
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestUpdatesRefuse(t *testing.T) {
	values := map[string]av{":1": num("1"), ":s": str("s"), ":l": list()}
	for _, tt := range []struct{ text, want string }{
		{"", "The expression can not be empty;"},
		{"INVALID SYNTAX HERE", `Syntax error; token: "INVALID", near: "INVALID SYNTAX"`},
		{"SET", `Syntax error; token: "<EOF>", near: "SET"`},
		{"SET a = :1,", `Syntax error; token: "<EOF>", near: ","`},
		{"SET a :1", `Syntax error; token: ":1", near: "a :1"`},
		{"SET a = :1 + :1 + :1", `Syntax error; token: "+", near: ":1 + :1"`},
		{"REMOVE a = :1", `Syntax error; token: "=", near: "a = :1"`},
		{"ADD a b", `Syntax error; token: "b", near: "a b"`},
		{"SET a = :1 b = :1", `Syntax error; token: "b", near: ":1 b ="`},
		{"SET set = :1", `Syntax error; token: "set", near: "SET set ="`},
		{"SET a = :1 SET b = :1", `The "SET" section can only be used once in an update expression;`},
		{"SET name = :1", "Attribute name is a reserved keyword; reserved keyword: name"},
		{"SET a = dog(b)", "Invalid function name; function: dog"},
		{"SET a = size(b)", "The function is not allowed in an update expression; function: size"},
		{"SET #x = :1", "An expression attribute name used in the document path is not defined; attribute name: #x"},
		{"SET a = :x", "An expression attribute value used in expression is not defined; attribute value: :x"},
		{"SET a = :1, a = :s", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"},
		{"SET a.b = :1 REMOVE a", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]"},
		{"SET a.b = :1, a[1] = :1", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]"},
		{"ADD a :s", "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"},
		{"DELETE a :1", "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER"},
		{"SET a = b + :s", "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
		{"SET a = list_append(b, :s)", "Incorrect operand type for operator or function; operator or function: list_append, operand type: S"},
		{"SET a = if_not_exists(:s, :s)", "Operator or function requires a document path; operator or function: if_not_exists"},
		{"SET a = if_not_exists(b)", "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"},
	} {
		_, err := NewCache(1).Update(scope(t, nil, values), tt.text)
		if got, want := message(err), "Invalid UpdateExpression: "+tt.want; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, want)
		}
	}
}

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

func TestTheCacheIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	c := NewCache(10)
	s := scope(t, nil, map[string]av{":v": num("1")})
	for i := range 1000 {
		for _, text := range []string{fmt.Sprintf("a%d = :v", i), "hot = :v"} {
			if _, err := c.Condition(s, "ConditionExpression", text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(c.young) + len(c.old); n > 12 {
		t.Errorf("the cache of 10 holds %d", n)
	}
	if c.parsed != 1001 {
		t.Errorf("%d texts were parsed, want each once: 1001", c.parsed)
	}
}

func TestTheReservedWordsAreThoseOfTheGuide(t *testing.T) {
	if len(reserved) != 573 {
		t.Errorf("%d reserved words, want 573", len(reserved))
	}
	for _, word := range []string{"abort", "Zone", "NAME", "hAsH", "ttl"} {
		if !isReserved(word) {
			t.Errorf("%s is not reserved", word)
		}
	}
	for _, word := range []string{"pk", "id", "title", "email"} {
		if isReserved(word) {
			t.Errorf("%s is reserved", word)
		}
	}
}

// show writes values shortly, in the order of their names.
func show(it attr.Item) string {
	var fields []string
	for name, v := range it.All() {
		fields = append(fields, string(name)+":"+showValue(v))
	}
	return "map[" + strings.Join(fields, " ") + "]"
}

func showValue(v attr.Value) string {
	var parts []string
	switch k := v.Kind(); {
	case k == attr.List:
		for e := range v.Elements() {
			parts = append(parts, showValue(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case k == attr.Map:
		for name, f := range v.Fields() {
			parts = append(parts, string(name)+":"+showValue(f))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case k.IsSet():
		for m := range v.Members() {
			parts = append(parts, attr.Scalar(k.Member(), m).Text())
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return v.Kind().String() + " " + v.Text()
}

// changes tells what differs: new values, then what is gone.
func changes(before, after attr.Item) string {
	var diff []string
	for name, v := range after.All() {
		if !before.Get(string(name)).Equal(v) {
			diff = append(diff, string(name)+":"+showValue(v))
		}
	}
	for name := range before.All() {
		if after.Get(string(name)) == nil {
			diff = append(diff, "-"+string(name))
		}
	}
	return strings.Join(diff, " ")
}
