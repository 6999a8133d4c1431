package keys_test

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// TestEncodingStaysAsItIs holds the bytes still: they lie in stores that older
// versions wrote.
func TestEncodingStaysAsItIs(t *testing.T) {
	tuples := [][]any{
		{},
		{""}, {"a"}, {"a\x00b"}, {"\x01"}, {"\xff"}, {"äöü"},
		{[]byte{}}, {[]byte{0, 1, 2, 255}},
		{0}, {1}, {-1}, {-2}, {255}, {256}, {-256}, {-257}, {int64(math.MaxInt64)}, {int64(math.MinInt64)},
		{uint64(0)}, {uint64(1)}, {uint64(255)}, {uint64(256)}, {uint64(math.MaxUint64)},
		{false}, {true},
		{time.Unix(0, 0).UTC()}, {time.Unix(1735689600, 123456789).UTC()}, {time.Unix(-1, 999999999).UTC()}, {time.Time{}},
		{"000000000000", "us-east-1", "table", "music", uint64(7), true},
	}
	var got strings.Builder
	for _, tuple := range tuples {
		fmt.Fprintf(&got, "%x %#v\n", keys.Encode(tuple...), tuple)
	}
	const golden = "testdata/golden.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the encoding has changed:\n%s\nwas\n%s", got.String(), want)
	}
}

func TestPrefixOfATupleRespectsElements(t *testing.T) {
	for _, tt := range []struct {
		name   string
		prefix []any
		key    []any
		in     bool
	}{
		{"longer tuple", []any{"a"}, []any{"a", 1}, true},
		{"the tuple itself", []any{"a", 1}, []any{"a", 1}, true},
		{"longer string", []any{"a"}, []any{"ab"}, false},
		{"string with a zero byte behind", []any{"a"}, []any{"a\x00"}, false},
		{"string with the escape byte behind", []any{"a"}, []any{"a\x01"}, false},
		{"longer number", []any{1}, []any{256}, false},
		{"same bytes of another type", []any{"a"}, []any{[]byte("a")}, false},
		{"unsigned of the same value", []any{1}, []any{uint64(1)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := kv.Prefix(keys.Encode(tt.prefix...))
			key := keys.Encode(tt.key...)
			in := bytes.Compare(r.Start, key) <= 0 && bytes.Compare(key, r.End) < 0
			if in != tt.in {
				t.Errorf("%x in the range of prefix %x = %v, want %v", key, r.Start, in, tt.in)
			}
		})
	}
}

func TestEncodePanicsOnOtherTypes(t *testing.T) {
	for _, elem := range []any{nil, 1.5, int32(1), []string{"a"}, struct{}{}} {
		t.Run(fmt.Sprintf("%T", elem), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("Encode(%#v) did not panic", elem)
				}
			}()
			keys.Encode(elem)
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		key  string
	}{
		{"unknown tag", "\x40"},
		{"string without an end", "\x02abc"},
		{"escape without its second byte", "\x02a\x01\x00"},
		{"escape of another byte", "\x02a\x01\x03\x00"},
		{"number cut off", "\x16\x01"},
		{"number with a leading zero", "\x15\x00"},
		{"negative number longer than it needs", "\x12\xff"},
		{"positive number that overflows", "\x1c\x80\x00\x00\x00\x00\x00\x00\x00"},
		{"negative number that overflows", "\x0b\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"unsigned with a leading zero", "\x22\x00\x01"},
		{"time without anything", "\x38"},
		{"time without nanoseconds", "\x38\x14"},
		{"time with a string for seconds", "\x38\x02a\x00\x20"},
		{"time with too many nanoseconds", "\x38\x14\x24\xff\xff\xff\xff"},
		{"second element broken", "\x02a\x00\x40"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := keys.Decode([]byte(tt.key)); !errors.Is(err, keys.ErrMalformed) {
				t.Errorf("Decode(%x) = %#v, %v, want ErrMalformed", tt.key, got, err)
			}
		})
	}
}

func TestDecodeGivesBackWhatEncodeTook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tuple := rapid.SliceOf(anyElem()).Draw(t, "tuple")
		key := keys.Encode(tuple...)
		got, err := keys.Decode(key)
		if err != nil {
			t.Fatalf("Decode(Encode(%#v)) fails: %v", tuple, err)
		}
		if len(tuple)+len(got) > 0 && !reflect.DeepEqual(got, tuple) {
			t.Fatalf("Decode(Encode(%#v)) = %#v", tuple, got)
		}
		for i := range tuple {
			if head := keys.Encode(tuple[:i]...); !bytes.HasPrefix(key, head) {
				t.Fatalf("Encode of the first %d of %#v is no prefix of the whole", i, tuple)
			}
		}
	})
}

func TestBytesSortAsTuplesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := pairOfTuples(t)
		got := bytes.Compare(keys.Encode(a...), keys.Encode(b...))
		if want := compareTuples(a, b); got != want {
			t.Fatalf("bytes of %#v and %#v compare as %d, the tuples as %d", a, b, got, want)
		}
	})
}

func TestAppendFormsWriteWhatEncodeWrites(t *testing.T) {
	now := time.Unix(1735689600, 5000)
	dst := []byte("before")
	dst = keys.AppendString(dst, "s\x00")
	dst = keys.AppendBytes(dst, []byte("b\x01"))
	dst = keys.AppendUint(dst, 300)
	dst = keys.AppendInt(dst, -300)
	dst = keys.AppendBool(dst, true)
	dst = keys.AppendTime(dst, now)
	want := append([]byte("before"), keys.Encode("s\x00", []byte("b\x01"), uint64(300), -300, true, now)...)
	if !bytes.Equal(dst, want) {
		t.Errorf("appended %x, want %x", dst, want)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(keys.Encode("a\x00b", []byte{1}, -5, uint64(900), true, time.Unix(1, 2)))
	f.Add([]byte("\x38\x1c\x7f\xff\xff\xff\xff\xff\xff\xff\x20"))
	f.Fuzz(func(t *testing.T, key []byte) {
		elems, err := keys.Decode(key)
		if err != nil {
			return
		}
		if again := keys.Encode(elems...); !bytes.Equal(again, key) {
			t.Errorf("Encode(Decode(%x)) = %x", key, again)
		}
	})
}

// pairOfTuples draws two tuples with the same types place by place, often with
// a common beginning, one perhaps shorter.
func pairOfTuples(t *rapid.T) (a, b []any) {
	for range rapid.IntRange(0, 4).Draw(t, "elements") {
		gen := rapid.SampledFrom(elems()).Draw(t, "type")
		x := gen.Draw(t, "a")
		y := x
		if rapid.Bool().Draw(t, "differ") {
			y = gen.Draw(t, "b")
		}
		a, b = append(a, x), append(b, y)
	}
	return a, b[:rapid.IntRange(0, len(b)).Draw(t, "length of b")]
}

func anyElem() *rapid.Generator[any] { return rapid.OneOf(elems()...) }

// elems are generators of one element each, leaning towards the bytes and
// numbers at which encodings break.
func elems() []*rapid.Generator[any] {
	odd := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]byte{0, 1, 2, 0xff}), rapid.Byte()))
	edge := rapid.Custom(func(t *rapid.T) uint64 {
		return uint64(1)<<rapid.IntRange(0, 63).Draw(t, "bit") + uint64(rapid.IntRange(-1, 1).Draw(t, "off"))
	})
	ints := rapid.OneOf(rapid.Int64(), rapid.Map(edge, func(v uint64) int64 { return int64(v) }), rapid.Map(edge, func(v uint64) int64 { return -int64(v) }))
	return []*rapid.Generator[any]{
		rapid.Map(odd, func(b []byte) any { return string(b) }),
		rapid.Map(odd, func(b []byte) any { return b }),
		rapid.Map(rapid.OneOf(rapid.Uint64(), edge), func(v uint64) any { return v }),
		rapid.Map(ints, func(v int64) any { return v }),
		rapid.Map(rapid.Bool(), func(v bool) any { return v }),
		rapid.Custom(func(t *rapid.T) any {
			seconds := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds")
			return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
		}),
	}
}

func compareTuples(a, b []any) int {
	for i := range min(len(a), len(b)) {
		if c := compareElems(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func compareElems(a, b any) int {
	switch a := a.(type) {
	case string:
		return cmp.Compare(a, b.(string))
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case uint64:
		return cmp.Compare(a, b.(uint64))
	case int64:
		return cmp.Compare(a, b.(int64))
	case bool:
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) // "false" < "true"
	case time.Time:
		return a.Compare(b.(time.Time))
	default:
		panic(fmt.Sprintf("no order for %T", a))
	}
}

func BenchmarkAppend(b *testing.B) {
	var dst []byte
	for b.Loop() {
		dst = keys.AppendString(dst[:0], "000000000000")
		dst = keys.AppendString(dst, "music")
		dst = keys.AppendBytes(dst, []byte("artist#1234567"))
		dst = keys.AppendUint(dst, 1234567)
	}
}
