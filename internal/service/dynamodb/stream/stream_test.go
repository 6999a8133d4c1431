package stream

import (
	"encoding/hex"
	"reflect"
	"testing"
	"time"

	"cloudless/internal/service/dynamodb/attr"
)

var made = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// These bytes lie in users' stores.
func TestTheLayoutDoesNotChange(t *testing.T) {
	it := attr.NewItem([]attr.Field{{Name: "k", Value: attr.StringValue("v")}})
	record := Record{At: made, Keys: it, New: it, ByService: true}
	for _, tt := range []struct {
		what      string
		got, want string
	}{
		{"definition", hex.EncodeToString(streamKey("0", "r", "t", "l")), "0264796e616d6f646273747265616d73000273747265616d00023000027200027400026c00"},
		{"next", hex.EncodeToString(nextKey(7, 1)), "0264796e616d6f646273747265616d7300026e6578740021072101"},
		{"record", hex.EncodeToString(record.encode("NEW_AND_OLD_IMAGES")), "0100010006475ef6574bb00000000901000002016b050176000000000000000901000002016b050176"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is\n%s, want\n%s", tt.what, tt.got, tt.want)
		}
	}
}

func TestARecordComesBackAsItWas(t *testing.T) {
	old := attr.NewItem([]attr.Field{{Name: "k", Value: attr.StringValue("v")}})
	next := attr.NewItem([]attr.Field{{Name: "k", Value: attr.StringValue("w")}})
	want := Record{At: made, Keys: old, Old: old, New: next, ByService: true}
	got, err := decodeRecord(want.encode("NEW_AND_OLD_IMAGES"))
	if err != nil || got.kind != 1 || !reflect.DeepEqual(got.Record, want) {
		t.Errorf("decodeRecord = %+v, %v, want %+v", got, err, want)
	}
}

func TestShardsShareThePlacesOutEvenly(t *testing.T) {
	st := &Stream{Shards: 3}
	for place, want := range map[uint32]int{0: 0, 1 << 30: 0, 3 << 29: 1, 1<<31 + 1: 1, 3 << 30: 2, 1<<32 - 1: 2} {
		if got := st.ShardFor(place); got != want {
			t.Errorf("ShardFor(%#x) = %d, want %d", place, got, want)
		}
	}
}

func FuzzIterator(f *testing.F) {
	f.Add(iterator{arn: "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/l", shard: 3, number: 17, made: made}.String())
	f.Add("|1|")
	f.Add("a|1|b|1|AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		it, err := parseIterator(text)
		if err != nil {
			return
		}
		if again, err := parseIterator(it.String()); err != nil || again != it {
			t.Errorf("parseIterator(%q) = %+v, which comes back as %+v, %v", text, it, again, err)
		}
	})
}

func FuzzSequenceNumber(f *testing.F) {
	f.Add(sequenceNumber(12, 345), 12)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, shard int) {
		if shard < 0 || shard > maxShards {
			return
		}
		if number, ok := parseSequenceNumber(text, shard); ok && sequenceNumber(shard, number) != text {
			t.Errorf("parseSequenceNumber(%q, %d) = %d, which is written %q", text, shard, number, sequenceNumber(shard, number))
		}
	})
}

func FuzzDecodeRecord(f *testing.F) {
	it := attr.NewItem([]attr.Field{{Name: "k", Value: attr.StringValue("v")}})
	r := Record{At: made, Keys: it, New: it}
	f.Add(r.encode("NEW_IMAGE"))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = decodeRecord(b) })
}
