package attr

import (
	"encoding/hex"
	"fmt"
	"maps"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
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

func BenchmarkGet(b *testing.B) {
	it := item(b, sample())
	b.ReportAllocs()
	for b.Loop() {
		if it.Get("yes") == nil {
			b.Fatal("gone")
		}
	}
}
