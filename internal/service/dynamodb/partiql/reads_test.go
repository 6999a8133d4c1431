package partiql

import (
	"fmt"
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

// values returns n strings as they stand in an IN.
func values(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("'v%d'", i)
	}
	return strings.Join(list, ",")
}

// The statements and what they find are AWS's recorded answers.
func TestReadsFindWhatAWSFinds(t *testing.T) {
	one, two := item("pk", str("ranges"), "sk", str("1"), "flag", str("one")), item("pk", str("ranges"), "sk", str("2"), "flag", str("two"))
	three := item("pk", str("ranges"), "sk", str("3"))
	booleans := item("pk", str("b"), "sk", str("1"), "n", num(1), "flag", str("right"), "yes", attr.BoolValue(true), "nul", attr.NullValue(),
		"s", str("it's here"), "ss", stringSet("a", "b"), "m", attr.MapOf(attr.Field{Name: "sub", Value: str("x")}), "l", attr.ListOf(str("a")))
	items := []attr.Item{two, one, three, booleans}
	all := []string{"1", "2", "3"}
	in := func(condition string) string { return "pk='ranges' AND " + condition }
	b := func(condition string) string { return "pk='b' AND sk='1' AND " + condition }
	for _, tt := range []struct {
		where string
		want  []string
	}{
		{in("(sk='1' OR sk='2')"), []string{"1", "2"}},
		{in("sk IN ['2','1']"), []string{"1", "2"}},
		{in("sk IN ('2','1')"), []string{"1", "2"}},
		{in("(sk < '1' OR sk > '1' OR sk='1')"), all},
		{in("attribute_exists(pk)"), all},
		{in("NOT sk='1'"), []string{"2", "3"}},
		{in("sk <> '1'"), []string{"2", "3"}},
		{in("sk != '1'"), []string{"2", "3"}},
		{in("sk > '0' AND sk <> '1'"), []string{"2", "3"}},
		{in("sk='1' AND sk > '0'"), []string{"1"}},
		{in("sk='1' AND sk > '1'"), nil},
		{"pk='ranges' AND NOT sk = '1' OR pk='ranges' AND sk = '2'", []string{"2", "3"}},
		{"pk='ranges' AND sk <> '1' OR pk='ranges' AND sk = '2'", []string{"2", "3"}},
		{"pk='ranges' AND NOT begins_with(sk, 'x') OR pk='ranges' AND sk = '2'", all},
		{"pk='ranges' AND NOT sk IN ['1', '3'] OR pk='ranges' AND sk = '2'", []string{"2"}},
		{"pk='ranges' AND NOT sk > '5' OR pk='ranges' AND sk = '2'", all},
		{"pk='ranges' AND NOT (sk = '1') OR pk='ranges' AND sk = '2'", []string{"2", "3"}},
		{"pk='ranges' OR pk='ranges' AND NOT sk = '1'", all},
		{"pk='ranges' OR sk='9'", all},
		{"pk > 1", nil},
		{"pk IN ['ranges','b']", []string{"1", "2", "3", "1"}},
		{b("q IS MISSING"), []string{"1"}},
		{b("nul IS NULL"), []string{"1"}},
		{b("s IS NULL"), nil},
		{b("absent IS NULL"), nil},
		{b("s IS NOT NULL"), []string{"1"}},
		{b("nul IS NOT NULL"), nil},
		{b("yes IS BOOL AND s IS STRING"), []string{"1"}},
		{b("s IS BOOL"), nil},
		{b("s = 'it''s here'"), []string{"1"}},
		{b("size(s) = 9"), []string{"1"}},
		{b("attribute_type(ss, 'SS')"), []string{"1"}},
		{b("ATTRIBUTE_EXISTS(\"ss\") AND ATTRIBUTE_NOT_EXISTS (nope)"), []string{"1"}},
		{b("attribute_exists(m.sub) AND attribute_exists(l[0]) AND NOT attribute_exists(m.nope)"), []string{"1"}},
		{b("contains(\"s\", 'here') AND contains(ss, 'a')"), []string{"1"}},
		{b("attribute_exists(nope) = false"), []string{"1"}},
		{b("true = attribute_exists(n)"), []string{"1"}},
		{b("attribute_exists(n) <> 1"), []string{"1"}},
		{b("contains(nope, 'z') = false"), []string{"1"}},
		{b("(n BETWEEN 0 AND 5) = true"), []string{"1"}},
		{b("(n = 5 OR flag = 'x') = false"), []string{"1"}},
		{b("attribute_exists(nope) IN [true, false]"), []string{"1"}},
		{b("attribute_exists(n) = attribute_exists(flag)"), []string{"1"}},
		{b("attribute_exists(n) = yes"), []string{"1"}},
		{b("attribute_exists(n) = 1"), nil},
		{b("NOT attribute_exists(n) = true"), nil},
		{b("(attribute_exists(n) = true) = false"), nil},
		{b("attribute_exists(n) = flag"), nil},
		{b("n = - - 1"), []string{"1"}},
		{b("n > -/* c */-1"), nil},
		{b("n BETWEEN - 2 AND +5 AND n IN [- 1, 1]"), []string{"1"}},
		{b("n>-5;"), []string{"1"}},
		{b("n = 1e0 AND n = .1e+1 AND n = 10E-1 AND n = 1."), []string{"1"}},
		{b("s = 'it''s here' -- the rest is a note"), []string{"1"}},
		{"pk/* key */='b' AND -- a note\nsk='1' --", []string{"1"}},
	} {
		var got []string
		for _, it := range selected(t, bind(t, `SELECT * FROM "c" WHERE `+tt.where), items) {
			got = append(got, it.Get("sk").Text())
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.where, got, tt.want)
		}
	}
}

