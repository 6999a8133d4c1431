package expr

import (
	"strings"
	"testing"

	"cloudless/internal/awserr"
)

// fuzzed runs a target over texts that are not much longer than AWS takes.
func fuzzed(f *testing.F, run func(t *testing.T, text string)) {
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2*maxTextBytes {
			return
		}
		run(t, text)
	})
}

// refused checks that an error is one that a caller may see.
func refused(t *testing.T, text string, err error) bool {
	if err == nil {
		return false
	}
	if awserr.Code(err) != awserr.CodeValidation || !strings.HasPrefix(message(err), "Invalid ") {
		t.Fatalf("%q: %v", text, err)
	}
	return true
}

func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		"a = :v", "#n.b[0] <> :v AND NOT (a < :v OR size(a) >= :v)", "a BETWEEN :v AND :w", "a IN (:v, :w, b)", "attribute_type(a, :s)",
		"((a = :v))", "begins_with(a, :s) or contains(:s, a)", strings.Repeat("(", 400), strings.Repeat("NOT ", 310) + "a=:v", "a[0", "é", "a..b", ")", "",
	} {
		f.Add(seed)
	}
	it := item(f, map[string]av{"a": str("x"), "b": list(num("1")), "m": doc(map[string]av{"b": list(num("2"))})})
	cache := NewCache(100)
	fuzzed(f, func(t *testing.T, text string) {
		s, err := NewScope(names("#n", "m"), map[string]av{":v": num("1"), ":w": num("2"), ":s": str("S")})
		if err != nil {
			t.Fatal(err)
		}
		c, err := cache.Condition(s, "ConditionExpression", text)
		if refused(t, text, err) {
			return
		}
		c.Holds(it)
		c.Holds(nil)
		if _, err := c.keyTerms(); err != nil && awserr.Code(err) != awserr.CodeValidation {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzProjection(f *testing.F) {
	for _, seed := range []string{"a", "a, #n.b[0]", "b[1],b[0]", "a.b, a[0]", ",", "a[00]", "a.#", strings.Repeat("a.", 50) + "a"} {
		f.Add(seed)
	}
	it := item(f, map[string]av{"a": str("x"), "b": list(num("1")), "m": doc(map[string]av{"b": list(num("2"))})})
	cache := NewCache(100)
	fuzzed(f, func(t *testing.T, text string) {
		p, err := cache.Projection(&Scope{names: names("#n", "m")}, text)
		if refused(t, text, err) {
			return
		}
		if p.Of(it).Size() > it.Size() {
			t.Fatalf("%q makes the item larger", text)
		}
	})
}

func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{
		"SET a = :v, #n.b[3] = b[0] + :v REMOVE b[0] ADD z :v DELETE y :set", "SET a = list_append(if_not_exists(b, :l), b)",
		"SET a = (a - :v)", "set a=:v set b=:v", "REMOVE a.b.c", "ADD a :set", "SET SET", "SET a = (((((:v", "DELETE",
	} {
		f.Add(seed)
	}
	it := item(f, map[string]av{"a": num("5"), "b": list(num("1")), "y": strings_("q"), "m": doc(map[string]av{"b": list(num("2"))})})
	cache := NewCache(100)
	fuzzed(f, func(t *testing.T, text string) {
		s, err := NewScope(names("#n", "m"), map[string]av{":v": num("1"), ":l": list(), ":set": strings_("q", "r")})
		if err != nil {
			t.Fatal(err)
		}
		u, err := cache.Update(s, text)
		if refused(t, text, err) {
			return
		}
		after, err := u.Apply(it)
		if err != nil {
			if awserr.Code(err) != awserr.CodeValidation {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if got := item(t, after.API()); string(got) != string(after) {
			t.Fatalf("%q leaves an item that is not in its canonical form:\n%x\n%x", text, []byte(after), []byte(got))
		}
	})
}

func BenchmarkParseCondition(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(conditions, "attribute_not_exists(pk) OR (#v < :v AND begins_with(title, :t))"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBindAndHold(b *testing.B) {
	cache := NewCache(10)
	it := item(b, map[string]av{"pk": str("a"), "version": num("3"), "title": str("Blue Train")})
	n, v := names("#v", "version"), map[string]av{":v": num("4"), ":t": str("Blue")}
	b.ReportAllocs()
	for b.Loop() {
		s, err := NewScope(n, v)
		if err != nil {
			b.Fatal(err)
		}
		c, err := cache.Condition(s, "ConditionExpression", "attribute_not_exists(pk) OR (#v < :v AND begins_with(title, :t))")
		if err != nil || !c.Holds(it) {
			b.Fatal(err)
		}
	}
}

func BenchmarkHold(b *testing.B) {
	it := item(b, map[string]av{"pk": str("a"), "version": num("3"), "title": str("Blue Train")})
	c, err := NewCache(1).Condition(scope(b, names("#v", "version"), map[string]av{":v": num("4"), ":t": str("Blue")}), "ConditionExpression",
		"attribute_not_exists(pk) OR (#v < :v AND begins_with(title, :t))")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !c.Holds(it) {
			b.Fatal("does not hold")
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	it := item(b, map[string]av{"pk": str("a"), "version": num("3"), "title": str("Blue Train")})
	u, err := NewCache(1).Update(scope(b, names("#v", "version"), map[string]av{":v": num("4"), ":t": str("Blue")}), "SET #v = #v + :v, title = :t")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Apply(it); err != nil {
			b.Fatal(err)
		}
	}
}
