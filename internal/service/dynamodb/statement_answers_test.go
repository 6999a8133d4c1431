package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// line writes an error with the reasons of a cancellation.
func line(err error) string {
	e := awserr.From(err)
	s := e.Code + ": " + e.Message
	if d, ok := e.Detail.(*ddb.TransactionCanceledExceptionDetail); ok {
		s = "canceled"
		for _, r := range d.CancellationReasons {
			s += " | "
			if r.Code != nil {
				s += *r.Code
			}
			if r.Message != nil {
				s += ": " + *r.Message
			}
		}
	}
	return s
}

// These are answers that AWS gave, but for what the local edition of DynamoDB
// alone tells; package partiql says which.
func TestStatementsAnswerAsAWSDoes(t *testing.T) {
	fresh := func() *fixture {
		f := newFixture(t)
		in := tableOf("ccc", "pk:S", "sk:S", "gsiPk:S", "lsiSk:S")
		in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("gsi-inc", "gsiPk", "INCLUDE", "projattr"), global("gsi-all", "gsiPk", "ALL")}
		in.LocalSecondaryIndexes = []ddb.LocalSecondaryIndex{local("lsi-keys", "pk | lsiSk", "KEYS_ONLY")}
		f.create(t, in)
		f.put(t, "ccc", item("pk", "p", "sk", "s1", "gsiPk", "y", "lsiSk", "k1", "nonproj", "np1", "projattr", "proj1"))
		f.put(t, "ccc", item("pk", "p", "sk", "s2", "gsiPk", "y2", "lsiSk", "k2", "nonproj", "np2"))
		f.put(t, "ccc", item("pk", "ranges", "sk", "1", "flag", "one"))
		f.put(t, "ccc", item("pk", "ranges", "sk", "2", "flag", "two"))
		return f
	}
	type params = []av
	ex := func(text string, p params, mod ...func(*ddb.ExecuteStatementInput)) string {
		f := fresh()
		in := &ddb.ExecuteStatementInput{Statement: text, Parameters: p}
		for _, m := range mod {
			m(in)
		}
		out, err := f.ExecuteStatement(t.Context(), alice, in)
		if err != nil {
			return line(err)
		}
		return showAll(out.Items)
	}
	tx := func(texts ...any) string {
		f := fresh()
		in := &ddb.ExecuteTransactionInput{}
		for _, x := range texts {
			switch x := x.(type) {
			case string:
				in.TransactStatements = append(in.TransactStatements, ddb.ParameterizedStatement{Statement: x})
			case params:
				in.TransactStatements[len(in.TransactStatements)-1].Parameters = x
			}
		}
		out, err := f.ExecuteTransaction(t.Context(), alice, in)
		if err != nil {
			return line(err)
		}
		s := fmt.Sprint(len(out.Responses))
		for _, r := range out.Responses {
			s += " " + show(r.Item)
		}
		return s
	}
	batch := func(texts ...any) string {
		f := fresh()
		in := &ddb.BatchExecuteStatementInput{}
		for _, x := range texts {
			switch x := x.(type) {
			case string:
				in.Statements = append(in.Statements, ddb.BatchStatementRequest{Statement: x})
			case params:
				in.Statements[len(in.Statements)-1].Parameters = x
			}
		}
		out, err := f.BatchExecuteStatement(t.Context(), alice, in)
		if err != nil {
			return line(err)
		}
		var s []string
		for _, r := range out.Responses {
			l := show(r.Item)
			if r.Item == nil {
				l = "-"
			}
			if r.Error != nil {
				l = r.Error.Code + ": " + *r.Error.Message
			}
			if r.TableName != nil {
				l += " @" + *r.TableName
			}
			s = append(s, l)
		}
		return strings.Join(s, " | ")
	}
	V, in0 := "ValidationException: ", "Validation failed in TransactStatements[0]: "
	nwf := "Statement wasn't well formed, can't be processed: "
	sel, upd := "SELECT * FROM ccc WHERE ", "UPDATE ccc SET a=1 WHERE "
	dup := "One or more parameter values were invalid: Input collection [a, a] contains duplicates."
	mismatch := "The provided key element does not match the schema"
	deep := av{S: new("x")}
	for range 31 {
		deep = av{M: map[string]av{"a": deep}}
	}
	for _, c := range [][2]string{
		{tx("SELECT * FROM ccc WHERE"), V + in0 + nwf + "Unexpected term"},
		{tx("INSERT INTO ccc VALUE {'pk':'bags-tx','sk':'1','x':[<<'a','a'>>]}"), V + in0 + dup},
		{tx("UPDATE ccc SET y = ? WHERE pk='params' AND sk='1'", params{num(1)}, "INSERT INTO ccc VALUE {'pk':'params','sk':'1','x':?}", params{set("a", "a")}), V + dup},
		{tx(sel+"pk='p' AND sk='s1'", "SELECT a FROM ccc WHERE sk='s1' AND pk='p'"), V + "Transaction request cannot include multiple operations on one item"},
		{tx(sel+"pk='p' AND sk='s1'", sel+"pk='p' AND sk='s1'", sel+"pk=1 AND sk='1'"), "canceled | None | None | ValidationError: " + mismatch},
		{tx(sel + "pk='p' AND sk='s1' AND flag='right'"), V + in0 + "Select statements within ExecuteTransaction must specify the primary key in the where clause."},
		{tx(sel + "pk IN ['ranges','ranges'] AND sk='1'"), V + in0 + "Overlapping conditions with range keys are not supported in where clause"},
		{tx(sel + "pk IN ['ranges'] AND sk IN ['1']"), "1 flag=one pk=ranges sk=1"},
		{tx("EXISTS("+sel+"pk IN ['ranges'] AND sk='1' AND flag='one')", upd+"pk='ranges' AND sk='2'"), V + in0 + "EXISTS() must contain a single item read with additional condition"},
		{tx("EXISTS("+sel+"pk='p' AND sk='s1' AND pk='other' AND nonproj='np1')", upd+"pk='ranges' AND sk='2'"), "canceled | ConditionalCheckFailed: The conditional request failed | None"},
		{tx("UPDATE nosuch SET a=1 WHERE pk='x' AND sk='1' RETURNING ALL NEW *", "DELETE FROM nosuch WHERE pk='x' AND sk='1'"), "canceled | ResourceNotFound: Requested resource not found | ResourceNotFound: Requested resource not found"},
		{tx(sel+"pk='p' AND sk='s1'", "SELECT * FROM nosuch.idx WHERE pk='x' AND sk='1'"), "canceled | None | ResourceNotFound: Requested resource not found"},
		{tx("UPDATE nosuch SET a=1 WHERE pk='x' AND sk='1'", upd+"pk='p' AND sk='s1' RETURNING ALL NEW *"), V + "Validation failed in TransactStatements[1]: RETURNING clause is not supported in ExecuteTransaction."},
		{tx("SELECT * FROM nosuch WHERE pk='x' AND sk='1'", "SELECT * FROM ccc.idx WHERE pk='x' AND sk='1'"), V + "Validation failed in TransactStatements[1]: Reads on indices are not supported within transactions."},
		{tx(upd+"pk='p'", upd+"pk IN ['p'] AND sk='1'", upd+"pk='p' AND sk='1' AND pk='other'", upd+"pk='p' AND sk=1", upd+"pk='p' AND sk='s1'"),
			"canceled | ValidationError: " + mismatch + " | ValidationError: " + mismatch + " | ValidationError: " + mismatch + " | ValidationError: " + mismatch + " | None"},
		{tx("INSERT INTO ccc VALUE {'pk':'keys-insert'}", "DELETE FROM ccc WHERE sk='1'"), "canceled | ValidationError: One or more parameter values were invalid: Missing the key sk in the item | ValidationError: " + mismatch},
		{tx(sel + "pk='p' AND sk=1"), "canceled | ValidationError: " + mismatch},
		{tx("UPDATE ccc SET m = {} WHERE pk='p' AND sk='s1'"), "0"},
		{tx("INSERT INTO ccc VALUE {'pk':'z','sk':'1'}", "DELETE FROM ccc WHERE pk='p' AND sk='s1'"), "0"},
		{tx(sel+"pk='p' AND sk='s1'", upd+"pk='p' AND sk='s1'"), V + "ExecuteTransaction API does not support both read and write operations in the same request."},
		{tx(sel + "pk IN [" + strings.Repeat("'v',", 100) + "'v'] AND sk='1'"), V + in0 + "The IN operator is provided with too many operands; number of operands: 101"},
		{tx("UPDATE ccc SET n = n + [1] WHERE pk='p' AND sk='s1'"), V + in0 + "Incorrect operand type for operator or function; operator or function: +, operand type: L"},
		{tx("UPDATE ccc SET deep = ? WHERE pk='p' AND sk='s1'", params{deep}), "0"},
		{tx("UPDATE ccc SET m = {} WHERE pk='p' AND sk='s1'", "UPDATE ccc SET m = {} WHERE pk='p' AND sk='s1'"), V + "Transaction request cannot include multiple operations on one item"},
		{batch("UPDATE ccc SET y = ? WHERE pk='params' AND sk='1'", params{av{SS: []string{}}}), "ValidationError: One or more parameter values were invalid: An string set  may not be empty"},
		{batch("SELECT * FROM ccc WHERE"), "ValidationError: " + nwf + "Unexpected term"},
		{batch("SELECT sk FROM ccc WHERE pk IN ['ranges'] AND sk='1'", sel+"pk='ranges' AND sk='1' AND flag='one'"), "sk=1 @ccc | ValidationError: Select statements within BatchExecuteStatement must specify the primary key in the where clause. @ccc"},
		{batch(`SELECT * FROM ccc."gsi-all" WHERE pk='p' AND sk='s1' AND gsiPk='y'`), "ValidationError: Select statements within BatchExecuteStatement must specify the primary key in the where clause. @ccc"},
		{batch("SELECT * FROM nosuch WHERE pk='x'"), "ResourceNotFound: Requested resource not found @nosuch"},
		{batch("DELETE FROM ccc WHERE pk='p' AND sk='s2' RETURNING MODIFIED OLD *"), "ValidationError: Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements."},
		{batch("UPDATE ccc REMOVE nonproj WHERE pk='p' AND sk='s1' RETURNING MODIFIED NEW *"), "- @ccc"},
		{batch("UPDATE ccc SET a=1 WHERE pk='p'"), "ValidationError: Where clause does not contain a mandatory equality on all key attributes @ccc"},
		{ex(`SELECT pk FROM ccc."gsi-inc" WHERE gsiPk='y' AND nonproj='np1'`, nil), V + "One or more parameter values were invalid: Secondary index gsi-inc does not project one or more filter attributes: [nonproj]"},
		{ex(`SELECT pk FROM ccc."lsi-keys" WHERE pk='p' AND nonproj='np1'`, nil), V + "One or more parameter values were invalid: Secondary index lsi-keys does not project one or more filter attributes: [nonproj]"},
		{ex(`SELECT nonproj FROM ccc."gsi-inc" WHERE gsiPk='y'`, nil), V + "One or more parameter values were invalid: Global secondary index gsi-inc does not project [nonproj]"},
		{ex(`SELECT sk FROM ccc."gsi-inc" WHERE nonproj='np1'`, nil), ""},
		{ex(`SELECT sk FROM ccc."lsi-keys" WHERE nonproj='np1'`, nil), ""},
		{ex(`SELECT sk FROM ccc."gsi-inc" WHERE NOT nonproj='np1'`, nil), "sk=s2; sk=s1"},
		{ex(`SELECT sk FROM ccc."gsi-inc" WHERE (gsiPk='y' AND nonproj='np1') OR (gsiPk='y2')`, nil), "sk=s2"},
		{ex(`SELECT nonproj FROM ccc."lsi-keys" WHERE pk='p' AND lsiSk='k1'`, nil), "nonproj=np1"},
		{ex(`SELECT * FROM ccc."lsi-keys" WHERE pk='p' AND lsiSk='k1'`, nil), "lsiSk=k1 pk=p sk=s1"},
		{ex(`SELECT * FROM ccc."no-such-index" WHERE pk='p'`, nil), V + "The table does not have the specified index"},
		{ex(`SELECT * FROM ccc."gsi-all" WHERE gsiPk='x'`, nil, func(in *ddb.ExecuteStatementInput) { in.ConsistentRead = new(true) }), V + "Strongly consistent read is not supported on Global Secondary Indexes"},
		{ex("SELECT sk FROM ccc WHERE pk > 1", nil), ""},
		{ex("INSERT INTO ccc VALUE {'pk':'x'}", nil), V + "Key attribute should be present in the item: Key sk"},
		{ex("UPDATE ccc SET pk = 'q' WHERE pk='p' AND sk='s1'", nil), V + "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"},
		{ex("UPDATE ccc REMOVE nonproj WHERE pk='p' AND sk='s1' RETURNING MODIFIED NEW *", nil), ""},
		{ex("UPDATE ccc SET WHERE", params{set("a", "a")}), V + dup},
		{ex("FROM nosuch WHERE pk = 'x' SET c = 1", nil), "ResourceNotFoundException: Requested resource not found"},
		{ex(sel+"pk='p'", nil, func(in *ddb.ExecuteStatementInput) { in.NextToken = new("nonsense") }), V + "Invalid NextToken"},
	} {
		if c[0] != c[1] {
			t.Errorf("\n got  %s\n want %s", c[0], c[1])
		}
	}
	f := fresh()
	first, err := f.ExecuteStatement(t.Context(), alice, &ddb.ExecuteStatementInput{Statement: sel + "pk=?", Parameters: params{str("p")}, Limit: new(int64(1))})
	if err != nil || first.NextToken == nil {
		t.Fatal(err)
	}
	for _, in := range []*ddb.ExecuteStatementInput{{Statement: sel + "pk=? ", Parameters: params{str("p")}}, {Statement: sel + "pk=?", Parameters: params{str("q")}}} {
		in.NextToken = first.NextToken
		_, err = f.ExecuteStatement(t.Context(), alice, in)
		if got := line(err); got != V+"NextToken does not match request" {
			t.Errorf("token: %s", got)
		}
	}
}
