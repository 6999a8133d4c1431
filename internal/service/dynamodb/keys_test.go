package dynamodb

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

var updateGolden = flag.Bool("update", false, "rewrite the golden file")

func lastUint(t *testing.T, key []byte) uint64 {
	t.Helper()
	tuple, err := keys.Decode(key)
	if err != nil {
		t.Fatal(err)
	}
	return tuple[len(tuple)-1].(uint64)
}

// These keys lie in users' stores. Where they change, an upgrade loses items.
func TestTheLayoutDoesNotChange(t *testing.T) {
	attributes := []attributeRecord{{"pk", "S"}, {"sk", "N"}, {"g", "B"}, {"h", "S"}}
	r := &record{Version: recordVersion, Data: 0x1122334455667788, Attributes: attributes,
		Key:     []keyRecord{{"pk", "HASH"}, {"sk", "RANGE"}},
		Indexes: []indexRecord{{Name: "i", Number: 1, Global: true, Projection: "ALL", Key: []keyRecord{{"g", "HASH"}, {"h", "HASH"}, {"sk", "RANGE"}}}}}
	tab, err := newTable(tableKey("000000000000", "us-east-1", "music"), r.encode())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	line := func(what string, key []byte) { fmt.Fprintf(&got, "%s\n\t%s\n", what, hex.EncodeToString(key)) }
	line("definition", tab.storeKey)
	line("doomed", doomedKey(r.Data))
	for _, it := range []attr.Item{
		attr.NewItem([]attr.Field{{Name: "pk", Value: attr.StringValue("a")}, {Name: "sk", Value: attr.NumberOf(-5)}, {Name: "g", Value: attr.BinaryValue([]byte{0, 1, 255})}, {Name: "h", Value: attr.StringValue("x")}}),
		attr.NewItem([]attr.Field{{Name: "pk", Value: attr.StringValue("a\x00b\xff")}, {Name: "sk", Value: attr.NumberOf(12345)}, {Name: "g", Value: attr.BinaryValue([]byte("g"))}, {Name: "h", Value: attr.StringValue("y")}}),
	} {
		key := tab.itemKey(it)
		line("item", key)
		entry, _ := tab.indexes[0].entry(key, it)
		line("entry", entry)
	}
	const golden = "testdata/keys.txt"
	if *updateGolden {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the layout has changed:\n%s\nwas\n%s", got.String(), want)
	}
}

func TestTheLongestKeysFitIntoTheStore(t *testing.T) {
	worst := func(n int) attr.Value { return attr.BinaryValue(bytes.Repeat([]byte{0}, n)) }
	attributes := []attributeRecord{{"pk", "B"}, {"sk", "B"}, {"g", "B"}, {"h", "B"}}
	r := &record{Version: recordVersion, Data: 1<<64 - 1, Attributes: attributes, Key: []keyRecord{{"pk", "HASH"}, {"sk", "RANGE"}},
		Indexes: []indexRecord{{Name: "i", Number: 20, Projection: "ALL", Key: []keyRecord{{"g", "HASH"}, {"h", "RANGE"}}}}}
	tab, err := newTable(nil, r.encode())
	if err != nil {
		t.Fatal(err)
	}
	it := attr.NewItem([]attr.Field{{Name: "pk", Value: worst(maxHashBytes)}, {Name: "sk", Value: worst(maxRangeBytes)}, {Name: "g", Value: worst(maxHashBytes)}, {Name: "h", Value: worst(maxRangeBytes)}})
	key := tab.itemKey(it)
	entry, _ := tab.indexes[0].entry(key, it)
	if len(key) > kv.MaxKeyBytes || len(entry) > kv.MaxKeyBytes {
		t.Errorf("keys of %d and %d bytes, the store takes %d", len(key), len(entry), kv.MaxKeyBytes)
	}
}

func TestSegmentsCoverEverythingOnce(t *testing.T) {
	prefix := indexPrefix(7, 0)
	for _, total := range []int64{1, 2, 3, 7, 1000, 1_000_000} {
		var end []byte
		for part := range total {
			r := segment(prefix, part, total)
			if part == 0 {
				end = kv.Prefix(prefix).Start
			}
			if !bytes.Equal(r.Start, end) {
				t.Fatalf("segment %d of %d begins at %x, the one before ends at %x", part, total, r.Start, end)
			}
			end = r.End
		}
		if !bytes.Equal(end, kv.PrefixEnd(prefix)) {
			t.Fatalf("the last of %d segments ends at %x", total, end)
		}
	}
}

// FuzzKeyOrder compares where two items of one partition lie with how their
// sort keys compare.
func FuzzKeyOrder(f *testing.F) {
	f.Add("a", "b", []byte{0}, []byte{0, 0}, "1", "-1")
	f.Add("", "\x00", []byte{1}, []byte{0, 1, 2}, "1E-130", "0")
	f.Fuzz(func(t *testing.T, s1, s2 string, b1, b2 []byte, n1, n2 string) {
		pairs := [][2]attr.Value{{attr.StringValue(s1), attr.StringValue(s2)}, {attr.BinaryValue(b1), attr.BinaryValue(b2)}}
		x, err1 := attr.ParseNumber(n1)
		y, err2 := attr.ParseNumber(n2)
		if err1 == nil && err2 == nil {
			pairs = append(pairs, [2]attr.Value{x, y})
		}
		for _, p := range pairs {
			k1 := keys.AppendBytes([]byte("prefix"), p[0].Payload())
			k2 := keys.AppendBytes([]byte("prefix"), p[1].Payload())
			if got, want := bytes.Compare(k1, k2), p[0].Compare(p[1]); got != want {
				t.Fatalf("%x and %x: keys compare as %d, values as %d", []byte(p[0]), []byte(p[1]), got, want)
			}
		}
	})
}

func TestPlacementSpreads(t *testing.T) {
	var counts [16]int
	for i := range 16_000 {
		counts[placement([]attr.Value{attr.StringValue(fmt.Sprintf("user-%d", i))})>>28]++
	}
	for i, n := range counts {
		if n < 800 || n > 1200 {
			t.Errorf("sixteenth %d has %d of 16000 keys", i, n)
		}
	}
}
