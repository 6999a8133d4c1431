package attr

import (
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

type av = ddb.AttributeValue

func str(s string) av { return av{S: new(s)} }
func num(s string) av { return av{N: new(s)} }

// sample has one attribute of every kind.
func sample() map[string]av {
	return map[string]av{
		"pk": str("a"), "empty": str(""), "n": num("-12.5"), "bin": {B: []byte{0, 255}}, "nobytes": {B: []byte{}},
		"yes": {BOOL: new(true)}, "no": {BOOL: new(false)}, "null": {NULL: new(true)},
		"ss": {SS: []string{"b", "a"}}, "ns": {NS: []string{"10", "9"}}, "bs": {BS: [][]byte{{2}, {1}}},
		"list": {L: []av{str("x"), num("1"), {L: []av{}}}},
		"map":  {M: map[string]av{"in": str("deep"), "list": {L: []av{{M: map[string]av{"k": num("7")}}}}, "void": {M: map[string]av{}}}},
	}
}

func item(t testing.TB, m map[string]av) Item {
	t.Helper()
	it, err := FromAPI(m)
	if err != nil {
		t.Fatalf("FromAPI(%v) = %v", m, err)
	}
	return it
}

func TestAnItemComesBackAsItWent(t *testing.T) {
	want := sample()
	want["ss"] = av{SS: []string{"a", "b"}} // sets come back in order
	want["ns"] = av{NS: []string{"9", "10"}}
	want["bs"] = av{BS: [][]byte{{1}, {2}}}
	stored, err := Stored(item(t, sample()))
	if err != nil {
		t.Fatal(err)
	}
	if got := stored.API(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if Item(nil).API() != nil {
		t.Error("no item has attributes")
	}
}

// These bytes lie in users' stores. A change of them needs another version.
func TestTheBytesOfAnItemDoNotChange(t *testing.T) {
	const want = "01000068" +
		"0362696e" + "060200ff" + "026273" + "090401010102" + "05656d707479" + "0500" +
		"046c697374" + "0a09" + "050178" + "0402c102" + "0a00" +
		"036d6170" + "0b1f" + "02696e" + "050464656570" + "046c697374" + "0a08" + "0b06" + "016b" + "0402c108" + "04766f6964" + "0b00" +
		"016e" + "04043e593366" +
		"026e6f" + "02" + "076e6f6279746573" + "0600" + "026e73" + "080602c10a02c10b" + "046e756c6c" + "01" +
		"02706b" + "050161" + "027373" + "070401610162" + "03796573" + "03"
	if got := hex.EncodeToString(item(t, sample())); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestItemsCostWhatAWSCounts(t *testing.T) {
	for _, tt := range []struct {
		name string
		item map[string]av
		want int
	}{
		{"a string, by its UTF-8 bytes", map[string]av{"é": str("ü€")}, 2 + 5},
		{"a number", map[string]av{"n": num("1.5")}, 1 + 3},
		{"null and booleans", map[string]av{"a": {NULL: new(true)}, "b": {BOOL: new(false)}}, 4},
		{"a set, by its members", map[string]av{"s": {SS: []string{"ab", "c"}}}, 1 + 3},
		{"an empty list", map[string]av{"l": {L: []av{}}}, 1 + 3},
		{"a list", map[string]av{"l": {L: []av{str("ab"), num("1")}}}, 1 + 3 + (1 + 2) + (1 + 2)},
		{"a map", map[string]av{"m": {M: map[string]av{"ab": str("c")}}}, 1 + 3 + (1 + 2 + 1)},
	} {
		if got := item(t, tt.item).Size(); got != tt.want {
			t.Errorf("%s: size = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestValuesAreEqualWhateverTheirOrderAndSpelling(t *testing.T) {
	value := func(v av) Value {
		t.Helper()
		got, err := ValueFromAPI(&v)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, tt := range []struct {
		name string
		a, b av
		want bool
	}{
		{"numbers spelled differently", num("1.0"), num("10e-1"), true},
		{"a number and a string", num("1"), str("1"), false},
		{"sets in another order", av{SS: []string{"a", "b"}}, av{SS: []string{"b", "a"}}, true},
		{"number sets", av{NS: []string{"1", "2.0"}}, av{NS: []string{"2", "1.00"}}, true},
		{"lists in another order", av{L: []av{num("1"), num("2")}}, av{L: []av{num("2"), num("1")}}, false},
		{"maps with sets within", av{M: map[string]av{"a": {SS: []string{"x", "y"}}, "b": num("1")}},
			av{M: map[string]av{"b": num("1.0"), "a": {SS: []string{"y", "x"}}}}, true},
	} {
		if got := value(tt.a).Equal(value(tt.b)); got != tt.want {
			t.Errorf("%s: equal = %t, want %t", tt.name, got, tt.want)
		}
	}
	if Value(nil).Equal(nil) {
		t.Error("two absent values are equal")
	}
}

func TestFromAPIRefuses(t *testing.T) {
	nested := func(levels int) av {
		v := num("1")
		for range levels {
			v = av{L: []av{v}}
		}
		return v
	}
	const invalid = "One or more parameter values were invalid: "
	for _, tt := range []struct {
		name    string
		value   av
		message string
	}{
		{"no datatype", av{}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"two datatypes", av{S: new("a"), N: new("1")}, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"a word for a number", num("x"), "The parameter cannot be converted to a numeric value: x"},
		{"nothing for a number", num(""), "The parameter cannot be converted to a numeric value"},
		{"39 digits", num("123456789012345678901234567890123456789"), "Attempting to store more than 38 significant digits in a Number"},
		{"false for NULL", av{NULL: new(false)}, invalid + "Null attribute value types must have the value of true"},
		{"an empty string set", av{SS: []string{}}, invalid + "An string set  may not be empty"},
		{"an empty number set", av{NS: []string{}}, invalid + "An number set  may not be empty"},
		{"an empty binary set", av{BS: [][]byte{}}, invalid + "Binary sets should not be empty"},
		{"an empty member", av{SS: []string{"a", ""}}, invalid + "An string set may not have a empty string as a member"},
		{"a string twice", av{SS: []string{"a", "a"}}, invalid + "Input collection [a, a] contains duplicates."},
		{"a number twice", av{NS: []string{"1", "1.0"}}, "Input collection contains duplicates"},
		{"a binary twice", av{BS: [][]byte{{1}, {1}}}, invalid + "Input collection [AQ==, AQ==]of type BS contains duplicates."},
		{"a fault within", av{M: map[string]av{"a": {L: []av{{}}}}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"33 levels", nested(33), "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
	} {
		_, err := FromAPI(map[string]av{"a": tt.value})
		if awserr.Code(err) != awserr.CodeValidation || awserr.From(err).Message != tt.message {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.message)
		}
	}
	if _, err := FromAPI(map[string]av{"a": nested(32)}); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	if _, err := FromAPI(map[string]av{strings.Repeat("n", 65535): num("1")}); err != nil {
		t.Errorf("a name of 65535 bytes: %v", err)
	}
	if _, err := FromAPI(map[string]av{strings.Repeat("n", 65536): num("1")}); err == nil {
		t.Error("a name of 65536 bytes is accepted")
	}
}

func path(steps ...any) Path {
	var p Path
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			p = append(p, Step{Name: s})
		case int:
			p = append(p, Step{Index: s})
		}
	}
	return p
}

func TestAtFollowsAPath(t *testing.T) {
	it := item(t, sample())
	for _, tt := range []struct {
		path Path
		want string
	}{
		{path("pk"), "a"}, {path("map", "in"), "deep"}, {path("map", "list", 0, "k"), "7"}, {path("list", 1), "1"},
		{path("nosuch"), ""}, {path("list", 9), ""}, {path("pk", "in"), ""}, {path("list", "in"), ""}, {path("map", 0), ""},
	} {
		if got := it.At(tt.path); got.Text() != tt.want {
			t.Errorf("At(%s) = %q, want %q", tt.path, got.Text(), tt.want)
		}
	}
}

func TestPatchChangesADocumentInOnePass(t *testing.T) {
	base := map[string]av{"pk": str("a"), "l": {L: []av{num("0"), num("1"), num("2")}}, "m": {M: map[string]av{"x": num("1"), "y": num("2")}}}
	for _, tt := range []struct {
		name  string
		patch func(*Patch)
		want  map[string]av
	}{
		{"sets and removes attributes", func(p *Patch) {
			p.Set(path("new"), NumberOf(7))
			p.Set(path("m"), StringValue("flat"))
			p.Remove(path("l"))
		}, map[string]av{"pk": str("a"), "m": str("flat"), "new": num("7")}},
		{"within a map", func(p *Patch) {
			p.Set(path("m", "a"), NumberOf(0))
			p.Set(path("m", "z"), NumberOf(9))
			p.Remove(path("m", "x"))
		}, map[string]av{"pk": str("a"), "l": base["l"], "m": {M: map[string]av{"a": num("0"), "y": num("2"), "z": num("9")}}}},
		{"removes by the indexes as they were, and appends in their order", func(p *Patch) {
			p.Set(path("l", 90), NumberOf(90))
			p.Remove(path("l", 0))
			p.Set(path("l", 50), NumberOf(50))
			p.Set(path("l", 2), NumberOf(22))
		}, map[string]av{"pk": str("a"), "l": {L: []av{num("1"), num("22"), num("50"), num("90")}}, "m": base["m"]}},
		{"removing what is not there", func(p *Patch) {
			p.Remove(path("nosuch"))
			p.Remove(path("l", 9))
			p.Remove(path("m", "nosuch"))
		}, base},
	} {
		var p Patch
		tt.patch(&p)
		got, err := p.Apply(item(t, base))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if want := item(t, tt.want); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", tt.name, got.API(), tt.want)
		}
	}
	for _, bad := range []Path{path("nosuch", "x"), path("pk", "x"), path("l", "x"), path("m", 0), path("l", 9, "x")} {
		var p Patch
		p.Set(bad, NumberOf(1))
		if _, err := p.Apply(item(t, base)); err != ErrInvalidPath {
			t.Errorf("set %s = %v, want %v", bad, err, ErrInvalidPath)
		}
	}
}

func TestPickKeepsWhatIsAskedFor(t *testing.T) {
	it := item(t, map[string]av{"pk": str("a"), "l": {L: []av{num("0"), num("1"), num("2")}}, "m": {M: map[string]av{"x": num("1"), "y": {M: map[string]av{"z": num("3")}}}}})
	for _, tt := range []struct {
		paths []Path
		want  map[string]av
	}{
		{[]Path{path("pk"), path("nosuch")}, map[string]av{"pk": str("a")}},
		{[]Path{path("l", 2), path("l", 0)}, map[string]av{"l": {L: []av{num("0"), num("2")}}}},
		{[]Path{path("m", "y", "z"), path("m", "nosuch")}, map[string]av{"m": {M: map[string]av{"y": {M: map[string]av{"z": num("3")}}}}}},
		{[]Path{path("m", "nosuch"), path("l", 7), path("pk", "x")}, map[string]av{}},
	} {
		var p Pick
		for _, one := range tt.paths {
			p.Add(one)
		}
		if got, want := p.From(it), item(t, tt.want); !slices.Equal(got, want) {
			t.Errorf("pick %v:\ngot  %v\nwant %v", tt.paths, got.API(), tt.want)
		}
	}
}

func TestSetsUniteAndSubtract(t *testing.T) {
	set := func(members ...string) Value {
		b := make([][]byte, len(members))
		for i, m := range members {
			b[i] = []byte(m)
		}
		return SetOf(StringSet, b)
	}
	if got := Union(set("a", "c"), set("b", "c")); !got.Equal(set("a", "b", "c")) {
		t.Errorf("union = %v", got.API())
	}
	if got := Without(set("a", "b", "c"), set("b", "x")); !got.Equal(set("a", "c")) {
		t.Errorf("difference = %v", got.API())
	}
	if got := Without(set("a"), set("a")); got != nil {
		t.Errorf("a set without its members = %v, want none", got.API())
	}
	if !set("a", "b").HasMember(StringValue("b")) || set("a", "c").HasMember(StringValue("b")) || set("a").HasMember(BinaryValue([]byte("a"))) {
		t.Error("HasMember is wrong")
	}
}

// FuzzStoredItem reads damaged items: they may tell less, but never panic.
func FuzzStoredItem(f *testing.F) {
	f.Add([]byte(item(f, sample())))
	f.Add([]byte{version, 0, 0, 0})
	f.Add([]byte{version, 0, 0, 9, 1, 'a', tagL, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add([]byte{version, 0, 0, 9, 1, 'a', tagM, 3, 0, tagM, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		it, err := Stored(b)
		if err != nil {
			return
		}
		it.At(path("map", "list", 0, "k"))
		it.Get("ss").HasMember(StringValue("b"))
		var patch Patch
		patch.Set(path("list", 1), NumberOf(1))
		_, _ = patch.Apply(it)
		m := it.API()
		again, err := FromAPI(m)
		if err == nil && !maps.EqualFunc(again.API(), m, func(a, b av) bool { return fmt.Sprint(a) != "" && fmt.Sprint(b) != "" }) {
			t.Fatalf("%x: the names changed", b)
		}
	})
}

func BenchmarkFromAPI(b *testing.B) {
	m := map[string]av{"pk": str("user-123"), "name": str("Jane Doe"), "email": str(strings.Repeat("x", 120)), "age": num("42"), "ok": {BOOL: new(true)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FromAPI(m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkItemAPI(b *testing.B) {
	it := item(b, map[string]av{"pk": str("user-123"), "name": str("Jane Doe"), "email": str(strings.Repeat("x", 120)), "age": num("42"), "ok": {BOOL: new(true)}})
	b.ReportAllocs()
	for b.Loop() {
		it.API()
	}
}

func BenchmarkGet(b *testing.B) {
	it := item(b, sample())
	b.ReportAllocs()
	for b.Loop() {
		if it.Get("yes") == nil {
			b.Fatal("gone")
		}
	}
}