func TestReadsThatAWSRefuses(t *testing.T) {
	const (
		overlapping = "Overlapping conditions with range keys are not supported in where clause"
		wrongType   = "Key attribute's data type should match its data type in table's schema: Key "
		tooMany     = "Too many decomposed read operations for a given query."
	)
	c := func(rest string) string { return `SELECT sk FROM "c" ` + rest }
	refusals(t, [][2]string{
		{c("WHERE pk IN ['ranges','ranges']"), overlapping},
		{c("WHERE pk='ranges' OR pk='ranges'"), overlapping},
		{c("WHERE pk='ranges' AND (sk > '0' OR sk < '5')"), overlapping},
		{c("WHERE pk='ranges' AND (sk='1' OR flag='two')"), overlapping},
		{c("WHERE (pk='ranges' AND flag='one') OR (pk='ranges' AND flag='two')"), overlapping},
		{c("WHERE pk='a' AND x = '1' OR pk = 'a' AND sk = '2'"), overlapping},
		{c("WHERE pk='a' AND x <> '1' OR pk = 'a' AND sk = '2'"), overlapping},
		{c("WHERE pk = 1 OR pk = 'ranges'"), wrongType + "pk"},
		{c("WHERE pk = 'ranges' AND sk IN ['1', 2]"), wrongType + "sk"},
		{c("WHERE pk IN [" + values(51) + "]"), tooMany},
		{c("WHERE pk='ranges' AND sk IN [" + values(51) + "]"), tooMany},
		{c("WHERE pk IN [" + values(26) + "] AND sk IN ['1','2']"), tooMany},
		{c("WHERE pk IN [" + values(50) + "] AND flag IN [" + values(100) + "]"), ""},
		{c("WHERE pk IN [" + values(51) + "] OR flag='one'"), ""},
		{c("ORDER BY sk"), "Must have WHERE clause in the statement when using ORDER BY clause."},
		{c("WHERE pk = 'o' ORDER BY Total DESC"), "Attribute Total in ORDER BY clause must be part of the primary key"},
		{c("WHERE pk > 'a' ORDER BY sk"), "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."},
		{c("WHERE pk IN ['o', 'p'] ORDER BY sk DESC"), "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."},
	})
}

