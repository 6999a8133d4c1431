package partiql

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// The texts are those of AWS's published parser, release 0.5, which says this
// of each of these statements.
func TestSyntaxErrors(t *testing.T) {
	where := func(rest string) string { return "SELECT * FROM t WHERE " + rest }
	for _, tt := range [][2]string{
		{"", "Unexpected term"},
		{";", "Unexpected term"},
		{`"`, ""},
		{"a = !b", ""},
		{where("a = 1e"), ""},
		{where("a ~ 1"), ""},
		{where("é = 1"), ""},
		{where("a = 'b"), ""},
		{where("a = `b"), ""},
		{"SELECT , FROM t", "Unexpected term"},
		{"SELECT FROM t", "Expected identifier or an expression but found unexpected keyword 'from' in a select list."},
		{"SELECT *, a FROM t", "Other expressions may not be present in the select list when '*' is used without dot notation."},
		{"SELECT a[*] FROM t", "Invalid use of * in select list"},
		{"SELECT a[0].* FROM t", "Cannot use [] and * together in SELECT list expression"},
		{"SELECT a b c FROM t", "Expected FROM after SELECT list"},
		{"SELECT a AS FROM t", "Expected identifier for AS-alias"},
		{"SELECT * FROM user", "Unexpected keyword"},
		{"SELECT * FROM t ORDER pk", "Expected BY"},
		{"SELECT * FROM t JOIN u", "Expected 'ON'"},
		{"SELECT * FROM t GROUP BY 1", "Literals (including ordinals) not supported in GROUP BY"},
		{"SELECT * FROM t GROUP BY a GROUP g", "Expected AS keyword"},
		{"SELECT * FROM t LET a WHERE c = 1", "Expected AS following LET expr"},
		{"SELECT * FROM t; SELECT * FROM t", "Unexpected token after semicolon. (Only one query is allowed.)"},
		{where("(a = 1"), "Expected RIGHT_PAREN"},
		{where("a[1 = 1"), "Expected RIGHT_BRACKET"},
		{where("a. = 1"), "Invalid path dot component"},
		{where("a IN (1, 2"), "Expected RIGHT_PAREN"},
		{where("a BETWEEN 1"), "Expected AND keyword"},
		{where("a BETWEEN 1 AND"), "Expected expression after AND"},
		{where("{'a' 1} = b"), "Expected COLON"},
		{where("{'a': 1 = b"), "Expected RIGHT_CURLY"},
		{where("<<1 = b"), "Expected RIGHT_DOUBLE_ANGLE_BRACKET"},
		{where("@ = 1"), "Identifier must follow @-operator"},
		{where("max(a, b) = 1"), "Aggregate functions are always unary"},
		{where("size(*) = 1"), "size(*) is not allowed"},
		{where("a = DATE 'x'"), "Expected DATE string to be of the format yyyy-MM-dd"},
		{where("a = DATE true"), "Expected date string followed by the keyword DATE, found BOOL"},
		{where("a = DATE b"), "Expected date string followed by the keyword DATE, found SYMBOL"},
		{where("a = TIME 1.5"), "Expected time string followed by the keyword TIME OR TIME WITH TIME ZONE, found DECIMAL"},
		{where("CAST(a) = 1"), "Expected AS"},
		{where("a IS DECIMAL(1,2,3)"), "is type argument decimal must have arity of 0..2"},
		{where("a IS DECIMAL(x)"), "Type parameter must be an unsigned integer literal"},
		{where("CASE a = 1"), "Expected a WHEN clause in CASE"},
		{where("a LIKE 'x' ESCAPE"), "Expected expression after ESCAPE"},
		{where("a = (UPDATE t SET b = 1)"), "Keyword null only expected at the top level in the query"},
		{"UPDATE t", "Expected data manipulation"},
		{"UPDATE t SET", "Expected identifier for simple path"},
		{"UPDATE t SET a WHERE pk = 'a'", "Expected '='"},
		{"UPDATE t SET a.* = 1", "Invalid path dot component for simple path"},
		{"UPDATE t SET a[b + 1] = 1", "Invalid path component for simple path"},
		{"UPDATE t REMOVE a, b WHERE pk = 'a'", "Unexpected token after expression"},
		{"UPDATE t SET a = 1 WHERE pk = 'a' RETURNING *", "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element."},
		{"UPDATE t SET a = 1 WHERE pk = 'a' RETURNING ALL OLD a + 1", "Unsupported syntax in RETURNING columns."},
		{"UPDATE t SET a = 1 WHERE pk = 'a' RETURNING ALL OLD a.b.c", "More than two paths in RETURNING columns."},
		{"DELETE t WHERE pk = 'a'", "Expected FROM after DELETE"},
		{"INSERT t VALUE {'pk': 'a'}", "Unexpected keyword"},
		{"INSERT INTO t VALUES {'pk': 'a'}", "Expected LEFT_PAREN for row value constructor"},
		{"INSERT INTO t VALUE {'pk': 'a'} ON CONFLICT DO NOTHING", "invalid ON CONFLICT syntax"},
		{"DROP", "Unexpected token following DROP"},
		{"DROP TABLE", "Expected identifier!"},
		{"CREATE INDEX ON", "Index target must be an identifier"},
		{"CREATE TABLE t x", "Unexpected tokens after CREATE statement!"},
		{"EXEC", "No stored procedure provided"},
	} {
		if got, want := refusal(t, tt[0]), notWellFormed+tt[1]; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt[0], got, want)
		}
	}
}

func TestPositionsCountLinesAndCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 'a' FROM t":               "1:8:3",
		"SELECT\n 'a' FROM t":             "2:2:3",
		"SELECT\r\n'a' FROM t":            "2:1:3",
		"SELECT\r\r'a' FROM t":            "3:1:3",
		"SELECT /* é\nü */ 'ß' FROM t":    "2:6:3",
		"-- a note\nSELECT 'a''b' FROM t": "2:8:6",
		"SELECT \t'a' FROM t":             "1:9:3",
	} {
		if got, want := refusal(t, text), "Unexpected path component at "+want; got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// Whatever is within whatever, reading it takes one look at each token, and the
// depth of the recursion has a bound. These texts would take forever in a parser
// that goes back, or run one without a bound out of its stack.
func TestLongAndDeepStatementsAreReadOrRefused(t *testing.T) {
	const n = 20_000
	for _, text := range []string{
		"SELECT * FROM t WHERE " + strings.Repeat("(", n),
		"SELECT * FROM t WHERE " + strings.Repeat("(", n) + "a" + strings.Repeat(")", n),
		"SELECT * FROM t WHERE " + strings.Repeat("NOT ", n) + "a = 1",
		"SELECT * FROM t WHERE a = " + strings.Repeat("- ", n) + "1",
		"SELECT * FROM t WHERE a = " + strings.Repeat("[", n),
		"SELECT * FROM t WHERE a = " + strings.Repeat("{'a':", n),
		"SELECT * FROM t WHERE a = " + strings.Repeat("<<", n),
		"SELECT * FROM " + strings.Repeat("(", n) + "t",
		strings.Repeat("SELECT * FROM (", n),
		"SELECT * FROM t WHERE " + strings.Repeat("a[", n),
		"SELECT * FROM t WHERE " + strings.Repeat("size(", n),
		"SELECT * FROM t WHERE " + strings.Repeat("CASE ", n),
		"SELECT * FROM t WHERE " + strings.Repeat("a = ", n) + "1",
		"SELECT * FROM t WHERE a = 1" + strings.Repeat(" OR a = 1", n),
		"SELECT * FROM t WHERE a = 1" + strings.Repeat(" AND (a = 1 OR a = 2)", n),
		"SELECT * FROM t WHERE a" + strings.Repeat(".a", n) + " = 1",
		"SELECT a" + strings.Repeat(",a", n) + " FROM t",
		"UPDATE t" + strings.Repeat(" SET a = 1", n),
		"INSERT INTO t VALUE {'a':1" + strings.Repeat(",'a':1", n) + "}",
		strings.Repeat("outer ", n),
		strings.Repeat("/*", n),
		strings.Repeat("'", n) + `"`,
		strings.Repeat("INSERT INTO t ", n),
	} {
		if refusal(t, text) == "" {
			t.Errorf("%.60s… is not refused", text)
		}
	}
}

func TestTheCacheParsesAStatementOnceForAllParameters(t *testing.T) {
	parsed := 0
	trees := NewCache(10)
	for i := range 1000 {
		for _, text := range []string{fmt.Sprintf("SELECT * FROM t WHERE pk = ? AND a = %d", i), "SELECT * FROM t WHERE pk = ?"} {
			_, err := trees.trees.Of(text, len(text), func() (*node, error) { parsed++; return parse(text) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if parsed != 1001 {
		t.Errorf("%d texts were parsed, want each once: 1001", parsed)
	}
}

func TestOneTreeServesRequestsAtTheSameTime(t *testing.T) {
	c := NewCache(10)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for range 100 {
				pk := fmt.Sprint(g)
				s, err := c.Statement("SELECT m.a FROM c WHERE pk IN [?] AND sk > ? AND NOT n = -1 ORDER BY pk", params(pk, "s"))
				if err != nil {
					t.Error(err)
					return
				}
				r, err := s.Read(twoKeys)
				if err != nil || len(r.Ranges) != 1 || r.Ranges[0].Terms[0].Value.Text() != pk {
					t.Errorf("the read of %s is %+v, %v", pk, r, err)
				}
			}
		})
	}
	all.Wait()
}
