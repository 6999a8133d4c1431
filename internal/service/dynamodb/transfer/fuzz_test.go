package transfer

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

// fuzzReader holds a reader to what it promises for any bytes: it ends, it counts
// no more than there is, its items are sound, and what one format says of an
// item is what the other says.
func fuzzReader(t *testing.T, in Input, object []byte) {
	r := NewReader(in, bytes.NewReader(object))
	index, ended := int64(0), false
	for it, err := range r.Items() {
		e, isItemError := err.(*ItemError)
		switch {
		case ended:
			t.Fatal("something follows what ends the reading")
		case err != nil && !isItemError:
			t.Fatalf("an object in memory cannot be read: %v", err)
		case err != nil && (e.Index != index || e.Message == ""):
			t.Fatalf("error %+v of item %d", e, index)
		case err != nil:
			ended = e.Abandoned
		default:
			checkAgain(t, it)
		}
		index++
	}
	if in.Compression == "" && (r.Bytes() > int64(len(object)) || !ended && r.Bytes() != int64(len(object))) {
		t.Fatalf("Bytes = %d of %d", r.Bytes(), len(object))
	}
}

// checkAgain writes an item in both formats and reads it again.
func checkAgain(t *testing.T, it attr.Item) {
	if it.Size() > attr.MaxItemBytes || it.TooDeep() {
		t.Fatal("an item that DynamoDB does not take")
	}
	for format, text := range map[string][]byte{DynamoDBJSON: appendJSONItem(nil, it), Ion: appendIonItem(nil, it)} {
		n := 0
		for again, err := range NewReader(Input{Format: format}, bytes.NewReader(text)).Items() {
			if err != nil || !bytes.Equal(again, it) {
				t.Fatalf("%s: %s is read as %x, %v", format, text, again, err)
			}
			n++
		}
		if n != 1 || bytes.Count(text, []byte("\n")) != 1 {
			t.Fatalf("%s: %s is read as %d items", format, text, n)
		}
	}
}

// seed adds the lines of the golden files, one by one and all at once.
func seed(f *testing.F, golden string, more ...string) {
	text, err := os.ReadFile(filepath.Join("testdata", golden))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for line := range bytes.Lines(text) {
		f.Add(line)
	}
	for _, s := range more {
		f.Add([]byte(s))
	}
}

func FuzzImportDynamoDBJSON(f *testing.F) {
	seed(f, "full-json.golden", `[{"Item":{"pk":{"S":"a"}}},{"Item":{}}]`, `{"Item":{"a":{"L":[{"L":[{"M":{"b":{"NS":["1","1.0"]}}}]}]}}}`, `{"Item":{"n":{"N":"-1e-130"}},"x":[1,"}"]}`)
	f.Fuzz(func(t *testing.T, object []byte) { fuzzReader(t, Input{Format: DynamoDBJSON}, object) })
}

func FuzzImportIon(f *testing.F) {
	seed(f, "full-ion.golden", "$ion_1_0 [ /*c*/ {Item:{pk:'''a''' '''b''',}}, ] // end\n", `{Item:{b:{{ //8= }},c:$dynamodb_NS :: [1_0d-2],s:"\u00e9\x7f\ud83e\udd91"}}`, `{'':{},Item:{a:null.string,b:[[[]]]}}`)
	f.Fuzz(func(t *testing.T, object []byte) { fuzzReader(t, Input{Format: Ion}, object) })
}

func FuzzImportCSV(f *testing.F) {
	for _, s := range []string{"pk,n\na,1\n", "\ufeffpk;x\r\n\"a;\"\"\r\n\";\r\n\r\nb", "pk\n\"a", "a,b\n1,2,3\n", "\n\n"} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, object []byte, given bool) {
		in := Input{Format: CSV, Types: map[string]attr.Kind{"n": attr.Number, "b": attr.Binary}}
		if given {
			in.HeaderList, in.Delimiter = []string{"pk", "n", "b"}, ";"
		}
		fuzzReader(t, in, object)
	})
}

func FuzzImportUnpacks(f *testing.F) {
	plain := []byte(`{"Item":{"pk":{"S":"a"}}}` + "\n")
	for _, packed := range [][]byte{gzipped(f, plain), gzipped(f, nil), append(gzipped(f, plain), plain...)} {
		f.Add(packed, true)
	}
	for _, packed := range [][]byte{zstded(f, plain), zstded(f, nil), append(zstded(f, plain), plain...)} {
		f.Add(packed, false)
	}
	f.Fuzz(func(t *testing.T, object []byte, isGzip bool) {
		in := Input{Format: DynamoDBJSON, Compression: "ZSTD"}
		if isGzip {
			in.Compression = "GZIP"
		}
		fuzzReader(t, in, object)
	})
}
