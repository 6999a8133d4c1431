package partiql

import (
	"strings"
	"testing"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// seeds are statements that reach every part of the package.
var seeds = []string{
	`SELECT * FROM "c" WHERE pk = ? AND sk BETWEEN '1' AND '2' AND (n > 1 OR NOT size(s) = 3) ORDER BY sk DESC`,
	`SELECT m.x[0], "l"[1] FROM "c"."i" WHERE pk IN ['a', 'b'] AND sk >= '1' AND sk < '3'`,
	`SELECT * FROM c WHERE pk = 'a' AND (sk = '1' OR sk > '2' OR begins_with(sk, '11'))`,
	`SELECT * FROM c WHERE (pk = 'a' AND sk <> '1') OR pk = 'b' OR (pk = 'a' AND sk = '2')`,
	`SELECT * FROM c WHERE NOT pk = 'a' OR n IS MISSING OR s IS NOT NULL OR contains(ss, 'a') = true`,
	`SELECT * FROM c WHERE pk = 'a' AND n IN (1, ?, 3.0e0) AND attribute_type(n, 'N') -- note`,
	`INSERT INTO c VALUE {'pk': ?, 'sk': '1', 'm': {'l': [1, -2.5, TRUE, null]}, 'ss': <<'a', 'b'>>, 'ns': <<1, 1e2>>}`,
	`UPDATE c SET n = n + 1 SET l = list_append(l, [?]), m.x = if_not_exists(q, 5) - 2 REMOVE s WHERE pk = 'a' AND sk = '1' AND n = 1 RETURNING MODIFIED NEW *`,
	`UPDATE c SET ss = set_add(ss, <<'z'>>) SET ns = set_delete(ns, ?) WHERE pk = 'a' AND sk = '1'`,
	`FROM c WHERE pk = 'a' AND sk = '1' AND n < 5 SET n = 4 REMOVE m.x`,
	`DELETE FROM c WHERE pk = 'a' AND sk = '2' AND ss = <<'a', 'b'>> RETURNING ALL OLD *`,
	`EXISTS(SELECT * FROM c WHERE pk = 'a' AND sk = '1' AND s IS MISSING)`,
	`SELECT CASE WHEN a THEN b ELSE c END, CAST(a AS DECIMAL(1,2)), DATE '2020-01-01', substring(a from 1 for 2) FROM a AS x LEFT CROSS JOIN UNPIVOT b AT c`,
	"CREATE INDEX ON a (b, c.d) /* x */ ; `{{ \"`\" }}`",
	`SELECT * FROM c WHERE ((((pk='a'))))) <= !=`,
	strings.Repeat("[", 1200),
	"",
}

func FuzzStatement(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	var items []attr.Item
	for _, pk := range []string{"a", "b", "c"} {
		for _, sk := range []string{"1", "11", "2", "3"} {
			items = append(items, item("pk", str(pk), "sk", str(sk), "n", num(int64(len(items))), "l", attr.ListOf(num(1), str(sk)),
				"m", attr.MapOf(attr.Field{Name: "x", Value: attr.ListOf(str("y"))}), "ss", stringSet("a", sk)))
		}
	}
	items[0] = item("pk", str("a"), "sk", str("1"), "s", str("str"), "ns", attr.SetOf(attr.NumberSet, [][]byte{num(1).Payload()}))
	cache := NewCache(100)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 16<<10 { // AWS takes half of that
			return
		}
		s, err := cache.Statement(text, []attr.Value{str("a"), num(3), stringSet("a")})
		if refused(t, text, err) {
			return
		}
		switch s.Kind {
		case Select:
			checkRead(t, text, s, items)
		case Insert:
			refused(t, text, s.CheckItem(twoKeys))
			checkCanonical(t, text, s.Item)
		default:
			checkTarget(t, text, s, items)
		}
	})
}

