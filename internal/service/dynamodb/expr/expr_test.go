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

func str(s string) av { return av{S: new(s)} }

func num(s string) av { return av{N: new(s)} }

func boolean(b bool) av { return av{BOOL: new(b)} }

func list(v ...av) av { return av{L: append([]av{}, v...)} }

func doc(m map[string]av) av { return av{M: m} }

func strings_(s ...string) av { return av{SS: s} }

func numbers(s ...string) av { return av{NS: s} }

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
	if n := len(c.trees.young) + len(c.trees.old); n > 12 {
		t.Errorf("the cache of 10 holds %d", n)
	}
	if c.trees.parsed != 1001 {
		t.Errorf("%d texts were parsed, want each once: 1001", c.trees.parsed)
	}
}

func TestTheCacheIsBoundedByTheSizeOfTexts(t *testing.T) {
	c := NewCache(1 << 20)
	s := scope(t, nil, map[string]av{":v": num("1")})
	for i := range 600 {
		if _, err := c.Condition(s, "ConditionExpression", fmt.Sprintf("a%d%s = :v", i, strings.Repeat("b", 4000))); err != nil {
			t.Fatal(err)
		}
	}
	bytes := 0
	for key := range c.trees.young {
		bytes += len(key.text)
	}
	if bytes != c.trees.bytes || bytes > halfBytes || len(c.trees.young)+len(c.trees.old) > 2*halfBytes/4000 {
		t.Errorf("%d texts of %d bytes, counted as %d", len(c.trees.young), bytes, c.trees.bytes)
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