func TestReadsInOrder(t *testing.T) {
	var items []attr.Item
	for _, pk := range []string{"o", "p"} {
		for _, sk := range []string{"1", "2", "3"} {
			items = append(items, item("pk", str(pk), "sk", str(sk)))
		}
	}
	for where, want := range map[string]string{
		"pk = 'o' ORDER BY sk DESC":                                        "o3 o2 o1",
		"pk = 'o' ORDER BY sk":                                             "o1 o2 o3",
		"pk = 'o' ORDER BY sk ASC":                                         "o1 o2 o3",
		"pk = 'o' ORDER BY pk ASC":                                         "o3 o2 o1",
		"pk IN ['o', 'p'] ORDER BY pk DESC, sk ASC":                        "p1 p2 p3 o1 o2 o3",
		"pk IN ['o', 'p'] ORDER BY pk DESC":                                "p3 p2 p1 o3 o2 o1",
		"pk IN ['p', 'o'] ORDER BY pk":                                     "o3 o2 o1 p3 p2 p1",
		"pk IN ['o', 'p'] AND sk IN ['3','1'] ORDER BY pk, sk":             "o1 o3 p1 p3",
		"pk IN ['o', 'p'] AND sk IN ['3','1'] ORDER BY pk, sk DESC":        "o3 o1 p3 p1",
		"pk = 'o' AND (sk > '2' OR sk < '2' OR sk = '2') ORDER BY sk DESC": "o3 o2 o1",
		"pk = 'o' AND (sk > '2' OR sk < '2' OR sk = '2')":                  "o1 o2 o3",
		"pk IN ['p', 'o'] AND sk = '1'":                                    "p1 o1",
	} {
		var got []string
		for _, it := range selected(t, bind(t, `SELECT * FROM "c" WHERE `+where), items) {
			got = append(got, it.Get("pk").Text()+it.Get("sk").Text())
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s: got %s, want %s", where, g, want)
		}
	}
	r, err := bind(t, `SELECT * FROM "c" WHERE pk IN ['o', 'p']`).Read(twoKeys)
	if err != nil || r.Ordered {
		t.Errorf("a statement without ORDER BY is ordered: %t, %v", r.Ordered, err)
	}
}

// plan tells how a statement is read: the bounds of each range, and whether a
// filter is left.
func plan(t *testing.T, where string) string {
	t.Helper()
	r, err := bind(t, `SELECT * FROM "c" WHERE `+where).Read(twoKeys)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	if r.FullScan {
		return "scan"
	}
	var ranges []string
	for _, part := range r.Ranges {
		var words []string
		for _, term := range part.Terms {
			word := string(term.Op) + " " + term.Value.Text()
			if term.High != nil {
				word += " " + term.High.Text()
			}
			words = append(words, word)
		}
		if part.Filter != nil {
			words = append(words, "filter")
		}
		ranges = append(ranges, strings.Join(words, ", "))
	}
	return strings.Join(ranges, "; ")
}

// Which statements AWS reads by key is recorded; that a range is no longer than
// it has to be is a matter of this package.
func TestReadsUseTheKey(t *testing.T) {
	for where, want := range map[string]string{
		"pk = 'a'":                                               "EQ a",
		"'a' = pk":                                               "EQ a",
		"pk = 'a' AND sk = '1'":                                  "EQ a, EQ 1",
		"sk = '1' AND pk = 'a'":                                  "EQ a, EQ 1",
		"pk = 'a' AND sk > '1'":                                  "EQ a, GT 1",
		"pk = 'a' AND '1' >= sk":                                 "EQ a, LE 1",
		"pk = 'a' AND sk BETWEEN '1' AND '2'":                    "EQ a, BETWEEN 1 2",
		"pk = 'a' AND begins_with(sk, 'x')":                      "EQ a, BEGINS_WITH x",
		"pk = 'a' AND begins_with('xyz', sk)":                    "EQ a, filter",
		"pk = 'a' AND sk >= '1' AND sk <= '2'":                   "EQ a, BETWEEN 1 2",
		"pk = 'a' AND sk > '1' AND sk <= '2'":                    "EQ a, BETWEEN 1 2, filter",
		"pk = 'a' AND sk > '1' AND sk > '2'":                     "EQ a, GT 2, filter",
		"pk = 'a' AND sk = '2' AND sk > '1'":                     "EQ a, EQ 2",
		"pk = 'a' AND sk > '2' AND sk < '1'":                     "",
		"pk = 'a' AND sk = '1' AND sk = '2'":                     "",
		"pk = 'a' AND begins_with(sk, 'x') AND sk < 'y'":         "EQ a, BEGINS_WITH x, filter",
		"pk = 'a' AND begins_with(sk, 'x') AND sk IN ['x', 'y']": "EQ a, EQ x",
		"pk = 'a' AND n = 1":                                     "EQ a, filter",
		"pk = 'a' AND pk = 'a'":                                  "EQ a",
		"pk IN ['a', 'b']":                                       "EQ a; EQ b",
		"pk IN ['a', 'b'] AND sk IN ['1', '2']":                  "EQ a, EQ 1; EQ a, EQ 2; EQ b, EQ 1; EQ b, EQ 2",
		"pk = 'a' OR pk = 'b' AND n = 1":                         "EQ a; EQ b, filter",
		"(pk = 'a' OR pk = 'b') AND n = 1":                       "EQ a, filter; EQ b, filter",
		"pk = 'a' AND (n = 1 OR n = 2)":                          "EQ a, filter",
		"pk = 'a' AND sk <> '1' OR pk = 'a'":                     "EQ a, filter",
		// What does not tell the partitions, or tells two at once, is a scan.
		"pk = 'a' OR n = 1":                   "scan",
		"pk = 'a' AND pk = 'b'":               "scan",
		"pk = 'a' AND (pk = 'b' OR n = 1)":    "scan",
		"NOT pk = 'a'":                        "scan",
		"pk <> 'a'":                           "scan",
		"pk > 'a'":                            "scan",
		"begins_with(pk, 'a')":                "scan",
		"sk = '1'":                            "scan",
		"pk = sk":                             "scan",
		"pk.x = 'a'":                          "scan",
		"attribute_exists(pk) = true":         "scan",
		"pk IN ['a', sk]":                     "scan",
		"(pk = 'a' AND n = 1) OR s = 'x'":     "scan",
		"NOT (NOT pk = 'a')":                  "scan",
		"pk BETWEEN 'a' AND 'a'":              "scan",
		"pk = 'a' = true":                     "scan",
		"size(pk) = 1 AND n = 1":              "scan",
		"pk IN ['a'] AND NOT sk IN ['1','2']": "EQ a, filter",
	} {
		if got := plan(t, where); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", where, got, want)
		}
	}
	r, err := bind(t, `SELECT * FROM "c"`).Read(twoKeys)
	if err != nil || !r.FullScan || r.Filter != nil {
		t.Errorf("a statement without WHERE is read as %+v, %v", r, err)
	}
}

