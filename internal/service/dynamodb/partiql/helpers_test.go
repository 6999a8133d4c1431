package partiql

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// The tables of the tests: t has a key pk, n a number as its key, c a key of
// pk and sk.
var (
	stringKey = Key{Hash: []KeyAttribute{{"pk", attr.String}}}
	numberKey = Key{Hash: []KeyAttribute{{"pk", attr.Number}}}
	twoKeys   = Key{Hash: []KeyAttribute{{"pk", attr.String}}, Range: []KeyAttribute{{"sk", attr.String}}}
)

func keyOf(table string) Key {
	switch table {
	case "n":
		return numberKey
	case "c":
		return twoKeys
	}
	return stringKey
}

func str(s string) attr.Value { return attr.StringValue(s) }

func params(texts ...string) []attr.Value {
	values := make([]attr.Value, len(texts))
	for i, text := range texts {
		values[i] = str(text)
	}
	return values
}

func num(n int64) attr.Value { return attr.NumberOf(n) }

func stringSet(members ...string) attr.Value {
	set := make([][]byte, len(members))
	for i, m := range members {
		set[i] = []byte(m)
	}
	return attr.SetOf(attr.StringSet, set)
}

// item returns an item of names and values in turns.
func item(fields ...any) attr.Item {
	var f []attr.Field
	for i := 0; i < len(fields); i += 2 {
		f = append(f, attr.Field{Name: fields[i].(string), Value: fields[i+1].(attr.Value)})
	}
	return attr.NewItem(f)
}

func bind(t testing.TB, text string, params ...attr.Value) *Statement {
	t.Helper()
	s, err := NewCache(1).Statement(text, params)
	if err != nil {
		t.Fatalf("%.100s: %v", text, err)
	}
	return s
}

// refusal returns what a caller reads when a statement is refused, by whatever
// of this package an ExecuteStatement asks in turn. It is "" for a statement that
// is not refused.
func refusal(t testing.TB, text string, params ...attr.Value) string {
	t.Helper()
	s, err := NewCache(1).Statement(text, params)
	if err != nil {
		return message(t, err)
	}
	switch s.Kind {
	case Select:
		_, err = s.Read(keyOf(s.Table))
	case Insert:
		err = s.CheckItem(keyOf(s.Table))
	default:
		_, err = s.Target(keyOf(s.Table))
	}
	return message(t, err)
}

func message(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	if awserr.Code(err) != awserr.CodeValidation {
		t.Errorf("an error that no caller may see: %v", err)
	}
	return awserr.From(err).Message
}

// refusals checks that statements are refused in these words.
func refusals(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, tt := range cases {
		if got := refusal(t, tt[0]); got != tt[1] {
			t.Errorf("%.120s\ngot  %s\nwant %s", tt[0], got, tt[1])
		}
	}
}

// selected returns the items that a SELECT finds, as its Read says, in order.
func selected(t testing.TB, s *Statement, items []attr.Item) []attr.Item {
	t.Helper()
	key := keyOf(s.Table)
	r, err := s.Read(key)
	if err != nil {
		t.Fatal(err)
	}
	sorted := slices.Clone(items)
	if len(key.Range) > 0 {
		name := key.Range[0].Name
		sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Get(name).Compare(sorted[j].Get(name)) < 0 })
	}
	if r.Reverse {
		slices.Reverse(sorted)
	}
	var found []attr.Item
	if r.FullScan {
		r.Ranges = []Range{{Filter: r.Filter}}
	}
	for _, part := range r.Ranges {
		for _, it := range sorted {
			if part.Filter != nil && !part.Filter.Holds(it) {
				continue
			}
			admitted := true
			for _, term := range part.Terms {
				admitted = admitted && term.Admits(it.Get(term.Name))
			}
			if admitted {
				found = append(found, it)
			}
		}
	}
	return found
}

// shown returns an item as a text.
func shown(it attr.Item) string {
	api := it.API()
	names := make([]string, 0, len(api))
	for name := range api {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "%s:%s ", name, shownValue(it.Get(name)))
	}
	return strings.TrimSpace(b.String())
}

func shownValue(v attr.Value) string {
	a := v.API()
	switch v.Kind() {
	case attr.String:
		return "'" + v.Text() + "'"
	case attr.Number:
		return *a.N
	case attr.StringSet:
		return fmt.Sprint(a.SS)
	case attr.NumberSet:
		return fmt.Sprint(a.NS)
	case attr.Bool:
		return fmt.Sprint(*a.BOOL)
	case attr.List:
		var elements []string
		for _, e := range a.L {
			w, err := attr.ValueFromAPI(&e)
			if err != nil {
				return err.Error()
			}
			elements = append(elements, shownValue(w))
		}
		return "[" + strings.Join(elements, " ") + "]"
	case attr.Map:
		inner, err := attr.FromAPI(a.M)
		if err != nil {
			return err.Error()
		}
		return "{" + shown(inner) + "}"
	}
	return v.Kind().String()
}
