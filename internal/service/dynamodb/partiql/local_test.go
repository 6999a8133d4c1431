package partiql

import (
	"fmt"
	"strings"
	"testing"
)

// What this file expects is what AWS's local edition of DynamoDB says. No
// recorded answer of AWS itself confirms it: where one does turn up and differs,
// it is right. Positions, types and texts of syntax errors are shown as AWS shows
// them, where recorded answers show that the local edition differs.

func TestConditionsThatAreNone(t *testing.T) {
	where := func(condition string) string { return "SELECT * FROM c WHERE " + condition }
	const (
		boolean = "WHERE clause must contain an expression that resolves to a boolean"
		in      = "IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq with at least one member"
		types   = "Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]"
		is      = "The left hand side argument to IS must be a Variable Reference, Literal, or Path"
	)
	refusals(t, [][2]string{
		{where("a"), boolean},
		{where("1"), boolean},
		{where("size(a)"), boolean},
		{where("a AND b = 1"), "The arguments to AND/OR must be Expressions"},
		{where("b = 1 OR 'a'"), "The arguments to AND/OR must be Expressions"},
		{where("NOT a"), "The argument to NOT must be a Type or Expression"},
		{where("a IN b"), in},
		{where("a IN []"), in},
		{where("a = MISSING"), "MISSING must be compared using IS operator"},
		{where("a IS INT"), "Unsupported data type for IS operator: INTEGER. " + types + " at 1:25:2"},
		{where("size(a) IS NUMERIC"), is},
		{where("? IS NUMERIC"), is},
		{where("'a' IS STRING"), ""},
		{where("a + 1 = 2"), "Unsupported operator in Condition Expression. Operator: +"},
		{where("a LIKE 'x%'"), "Unsupported operator in Condition Expression. Operator: like"},
		{where("a || 'b' = 'c'"), "Unsupported operator in Condition Expression. Operator: ||"},
		{where("CASE WHEN a = 1 THEN 2 END = 2"), "Unsupported token in expression: CASE at 1:23:4"},
		{where("CAST(a AS INT) = 1"), "Unsupported token in expression: cast at 1:23:4"},
		{where("list_append(a, b) = 1"), "The function is not allowed in a condition expression; function: list_append"},
		{where("foo(a) = 1"), "Unrecognized function: foo at 1:23:3"},
		{where("a = a"), "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]"},
		{where(strings.Repeat("a = 1 OR ", 150) + "a = 1"), "The expression contains too many operators; operator count: 301"},
		{where("a" + strings.Repeat(".a", 32) + " = 1"), "The document path has too many nesting levels; nesting levels: 33"},
		{where("a.*.b = 1"), "Unpivot path component like a.*.b are not supported at 1:25:1"},
		{where("a[*].b = 1"), "Wildcard path component like a[*].b are not supported at 1:25:1"},
		{where("a = ?"), "Number of parameters in request and statement don't match."},
		{where("pk = 'a' ORDER BY 1"), "Argument to ORDER BY must be of type VariableReference. Type: 1"},
		{where("pk = 'a' ORDER BY m.x"), "Argument to ORDER BY must be of type VariableReference. Type: PATH"},
		{where("pk = 'a' ORDER BY 'm'"), `Argument to ORDER BY must be of type VariableReference. Type: "m"`},
		{where("pk = 'a' ORDER BY null"), "Argument to ORDER BY must be of type VariableReference. Type: null"},
		{where("pk = 'a' ORDER BY ?"), "Argument to ORDER BY must be of type VariableReference. Type: PARAMETER"},
		{where("pk = 'a' ORDER BY [1]"), "Argument to ORDER BY must be of type VariableReference. Type: LIST"},
		{where("pk = 'a' ORDER BY a + 1"), "Argument to ORDER BY must be of type VariableReference. Type: +"},
		{where("pk = 'a' ORDER BY size(a)"), "Argument to ORDER BY must be of type VariableReference. Type: size"},
	})
}

func TestLiteralsThatAreNone(t *testing.T) {
	where := func(literal string) string { return "SELECT * FROM c WHERE a = " + literal }
	const bag = "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
	refusals(t, [][2]string{
		{where("`1`"), "Ion Literals are not supported: INT under key root at 1:27:3"},
		{where("[b]"), "Unsupported data type: VariableReference under key root[0] at 1:28:1"},
		{where("{'x': [1, b.c]}"), "Unsupported data type: Path under key root.x[1]"},
		{where("{x: 1}"), "Tuple keys must be of type String. Actual type: VariableReference under root at 1:28:1"},
		{where("{1: 1}"), "Tuple keys must be of type String. Actual type: INT under root at 1:28:1"},
		{where("{null: 1}"), "Tuple keys must be of type String. Actual type: NULL under root at 1:28:4"},
		{where("{?: 1}"), "Tuple keys must be of type String. Actual type: Parameter under root at 1:28:1"},
		{where("{[1]: 1}"), "Tuple keys must be of type String. Actual type: Seq under root at 1:28:1"},
		{where("{a.b: 1}"), "Tuple keys must be of type String. Actual type: Path under root"},
		{where("{f(x): 1}"), "Tuple keys must be of type String. Actual type: NAry under root at 1:28:1"},
		{where("{'': 1}"), "Path component cannot be an empty string"},
		{where("{'x': 1, 'x': 2}"), "Duplicate keys in tuple. Key: x under root at 1:27:1"},
		{where("<<a>>"), bag + " at 1:29:1"},
		{where("<<1, true>>"), bag},
		{where("<<TRUE>>"), bag + " at 1:29:4"},
		{where("<<''>>"), "One or more parameter values were invalid: An string set may not have a empty string as a member"},
	})
}