// refused checks that an error is one that a caller may see.
func refused(t *testing.T, text string, err error) bool {
	t.Helper()
	if err != nil && (awserr.Code(err) != awserr.CodeValidation || awserr.From(err).Message == "") {
		t.Fatalf("%q: %v", text, err)
	}
	return err != nil
}

// checkCanonical checks that an item's bytes are those that its values have.
func checkCanonical(t *testing.T, text string, it attr.Item) {
	t.Helper()
	again, err := attr.FromAPI(it.API())
	if err == nil && string(again) != string(it) {
		t.Fatalf("%q gives an item that is not in its canonical form:\n%x\n%x", text, []byte(it), []byte(again))
	}
}

// checkRead checks that what the ranges hold is what satisfies the statement,
// each item once.
func checkRead(t *testing.T, text string, s *Statement, items []attr.Item) {
	if key, err := s.One(twoKeys, "BatchExecuteStatement"); !refused(t, text, err) {
		for _, it := range items {
			if got, want := string(it.Only("pk", "sk")) == string(key), s.Where.Holds(it); got != want {
				t.Fatalf("%q is about %s: %t, and holds: %t", text, shown(it), got, want)
			}
		}
	}
	r, err := s.Read(twoKeys)
	if refused(t, text, err) {
		return
	}
	if len(r.Ranges) > maxRanges {
		t.Fatalf("%q is read in %d parts", text, len(r.Ranges))
	}
	r.Unprojected(func(name string) bool { return len(name)%2 == 0 })
	for _, it := range items {
		want := 0
		if s.Where == nil || s.Where.Holds(it) {
			want = 1
		}
		got := 0
		if r.FullScan && (r.Filter == nil || r.Filter.Holds(it)) {
			got = 1
		}
		for _, part := range r.Ranges {
			if part.admits(it) {
				got++
			}
		}
		if got != want {
			t.Fatalf("%q finds %s %d times, want %d", text, shown(it), got, want)
		}
		if s.Projection != nil {
			checkCanonical(t, text, s.Projection.Of(it))
		}
	}
}

func (r Range) admits(it attr.Item) bool {
	for _, term := range r.Terms {
		if !term.Admits(it.Get(term.Name)) {
			return false
		}
	}
	return r.Filter == nil || r.Filter.Holds(it)
}

// checkTarget checks that the condition on the target holds exactly when the
// statement's does, and what an update makes of the target.
func checkTarget(t *testing.T, text string, s *Statement, items []attr.Item) {
	target, err := s.Target(twoKeys)
	if refused(t, text, err) {
		return
	}
	for _, it := range items {
		if string(it.Only("pk", "sk")) != string(target.Key) {
			continue
		}
		if got, want := target.Condition == nil || target.Condition.Holds(it), s.Where.Holds(it); got != want {
			t.Fatalf("%q on %s: %t, want %t", text, shown(it), got, want)
		}
		if s.Kind != Update {
			continue
		}
		after, err := s.Update.Apply(it)
		if !refused(t, text, err) {
			checkCanonical(t, text, after)
		}
	}
}

const benchmarked = `SELECT title, m.year FROM "c" WHERE pk = ? AND begins_with(sk, ?) AND (n > 3 OR s = 'abc') ORDER BY sk DESC`

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(benchmarked); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBindAndRead(b *testing.B) {
	c := NewCache(10)
	values := params("a", "x")
	b.ReportAllocs()
	for b.Loop() {
		s, err := c.Statement(benchmarked, values)
		if err != nil {
			b.Fatal(err)
		}
		if r, err := s.Read(twoKeys); err != nil || len(r.Ranges) != 1 {
			b.Fatal(r, err)
		}
	}
}

func BenchmarkBindUpdate(b *testing.B) {
	c := NewCache(10)
	values := params("a", "1")
	b.ReportAllocs()
	for b.Loop() {
		s, err := c.Statement(`UPDATE c SET n = n + 1, title = 'x' WHERE pk = ? AND sk = ? AND n < 5`, values)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Target(twoKeys); err != nil {
			b.Fatal(err)
		}
	}
}
