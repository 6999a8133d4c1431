package partiql

import (
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

// The statements of the developer guide, and what AWS was recorded to make of
// them.
func TestInsertsStoreWhatTheyName(t *testing.T) {
	for _, tt := range []struct {
		text   string
		params []attr.Value
		want   string
	}{
		{`INSERT INTO "c" value {'pk':'dt', 'sk':'1', 'NumberType':1, 'MapType' : {'entryname1': 'value', 'entryname2': 4},
			'ListType': [1,'stringval'], 'NumberSetType':<<1,34,32,4.5>>, 'StringSetType':<<'stringval','stringval2'>>}`, nil,
			"ListType:[1 'stringval'] MapType:{entryname1:'value' entryname2:4} NumberSetType:[1 4.5 32 34] NumberType:1 " +
				"StringSetType:[stringval stringval2] pk:'dt' sk:'1'"},
		{`INSERT INTO "c" VALUE {'pk':'num', 'sk':'1', 'a':1E3, 'b':-1.5e-3, 'c':2.50, 'd':-0, 'q':'it''s here'}`, nil,
			"a:1000 b:-0.0015 c:2.5 d:0 pk:'num' q:'it's here' sk:'1'"},
		{`insert into c value {'pk': ?, 'sk': ?, 'n': null, 'b': True}`, []attr.Value{str("p"), str("s")}, "b:true n:NULL pk:'p' sk:'s'"},
	} {
		s := bind(t, tt.text, tt.params...)
		if got := shown(s.Item); got != tt.want || s.Kind != Insert || s.Table != "c" {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
		if err := s.CheckItem(twoKeys); err != nil {
			t.Errorf("%s: %v", tt.text, err)
		}
	}
}

func TestUpdatesDoWhatTheyName(t *testing.T) {
	grammys := attr.MapOf(attr.Field{Name: "Grammys", Value: attr.ListOf(num(2020), num(2018))})
	old := item("pk", str("x"), "n", num(5), "l", attr.ListOf(num(1), str("b")), "m", attr.MapOf(), "ss", stringSet("a", "b"), "lone", stringSet("z"), "aw", grammys)
	update := func(actions string) string { return `UPDATE "t" ` + actions + ` WHERE pk = 'x'` }
	const (
		missing   = "The provided expression refers to an attribute that does not exist in the item"
		wrongType = "An operand in the update expression has an incorrect data type"
	)
	for _, tt := range []struct{ text, want string }{
		{update("SET n=n-1"), "n:4"},
		{update("SET n = n - - 2, l = [- 1]"), "l:[-1] n:7"},
		{update("SET n=n + 100 SET m.entry=[2020, 'x', 2.4] SET l = LIST_APPEND(l, [4, <<'s1', 's2'>>]) SET ss = SET_ADD(ss, <<'c'>>)"),
			"l:[1 'b' 4 [s1 s2]] m:{entry:[2020 'x' 2.4]} n:105 ss:[a b c]"},
		{update("SET n=n - 1 REMOVE l[1] REMOVE aw.Grammys SET ss = SET_DELETE( ss, <<'a'>>)"), "aw:{} l:[1] n:4 ss:[b]"},
		{update("SET aw.Grammys = list_append(aw.Grammys, [2016])"), "aw:{Grammys:[2020 2018 2016]}"},
		{update("SET aw.Grammys = list_append([2010], aw.Grammys)"), "aw:{Grammys:[2010 2020 2018]}"},
		{update("SET fresh = set_add(fresh, <<'m'>>)"), "fresh:[m]"},
		{update("SET lone = set_delete(lone, <<'z'>>)"), "-lone"},
		{update("SET nss = set_delete(nss, <<'a'>>)"), ""},
		{update("SET ss = set_add(ss, <<'a'>>)"), ""},
		{update("SET q = if_not_exists(q, 1) + 5"), "q:6"},
		{`FROM "t" WHERE pk = 'x' SET n = 2 REMOVE l`, "n:2 -l"},
		{`from t where pk = 'x' set n = 4`, "n:4"},
		{`UPDATE "t" SET "n" = 1 WHERE "pk" = 'x' -- why`, "n:1"},
		{update("SET nolist = list_append(nolist, [1])"), "!" + missing},
		{update("SET ss = set_add(ss, <<1>>)"), "!" + wrongType},
		{update("SET n = set_add(n, <<'x'>>)"), "!" + wrongType},
		{update("SET ss = set_delete(ss, <<1>>)"), "!" + wrongType},
	} {
		s := bind(t, tt.text)
		if s.Kind != Update || s.Table != "t" {
			t.Errorf("%s is of kind %d on table %s", tt.text, s.Kind, s.Table)
		}
		if _, err := s.Target(stringKey); err != nil {
			t.Errorf("%s: %v", tt.text, err)
		}
		after, err := s.Update.Apply(old)
		got := "!" + message(t, err)
		if err == nil {
			got = changes(old, after)
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// changes tells what differs: new values, then what is gone.
func changes(before, after attr.Item) string {
	var fields []attr.Field
	gone := ""
	for name, v := range after.All() {
		if !v.Equal(before.Get(string(name))) {
			fields = append(fields, attr.Field{Name: string(name), Value: v})
		}
	}
	for name := range before.All() {
		if after.Get(string(name)) == nil {
			gone += " -" + string(name)
		}
	}
	text := shown(attr.NewItem(fields)) + gone
	if text != "" && text[0] == ' ' {
		return text[1:]
	}
	return text
}

func TestWritesReturnWhatTheyAreAskedFor(t *testing.T) {
	for text, want := range map[string]string{
		`UPDATE t SET a = 1 WHERE pk = 'x'`:                          "",
		`UPDATE t SET a = 1 WHERE pk = 'x' RETURNING ALL OLD *`:      "ALL_OLD",
		`UPDATE t SET a = 1 WHERE pk = 'x' RETURNING MODIFIED OLD *`: "UPDATED_OLD",
		`UPDATE t SET a = 1 WHERE pk = 'x' returning all new *`:      "ALL_NEW",
		`UPDATE t SET a = 1 WHERE pk = 'x' RETURNING MODIFIED NEW *`: "UPDATED_NEW",
		`FROM t WHERE pk = 'x' SET a = 1 RETURNING ALL NEW *`:        "ALL_NEW",
		`DELETE FROM t WHERE pk = 'x' RETURNING ALL OLD *`:           "ALL_OLD",
		`DELETE FROM t WHERE pk = 'x'`:                               "",
	} {
		if got := bind(t, text).Returning; got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// What a write needs of the item that it is about: each case is a statement,
// the item that is there, and whether the write takes place.
func TestTargetsHaveConditions(t *testing.T) {
	there := item("pk", str("x"), "sk", str("1"), "a", num(1), "flag", str("x"))
	for _, tt := range []struct {
		text string
		old  attr.Item
		want bool
	}{
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1'`, there, true},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1'`, nil, false},
		{`UPDATE c SET b = 1 WHERE sk='1' AND 'x'=pk`, there, true},
		{`UPDATE c SET b = 1 WHERE (pk='x' AND sk='1') AND flag='x'`, there, true},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1' AND a = 2`, there, false},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1' AND (a = 2 OR a = 1)`, there, true},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1' AND pk='x'`, there, true},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1' AND sk > '5'`, there, false},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1' AND attribute_not_exists(pk)`, nil, false},
		{`UPDATE c SET b = 1 WHERE pk='x' AND sk='1' AND attribute_not_exists(b)`, there, true},
		{`UPDATE c REMOVE nope WHERE pk='x' AND sk='1'`, nil, false},
		{`DELETE FROM c WHERE pk='x' AND sk='1'`, there, true},
		{`DELETE FROM c WHERE pk='x' AND sk='1'`, nil, true},
		{`DELETE FROM c WHERE pk='x' AND sk='1' AND attribute_exists(nope)`, there, false},
		{`DELETE FROM c WHERE pk='x' AND sk='1' AND a = 2`, nil, true},
		{`EXISTS(SELECT * FROM c WHERE pk='x' AND sk='1' AND nope IS MISSING)`, there, true},
		{`EXISTS(SELECT * FROM c WHERE pk='x' AND sk='1' AND a IS MISSING)`, there, false},
		{`EXISTS(SELECT * FROM c WHERE pk='x' AND sk='1' AND nope IS MISSING)`, nil, false},
		{`exists(SELECT * FROM c WHERE pk='x' AND sk='1' AND pk='other' AND flag='x')`, there, false},
	} {
		target, err := bind(t, tt.text).Target(twoKeys)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := shown(target.Key); got != "pk:'x' sk:'1'" {
			t.Errorf("%s is about %s", tt.text, got)
		}
		if got := target.Condition == nil || target.Condition.Holds(tt.old); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.text, got, tt.want)
		}
	}
}

func TestTargetsThatAWSRefuses(t *testing.T) {
	const (
		multiple  = "Multiple conditions on same key pk. Only single item Update/Insert/Delete are supported"
		notSingle = "EXISTS() must contain a single item read with additional condition"
	)
	refusals(t, [][2]string{
		{`FROM "t" SET c = 1`, incompleteKey},
		{`FROM "t" REMOVE a`, incompleteKey},
		{`FROM "t" WHERE a = 1 SET c = 1`, incompleteKey},
		{`UPDATE "c" SET a = 1 WHERE pk = 'x'`, incompleteKey},
		{`UPDATE "c" SET a = 1 WHERE pk IN ['x'] AND sk = '1'`, incompleteKey},
		{`UPDATE "c" SET a = 1 WHERE pk = 'x' AND sk > '1'`, incompleteKey},
		{`UPDATE "c" SET a = 1 WHERE pk = 'x' OR sk = '1'`, incompleteKey},
		{`DELETE FROM "t"`, incompleteKey},
		{`DELETE FROM "t" WHERE NOT pk = 'x'`, incompleteKey},
		{`UPDATE "c" SET a=1 WHERE pk='conflict' AND sk='1' AND pk='other'`, multiple},
		{`DELETE FROM "c" WHERE pk='conflict' AND sk='1' AND pk='other'`, multiple},
		{`UPDATE "c" SET a=1 WHERE pk='x' AND sk=1`, "Key attribute's data type should match its data type in table's schema: Key sk"},
		{`EXISTS(SELECT * FROM "t" WHERE pk = 'x')`, notSingle},
		{`EXISTS(SELECT * FROM "c" WHERE pk = 'x' AND a = 1)`, notSingle},
		{`EXISTS(SELECT * FROM "c" WHERE pk IN ['x'] AND sk = '1' AND a = 1)`, notSingle},
		{`EXISTS(SELECT * FROM "t")`, notSingle},
	})
}

func TestSingleReads(t *testing.T) {
	const operation = "ExecuteTransaction"
	refused := "Select statements within " + operation + " must specify the primary key in the where clause."
	for where, want := range map[string]string{
		"WHERE pk='keyed' AND sk='1'":                          "pk:'keyed' sk:'1'",
		"WHERE (sk='1') AND pk='keyed' AND pk='keyed'":         "pk:'keyed' sk:'1'",
		"WHERE pk IN ['ranges'] AND sk IN ['1']":               "pk:'ranges' sk:'1'",
		"WHERE (pk IN ['ranges']) AND pk='ranges' AND sk='2'":  "pk:'ranges' sk:'2'",
		"WHERE pk=1 AND sk='1'":                                "pk:1 sk:'1'", // the core refuses the key
		"WHERE pk='keyed' AND sk='1' AND flag='right'":         refused,
		"WHERE pk='keyed' AND sk='1' AND pk='reads'":           refused,
		"WHERE pk IN ['other'] AND pk='ranges' AND sk='1'":     refused,
		"WHERE pk='keyed'":                                     refused,
		"WHERE pk='keyed' AND sk>'1'":                          refused,
		"WHERE pk='keyed' AND sk='1' AND attribute_exists(ss)": refused,
		"WHERE pk='a' AND sk='1' OR pk='b' AND sk='1'":         refused,
		"WHERE val = 'a'":                                      refused,
		"WHERE pk='a' AND sk IN ['1'] AND sk IN ['2']":         refused,
		"": refused,
		"WHERE pk IN ['ranges','ranges'] AND sk='1'":  "Overlapping conditions with range keys are not supported in where clause",
		"WHERE pk IN [" + values(51) + "] AND sk='1'": "Too many decomposed read operations for a given query.",
	} {
		key, err := bind(t, `SELECT * FROM "c" `+where).One(twoKeys, operation)
		got := message(t, err)
		if err == nil {
			got = shown(key)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", where, got, want)
		}
	}
	_, err := bind(t, `SELECT * FROM "c"."gsi" WHERE pk='a' AND sk='1'`).One(twoKeys, "BatchExecuteStatement")
	if got, want := message(t, err), "Select statements within BatchExecuteStatement must specify the primary key in the where clause."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestKindsOfStatements(t *testing.T) {
	for text, want := range map[string]string{
		`SELECT * FROM t`:                                         "PartiQLSelect",
		`INSERT INTO t VALUE {'pk': 'x'}`:                         "PartiQLInsert",
		`UPDATE t SET a = 1 WHERE pk = 'x'`:                       "PartiQLUpdate",
		`FROM t WHERE pk = 'x' REMOVE a`:                          "PartiQLUpdate",
		`DELETE FROM t WHERE pk = 'x'`:                            "PartiQLDelete",
		`EXISTS(SELECT * FROM t WHERE pk = 'x' AND a IS MISSING)`: "PartiQLSelect",
	} {
		s := bind(t, text)
		if got := s.Kind.Action(); got != want || s.Table != "t" {
			t.Errorf("%s: %s on %s, want %s on t", text, got, s.Table, want)
		}
		if s.IsRead() != (s.Kind == Select) {
			t.Errorf("%s: a read: %t", text, s.IsRead())
		}
	}
}

func TestSelectsShowWhatTheyName(t *testing.T) {
	it := item("pk", str("x"), "mymap", attr.MapOf(attr.Field{Name: "nested", Value: str("deep")}, attr.Field{Name: "k", Value: attr.ListOf(str("c"))}),
		"l", attr.ListOf(str("a"), str("b")))
	for list, want := range map[string]string{
		"mymap.nested":      "nested:'deep'",
		"mymap.k[0]":        "k[0]:'c'",
		"l[-0], l[1]":       "l[0]:'a' l[1]:'b'",
		"pk, mymap":         "mymap:{k:['c'] nested:'deep'} pk:'x'",
		"pk, nosuch, l[7]":  "pk:'x'",
		`"mymap"['nested']`: "nested:'deep'",
		`"mymap"."k"`:       "k:['c']",
	} {
		s := bind(t, `SELECT `+list+` FROM "t"."idx" WHERE pk = 'x'`)
		if got := shown(s.Projection.Of(it)); got != want {
			t.Errorf("%s: got %s, want %s", list, got, want)
		}
		if s.Index != "idx" {
			t.Errorf("%s: the index is %q", list, s.Index)
		}
	}
	if p := bind(t, `SELECT * FROM t`).Projection; p != nil {
		t.Error("SELECT * projects something")
	}
}
