package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// songs is a table "music" of three artists with ten songs each, and an index.
func songs(t *testing.T) *fixture {
	f := indexed(t)
	for _, artist := range []string{"a", "b", "c"} {
		for n := range 10 {
			f.put(t, "music", item("pk", artist, "sk", n, "g", fmt.Sprint("g", n%2), "v", n*n))
		}
	}
	return f
}

func (f *fixture) execute(t *testing.T, text string, parameters ...av) ([]map[string]av, error) {
	t.Helper()
	in := &ddb.ExecuteStatementInput{Statement: text, Parameters: parameters}
	var items []map[string]av
	for {
		out, err := f.ExecuteStatement(t.Context(), alice, in)
		if err != nil {
			return nil, err
		}
		items = append(items, out.Items...)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return items, nil
		}
	}
}

func TestSelectReadsWhatItSays(t *testing.T) {
	f := songs(t)
	for _, tt := range []struct {
		text       string
		parameters []av
		want       string
	}{
		{`SELECT v FROM music WHERE pk = 'a' AND sk = 3`, nil, "v=9"},
		{`SELECT sk FROM "music" WHERE pk = ? AND sk > ?`, []av{str("b"), num(7)}, "sk=8; sk=9"},
		{`SELECT sk FROM music WHERE pk = 'b' AND sk BETWEEN 2 AND 4 ORDER BY sk DESC`, nil, "sk=4; sk=3; sk=2"},
		{`SELECT pk, sk FROM music WHERE pk IN ['a', 'c'] AND sk = 1`, nil, "pk=a sk=1; pk=c sk=1"},
		{`SELECT sk FROM music WHERE pk = 'a' AND v >= 49`, nil, "sk=7; sk=8; sk=9"},
		{`SELECT sk FROM music WHERE pk = 'a' AND sk < 2 OR pk = 'a' AND sk = 5`, nil, "sk=0; sk=1; sk=5"},
		{`SELECT pk FROM music."byG" WHERE g = 'g1' AND pk = 'c'`, nil, strings.TrimSuffix(strings.Repeat("pk=c; ", 5), "; ")},
		{`SELECT * FROM music WHERE pk = 'none'`, nil, ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := f.execute(t, tt.text, tt.parameters...)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "the items", showAll(got), tt.want)
		})
	}
	all, err := f.execute(t, "SELECT * FROM music")
	if err != nil || len(all) != 30 {
		t.Errorf("a scan has %d items, %v", len(all), err)
	}
}

