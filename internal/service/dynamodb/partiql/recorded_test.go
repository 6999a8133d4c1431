package partiql

import (
	"strconv"
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

// What this file expects was answered by AWS in 2026 (eu-west-2), and recorded
// by others, who publish it.

const (
	notWellFormed = "Statement wasn't well formed, can't be processed: "
	leftover      = notWellFormed + "Unexpected token after expression"
	overflow      = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	underflow     = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	digits        = "Attempting to store more than 38 significant digits in a Number"
	incompleteKey = "Where clause does not contain a mandatory equality on all key attributes"
)

func TestStatementsThatAreNotWellFormed(t *testing.T) {
	refusals(t, [][2]string{
		{`SELECT * FROM "n" WHERE pk = 1 foo`, leftover},
		{`SELECT * FROM "n" WHERE pk = 1 e5`, leftover},
		{`INSERT INTO "n" VALUE {'pk': 970001} foo`, leftover},
		{`UPDATE "n" SET a = 9 WHERE pk = 970002 foo`, leftover},
		{`DELETE FROM "n" WHERE pk = 970003 foo`, leftover},
		{`SELECT * FROM "n" WHERE pk = 1)`, leftover},
		{`DELETE FROM "n" WHERE pk = 970004 ORDER BY pk`, leftover},
		{`SELECT * FROM "n" ORDER BY pk WHERE pk = 1`, leftover},
		{`INSERT INTO "t" t VALUE {'pk': 'x'}`, leftover},
		{`FROM "t" SET c = 1 WHERE pk = 'x'`, leftover},
		{`FROM "t" SET c = 1 WHERE pk = 'x' SET d = 2`, leftover},
		{`SELECT * FROM "n" WHERE pk = 1e2147483648`, notWellFormed},
		{`SELECT * FROM "n" WHERE pk = 1e99999999999`, notWellFormed},
		{`SELECT * FROM "n" WHERE pk = 1.5e-2147483647`, notWellFormed},
		{`SELECT * FROM "n" WHERE pk = 1 # note`, notWellFormed},
		{`SELECT * FROM "n" WHERE pk = 1 /* note`, notWellFormed},
		{`SELECT * FROM "t`, notWellFormed},
		{`SELECT * FROM "t" WHERE`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "t" WHERE;`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "t" WHERE   `, notWellFormed + "Unexpected term"},
		{`SELECT pk FROM "t" WHERE`, notWellFormed + "Unexpected term"},
		{`UPDATE "t" SET a = 1 WHERE`, notWellFormed + "Unexpected term"},
		{`DELETE FROM "t" WHERE`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "t" WHERE NOT`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "t" WHERE (`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "t" WHERE pk = 'p1' AND`, notWellFormed + "Missing right-hand side expression of infix operator"},
		{`SELECT * FROM "t" WHERE pk = 'p1' OR`, notWellFormed + "Missing right-hand side expression of infix operator"},
		{`SELECT * FROM "t" WHERE ORDER BY pk`, notWellFormed + "Unexpected keyword"},
		{`SELECT * FROM "t" WHERE pk = 'a' AND x IS FOO`, notWellFormed + "Expected type name"},
		{`SELECT * FROM "t" WHERE IS NULL`, notWellFormed + "Unexpected operator"},
		{`SELECT * FROM "t" WHERE pk = LIKE`, notWellFormed + "Unexpected operator"},
		{`DELETE FROM`, notWellFormed + "Expected identifier for simple path"},
		{`DELETE FROM   `, notWellFormed + "Expected identifier for simple path"},
		{`DELETE FROM;`, notWellFormed + "Expected identifier for simple path"},
		{`DELETE FROM WHERE pk = 'a'`, notWellFormed + "Expected identifier for simple path"},
		{`SLECT * FROM "t" WHERE pk = 'a'`, notWellFormed + "Expected data manipulation"},
		{`SELECT * FROM "t" WHERE attribute_exists(m.inner)`, notWellFormed + "Invalid path dot component"},
		{`UPDATE "t" SET m.inner = set_add(m.inner, <<'y'>>) WHERE pk = 'a'`, notWellFormed + "Invalid path dot component"},
		{`x IS INT4`, "Unsupported operation: IsType"},
		{`x IS INT8`, "Unsupported operation: IsType"},
		{`x IS DOUBLE PRECISION`, "Unsupported operation: IsType"},
		{`x IS CHARACTER VARYING`, "Unsupported operation: IsType"},
	})
}

func TestTablesThatAreRefused(t *testing.T) {
	refusals(t, [][2]string{
		{`SELECT * FROM "t" t WHERE pk = 'x'`, "Aliasing is not supported"},
		{`SELECT * FROM "t" AS t WHERE pk = 'x'`, "Aliasing is not supported"},
		{`UPDATE "t" t SET a = 3 WHERE pk = 'x'`, "Aliasing is not supported"},
		{`DELETE FROM "t" t WHERE pk = 'x'`, "Aliasing is not supported"},
		{`SELECT * FROM "t"."gsi-all"."extra" WHERE pk = 'p'`, "A path may contain at most 2 components in the FROM clause"},
		{`SELECT * FROM "t"."" WHERE pk = 'p'`, "Path component cannot be an empty string"},
		{`SELECT * FROM "" WHERE pk = 'p'`, "Path component cannot be an empty string"},
		{`INSERT INTO "t"."gsi-all" VALUE {'pk': 'x'}`, "FROM clause may only contain a single table name in data manipulation statements"},
		{`UPDATE "t"."gsi-all" SET a = 1 WHERE pk = 'x'`, "This operation is not supported on an index"},
		{`DELETE FROM "t"."gsi-all" WHERE pk = 'x'`, "This operation is not supported on an index"},
	})
}

func TestLiteralsThatAreRefused(t *testing.T) {
	// Where a literal or a parameter stands is counted from 1.
	at := func(statement, token string) string {
		return " at 1:" + strconv.Itoa(strings.Index(statement, token)+1) + ":" + strconv.Itoa(len(token))
	}
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	add := `INSERT INTO "t" VALUE {'pk': 'x', 'ss': set_add(<<'a'>>, <<'b'>>)}`
	list := `UPDATE "c" SET x = [?] WHERE pk='literals' AND sk='1'`
	field := `INSERT INTO "c" VALUE {'pk':'literals','sk':'1','m':{'k':?}}`
	refusals(t, [][2]string{
		{`SELECT * FROM "n" WHERE pk = 1e126`, overflow + " under root"},
		{`SELECT * FROM "n" WHERE pk = 1e-131`, underflow + " under root"},
		{`SELECT * FROM "n" WHERE pk = 123456789012345678901234567890123456789`, digits + " under root"},
		{`INSERT INTO "n" VALUE {'pk': 1e126}`, overflow + " under root"},
		{`UPDATE "n" SET a = 1e-131 WHERE pk = 970005`, underflow + " under root"},
		{`INSERT INTO "n" VALUE {'pk': 970006, 'm': {'x': 1e126}}`, overflow + " under root.x"},
		{`INSERT INTO "n" VALUE {'pk': 970007, 'l': [1, 1e126]}`, overflow + " under root[1]"},
		{`INSERT INTO "c" VALUE {'pk':'bag', 'sk':'1', 's':<<>>}`, "Empty bags are not supported"},
		{`INSERT INTO "c" VALUE {'pk':'bag', 'sk':'1', 's':<<1, 'a'>>}`,
			"Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"},
		{`INSERT INTO "c" VALUE {'pk':'bag', 'sk':'1', 's':<<'a', 'a'>>}`,
			"One or more parameter values were invalid: Input collection [a, a] contains duplicates."},
		{`INSERT INTO "c" VALUE {'pk':'bag', 'sk':'1', 'x':[<<'a','a'>>]}`,
			"One or more parameter values were invalid: Input collection [a, a] contains duplicates."},
		{`UPDATE "c" SET n = set_add(n, <<2, 2.0>>) WHERE pk='bags' AND sk='1'`,
			"One or more parameter values were invalid: Input collection [2, 2.0] contains duplicates! under root"},
		{`SELECT sk FROM "c" WHERE pk='bags' AND sk='1' AND s = <<'a','a'>>`,
			"One or more parameter values were invalid: Input collection [a, a] contains duplicates."},
		{list, "Unsupported data type: Parameter under key root[0]" + at(list, "?")},
		{field, "Unsupported data type: Parameter under key root.k" + at(field, "?")},
		{add, "Unsupported data type: set_add under key root" + at(add, "set_add")},
		{`UPDATE "c" SET d = ` + deep("{'a':", "1", "}", 32) + ` WHERE pk='nested' AND sk='1'`,
			"Nesting Levels have exceeded supported limits under root" + strings.Repeat(".a", 32)},
		{`UPDATE "c" SET d = {'a':` + deep("[", "1", "]", 31) + `} WHERE pk='nested' AND sk='1'`,
			"Nesting Levels have exceeded supported limits under root.a" + strings.Repeat("[0]", 31)},
		{`UPDATE "c" SET d = ` + deep("[", "1", "]", 32) + ` WHERE pk='nested' AND sk='1'`,
			"Nesting Levels have exceeded supported limits under root" + strings.Repeat("[0]", 32)},
	})
	it := bind(t, `INSERT INTO "c" VALUE {'pk':'nested','sk':'1','d':`+deep("{'a':", "1", "}", 31)+"}").Item
	if it.TooDeep() {
		t.Error("31 maps within each other make an item too deep")
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	refusals(t, [][2]string{
		{`SELECT l[-1] FROM "partiql-edge-cases" WHERE pk='index'`, "List index is not within the allowable range; index: [-1] at 1:11:1"},
		{`SELECT l[2147483648] FROM "c" WHERE pk='index'`, "List index is not within the allowable range; index: [2147483648] at 1:10:10"},
		{`UPDATE "c" REMOVE l[2147483648] WHERE pk='index' AND sk='1'`, "List index is not within the allowable range; index: [2147483648] at 1:21:10"},
		{`SELECT attribute_exists(ss) FROM "t" WHERE pk = 'a'`, "Unexpected path component at 1:8:16"},
		{`SELECT COUNT(*) FROM "t"`, "Unexpected path component at 1:8:5"},
	})
}

func TestFunctionsThatAreRefused(t *testing.T) {
	where := func(condition string) string { return `SELECT * FROM "t" WHERE ` + condition }
	refusals(t, [][2]string{
		{where(`attribute_exists('ss')`), "Operator or function requires a document path; operator or function: attribute_exists"},
		{where(`attribute_exists()`), "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 0"},
		{where(`attribute_exists(ss, ns)`), "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"},
		{where(`EXISTS(ss)`), "Unrecognized function: exists at 1:25:6"},
		{where(`set_add(ss, <<'x'>>) = ss`), "Unrecognized function: set_add at 1:25:7"},
		{where(`attribute_type(l, 1)`), "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N"},
		{where(`attribute_type(l, true)`), "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: BOOL"},
		{where(`pk = 'fn-1' AND attribute_type(Total, 'X')`), "Invalid attribute type name found; type: X, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}"},
		{where(`attribute_exists(n) > false`), "Incorrect operand type for operator or function; operator or function: >, operand type: BOOL"},
		{where(`flag IN [` + strings.Repeat("'v',", 100) + `'v']`), "The IN operator is provided with too many operands; number of operands: 101"},
	})
	want := "Operator or function requires a document path; operator or function: attribute_exists"
	if got := refusal(t, where(`attribute_exists(?)`), str("ss")); got != want {
		t.Errorf("a parameter for a path:\ngot  %s\nwant %s", got, want)
	}
	for _, op := range []string{"<", "<=", ">", ">="} {
		for _, v := range []attr.Value{attr.BoolValue(true), attr.NullValue(), attr.ListOf(str("a")), attr.MapOf(), stringSet("a")} {
			want := "Incorrect operand type for operator or function; operator or function: " + op + ", operand type: " + v.Kind().String()
			if got := refusal(t, where("pk = ? AND val "+op+" ?"), str("x"), v); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

func TestUpdatesThatAreRefused(t *testing.T) {
	set := func(what string) string { return `UPDATE "t" SET ` + what + ` WHERE pk = 'x'` }
	refusals(t, [][2]string{
		{set(`t = set_add(ss, <<'x'>>)`), "The first argument to SET_ADD must equal the assignment value at 1:20:7"},
		{set(`ss = set_add(<<'a'>>, <<'b'>>)`), "The first argument to SET_ADD must equal the assignment value at 1:21:7"},
		{set(`ss = set_add(ss, 'x')`), "The second argument to SET_ADD must be a value with type SET at 1:29:2"},
		{set(`ss = set_add(ss, ['x'])`), "The second argument to SET_ADD must be a value with type SET at 1:29:2"},
		{set(`ss = set_add(ss)`), "SET_ADD must have exactly two arguments at 1:21:7"},
		{set(`ss = set_add(ss, <<'x'>>, <<'y'>>)`), "SET_ADD must have exactly two arguments at 1:21:7"},
		{set(`ss = set_add(ss, <<'x', 'x'>>)`), "One or more parameter values were invalid: Input collection [x, x] contains duplicates."},
		{set(`ss = set_add(ss, <<>>)`), "Empty bags are not supported"},
		{set(`t = set_delete(ss, <<'a'>>)`), "The first argument to SET_DELETE must equal the assignment value at 1:20:10"},
		{set(`ss = set_delete(ss, 'a')`), "The second argument to SET_DELETE must be a value with type SET at 1:32:2"},
		{set(`"ss" = set_delete("ss", ['x'])`), "The second argument to SET_DELETE must be a value with type SET at 1:34:4"},
		{"UPDATE \"c\"\nSET BandMembers = set_add(BandMembers, 'x')\nWHERE pk='sets' AND sk='1'",
			"The second argument to SET_ADD must be a value with type SET at 2:27:11"},
		{set(`n = 'a' + 1`), "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
		{set(`n = n - null`), "Incorrect operand type for operator or function; operator or function: -, operand type: NULL"},
		{set(`n = n + [1]`), "Incorrect operand type for operator or function; operator or function: +, operand type: L"},
	})
	for _, words := range []string{"MODIFIED OLD", "ALL NEW", "MODIFIED NEW"} {
		want := "Invalid returning clause: RETURNING " + words + " *. Only RETURNING ALL OLD * is allowed in DELETE statements."
		if got := refusal(t, `DELETE FROM "t" WHERE pk = 'x' RETURNING `+words+` *`); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