func TestIonLiteralsAreRefusedByTheirType(t *testing.T) {
	for text, want := range map[string]string{
		"{{aGk=}}": "BLOB", "a": "SYMBOL", `"a"`: "STRING", "[1]": "LIST", "(a)": "SEXP", "{a:1}": "STRUCT", "2007-01-01T": "TIMESTAMP",
		"1.5": "DECIMAL", "1e0": "FLOAT", "true": "BOOL", "null": "NULL", "1": "INT",
	} {
		statement := "SELECT * FROM c WHERE a = `" + text + "`"
		want := fmt.Sprintf("Ion Literals are not supported: %s under key root at 1:27:%d", want, len(text)+2)
		if got := refusal(t, statement); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", statement, got, want)
		}
	}
}

func TestSelectsThatAreNone(t *testing.T) {
	refusals(t, [][2]string{
		{"SELECT * FROM c WHERE a = 1 LIMIT 5", "Unsupported clause: LIMIT at 1:35:1"},
		{"SELECT * FROM c OFFSET 5", "Unsupported clause: OFFSET at 1:24:1"},
		{"SELECT * FROM c GROUP BY a", "Unsupported clause: GROUP BY"},
		{"SELECT * FROM c HAVING a = 1", "Unsupported clause: HAVING at 1:26:1"},
		{"SELECT DISTINCT a FROM c", "Unsupported token in expression: DISTINCT"},
		{"SELECT VALUE a FROM c", "Select projection doesn't support value or pivot keywords"},
		{"SELECT a AS b FROM c", "Aliasing is not supported"},
		{"SELECT a.*, b FROM c", "Changing item's hierarchy while reading isn't supported"},
		{"SELECT n, n FROM c", "Duplicate identifiers in select clause: n"},
		{"SELECT m.n, n FROM c", "Duplicate identifiers in select clause: n"},
		{"SELECT 'a' FROM c", "Unexpected path component at 1:8:3"},
		{"SELECT a.b, a FROM c", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]"},
		{"SELECT * FROM c, t", "Only select from a single table or index is supported."},
		{"SELECT * FROM c JOIN t ON a = b", "Only select from a single table or index is supported."},
		{"SELECT * FROM <<1>>", "Unexpected from source"},
		{"SELECT * FROM a-b", "Unexpected from source"},
		{"SELECT * FROM c[0]", "Invalid list expression in source."},
		{"SELECT EXISTS(SELECT * FROM a) FROM c", "Unexpected path component at 1:8:6"},
		{"DROP TABLE x", "Unsupported operation: DropTable"},
		{"CREATE TABLE x", "Unsupported operation: CreateTable"},
		{"EXEC foo", "Unsupported operation: Exec"},
	})
}

func TestWritesThatAreNone(t *testing.T) {
	refusals(t, [][2]string{
		{"INSERT INTO t VALUE {'a': 1}", "Key attribute should be present in the item: Key pk"},
		{"INSERT INTO t VALUE {'pk': 1}", "Key attribute's data type should match its data type in table's schema: Key pk"},
		{"INSERT INTO t VALUE 1",
			"Unsupported format in item expression. Please use struct format {...} to express item values for insert statement. at 1:21:1"},
		{"INSERT INTO t << {'pk': 'q'} >>", "Unsupported operation: Insert"},
		{"INSERT INTO t VALUE {'pk': 'q'} ON CONFLICT WHERE pk = 'a' DO NOTHING", "Unsupported clause: ON CONFLICT"},
		{"INSERT INTO t VALUE {'pk': 'q'} RETURNING ALL OLD *", "RETURNING is not supported in INSERT"},
		{"INSERT INTO t VALUE {'pk': 'q'} AT 1", "AT is not supported in insert statements. at 1:1:6"},
		{"FROM t WHERE pk = 'a' INSERT INTO t VALUE {'pk': 'q'}", "Unsupported FROM ... WHERE ... clause in INSERT statement. at 1:1:4"},
		{"UPDATE t SET a = b * 2 WHERE pk='a'", "Unsupported operator in Update Expression. Operator: *"},
		{"UPDATE t SET a = b IS NULL WHERE pk='a'", "IS operator is not supported in update expressions"},
		{"UPDATE t SET a = size(b) WHERE pk='a'", "The function is not allowed in an update expression; function: size"},
		{"UPDATE t SET a = foo(b) WHERE pk='a'", "Unrecognized function: foo at 1:18:3"},
		{"UPDATE t SET a = MISSING WHERE pk='a'", "MISSING must be compared using IS operator"},
		{"UPDATE t SET a = if_not_exists(l, l) WHERE pk='a'",
			"The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [l]"},
		{"UPDATE t SET a = 1, a = 2 WHERE pk='a'",
			"Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"},
		{"UPDATE t SET a = 1 WHERE pk='a' RETURNING ALL OLD a", "Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause"},
		{"UPDATE t SET a = 1 WHERE pk='a' RETURNING ALL OLD *, ALL NEW *", "Invalid syntax with multiple returning elements in RETURNING clause"},
	})
}

func TestParametersThatNoQuestionMarkAsksForAreLeft(t *testing.T) {
	if got := refusal(t, "SELECT * FROM t WHERE pk = ?", str("a"), num(1)); got != "" {
		t.Errorf("a parameter too many is refused: %s", got)
	}
	s := bind(t, "UPDATE t SET b = ? WHERE pk = ?", num(7), str("x"))
	target, err := s.Target(stringKey)
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.Update.Apply(target.Key)
	if err != nil || shown(after) != "b:7 pk:'x'" {
		t.Errorf("parameters go to question marks in their order: %s, %v", shown(after), err)
	}
}