func TestSelectGoesOnWithItsToken(t *testing.T) {
	f := songs(t)
	for _, text := range []string{"SELECT * FROM music", "SELECT * FROM music WHERE pk IN ['a', 'b', 'c']", "SELECT * FROM music WHERE pk IN ['a', 'b', 'c'] ORDER BY pk DESC"} {
		in := &ddb.ExecuteStatementInput{Statement: text, Limit: new(int64(7))}
		seen := map[string]bool{}
		for pages := 0; ; pages++ {
			out, err := f.ExecuteStatement(t.Context(), alice, in)
			if err != nil || pages > 10 || len(out.Items) > 7 {
				t.Fatalf("%s, page %d: %v", text, pages, err)
			}
			for _, it := range out.Items {
				seen[show(it)] = true
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		equal(t, text, len(seen), 30)
	}
	out, err := f.ExecuteStatement(t.Context(), alice, &ddb.ExecuteStatementInput{Statement: "SELECT * FROM music", Limit: new(int64(7))})
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"nonsense", *out.NextToken + "AAAA"} {
		_, err = f.ExecuteStatement(t.Context(), alice, &ddb.ExecuteStatementInput{Statement: "SELECT * FROM music", NextToken: &token})
		refused(t, "a token that is none", err, "ValidationException: Invalid NextToken")
	}
	_, err = f.ExecuteStatement(t.Context(), alice, &ddb.ExecuteStatementInput{Statement: "SELECT pk FROM music", NextToken: out.NextToken})
	refused(t, "a token of another statement", err, "ValidationException: NextToken does not match request")
}

func TestStatementsWrite(t *testing.T) {
	f := songs(t)
	for _, tt := range []struct{ text, returned, left string }{
		{`INSERT INTO music VALUE {'pk': 'n', 'sk': 1, 'v': 1}`, "", "pk=n sk=1 v=1"},
		{`UPDATE music SET v = v + 1 SET w = 'x' WHERE pk = 'n' AND sk = 1 RETURNING ALL NEW *`, "pk=n sk=1 v=2 w=x", "pk=n sk=1 v=2 w=x"},
		{`UPDATE music REMOVE w WHERE pk = 'n' AND sk = 1 AND v = 2 RETURNING MODIFIED OLD *`, "w=x", "pk=n sk=1 v=2"},
		{`DELETE FROM music WHERE pk = 'n' AND sk = 1 RETURNING ALL OLD *`, "pk=n sk=1 v=2", ""},
		{`DELETE FROM music WHERE pk = 'n' AND sk = 1`, "", ""},
	} {
		got, err := f.execute(t, tt.text)
		if err != nil {
			t.Fatalf("%s = %v", tt.text, err)
		}
		equal(t, tt.text+" returns", showAll(got), tt.returned)
		equal(t, tt.text+" leaves", show(f.get(t, "music", item("pk", "n", "sk", 1))), tt.left)
	}
	f.checkIndexes(t, "music")
}

func TestStatementsRefuse(t *testing.T) {
	f := songs(t)
	for text, want := range map[string]string{
		`INSERT INTO music VALUE {'pk': 'a', 'sk': 1}`:          "DuplicateItemException: Duplicate primary key exists in table",
		`UPDATE music SET v = 1 WHERE pk = 'none' AND sk = 1`:   "ConditionalCheckFailedException: The conditional request failed",
		`DELETE FROM music WHERE pk = 'a' AND sk = 1 AND v = 7`: "ConditionalCheckFailedException: The conditional request failed",
		`SELECT * FROM none WHERE pk = 'a'`:                     "ResourceNotFoundException: Requested resource not found",
		`UPDATE music SET v = 1 WHERE pk = 'a'`:                 "ValidationException: Where clause does not contain a mandatory equality on all key attributes",
	} {
		_, err := f.execute(t, text)
		refused(t, text, err, want)
	}
	f.judge.deny = "dynamodb:PartiQLSelect"
	_, err := f.execute(t, "SELECT * FROM music")
	refused(t, "a SELECT without permission", err, "AccessDeniedException: not authorized to perform: dynamodb:PartiQLSelect")
}

func TestABatchOfStatementsRunsEach(t *testing.T) {
	f := songs(t)
	batch := func(texts ...string) string {
		in := &ddb.BatchExecuteStatementInput{}
		for _, text := range texts {
			in.Statements = append(in.Statements, ddb.BatchStatementRequest{Statement: text})
		}
		out, err := f.BatchExecuteStatement(t.Context(), alice, in)
		if err != nil {
			return awserr.Code(err)
		}
		var parts []string
		for _, r := range out.Responses {
			if r.Error != nil {
				parts = append(parts, r.Error.Code)
			} else {
				parts = append(parts, show(r.Item))
			}
		}
		return strings.Join(parts, "; ")
	}
	equal(t, "reads", batch(`SELECT v FROM music WHERE pk = 'a' AND sk = 3`, `SELECT v FROM music WHERE pk = 'a'`, `SELECT v FROM none WHERE pk = 'a'`), "v=9; ValidationError; ResourceNotFound")
	equal(t, "writes", batch(`INSERT INTO music VALUE {'pk': 'a', 'sk': 1}`, `DELETE FROM music WHERE pk = 'a' AND sk = 2 RETURNING ALL OLD *`, `UPDATE music SET v = 1 WHERE pk = 'z' AND sk = 1`),
		"DuplicateItem; g=g0 pk=a sk=2 v=4; ConditionalCheckFailed")
	equal(t, "reads and writes", batch(`SELECT v FROM music WHERE pk = 'a' AND sk = 3`, `DELETE FROM music WHERE pk = 'a' AND sk = 2`), "ValidationException")
}

func TestATransactionOfStatementsIsAllOrNone(t *testing.T) {
	f := songs(t)
	run := func(texts ...string) (string, error) {
		in := &ddb.ExecuteTransactionInput{}
		for _, text := range texts {
			in.TransactStatements = append(in.TransactStatements, ddb.ParameterizedStatement{Statement: text})
		}
		out, err := f.ExecuteTransaction(t.Context(), alice, in)
		if err != nil {
			return "", err
		}
		var parts []string
		for _, r := range out.Responses {
			parts = append(parts, show(r.Item))
		}
		return strings.Join(parts, "; "), nil
	}
	got, err := run(`SELECT v FROM music WHERE pk = 'a' AND sk = 3`, `SELECT v FROM music WHERE pk = 'z' AND sk = 3`)
	equal(t, "reads", fmt.Sprint(got, err), "v=9; <nil>")
	if _, err = run(`EXISTS(SELECT * FROM music WHERE pk = 'a' AND sk = 3 AND v = 9)`, `UPDATE music SET v = 10 WHERE pk = 'a' AND sk = 4`, `DELETE FROM music WHERE pk = 'a' AND sk = 5`); err != nil {
		t.Fatal(err)
	}
	equal(t, "what it changed", show(f.get(t, "music", item("pk", "a", "sk", 4)))+show(f.get(t, "music", item("pk", "a", "sk", 5))), "g=g0 pk=a sk=4 v=10")
	_, err = run(`EXISTS(SELECT * FROM music WHERE pk = 'a' AND sk = 3 AND v = 7)`, `UPDATE music SET v = 11 WHERE pk = 'a' AND sk = 4`, `INSERT INTO music VALUE {'pk': 'a', 'sk': 1}`)
	refused(t, "a transaction that cannot be", err, "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None, DuplicateItem]")
	equal(t, "what it did not change", show(f.get(t, "music", item("pk", "a", "sk", 4))), "g=g0 pk=a sk=4 v=10")
	_, err = run(`UPDATE music SET v = 11 WHERE pk = 'a'`)
	refused(t, "an update without a key", err, "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError]")
	_, err = run(`SELECT v FROM music WHERE pk = 'a' AND sk = 3`, `DELETE FROM music WHERE pk = 'a' AND sk = 2`)
	refused(t, "reads and writes", err, "ValidationException: ExecuteTransaction API does not support both read and write operations in the same request.")
}