func TestReadsOfKeysWithSeveralAttributesAreRefused(t *testing.T) {
	s := bind(t, `SELECT * FROM "t"."gsi" WHERE h1 = 'a' AND h2 = 'x' ORDER BY nokey`)
	h1, h2, r1, r2 := KeyAttribute{"h1", attr.String}, KeyAttribute{"h2", attr.String}, KeyAttribute{"r1", attr.String}, KeyAttribute{"r2", attr.String}
	for _, key := range []Key{{Hash: []KeyAttribute{h1, h2}}, {Hash: []KeyAttribute{h1}, Range: []KeyAttribute{r1, r2}}} {
		_, err := s.Read(key)
		want := "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
		if got := message(t, err); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestFiltersOnAttributesThatAnIndexLacks(t *testing.T) {
	index := Key{Hash: []KeyAttribute{{"gsiPk", attr.String}}}
	projects := func(name string) bool { return name == "pk" || name == "gsiPk" || name == "projattr" }
	for where, want := range map[string]string{
		"gsiPk='y' AND NOT (nonproj='np1' OR projattr='x')":      "[nonproj]",
		"gsiPk='y' AND b='1' AND (a='2' OR projattr='3')":        "[a b]",
		"gsiPk='y' AND (zz='1' OR aa='2' OR mm='3')":             "[zz aa mm]",
		"gsiPk='y' AND (projattr='proj1' OR projattr='proj2')":   "[]",
		"(gsiPk='y' OR gsiPk='z') AND zz='1'":                    "[zz]",
		"(gsiPk='b' AND u1='1') OR (gsiPk='q' AND u2='1')":       "[u2]",
		"(gsiPk='q' AND u1='1') OR (gsiPk='b' AND u2='1')":       "[u1]",
		"(gsiPk='y' AND projattr='1') OR (gsiPk='z' AND aa='1')": "[]",
		"gsiPk > 'a' AND zz='1'":                                 "[]",
		"gsiPk='y' AND (gsiPk='z' OR zz='1')":                    "[]",
		"(gsiPk='y' AND zz='1') OR aa='1'":                       "[]",
		"gsiPk='y' AND a.b[0] = 'x' AND size(a) = 1":             "[a]",
		"gsiPk='y'": "[]",
	} {
		r, err := bind(t, `SELECT pk FROM "t"."gsi-inc" WHERE `+where).Read(index)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		if got := fmt.Sprint(r.Unprojected(projects)); got != want {
			t.Errorf("%s: got %s, want %s", where, got, want)
		}
	}
}
