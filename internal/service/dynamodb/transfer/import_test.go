package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// imported reads an object, and prints what its reader yields: an item as
// DynamoDB's JSON, and an error as "index: message", with ! for what ends the reading.
func imported(in Input, object io.Reader) (lines []string, r *Reader) {
	r = NewReader(in, object)
	for it, err := range r.Items() {
		e, ok := err.(*ItemError)
		switch {
		case err == nil:
			lines = append(lines, string(appendJSONFields(nil, it.All())))
		case ok && e.Abandoned:
			lines = append(lines, fmt.Sprintf("%d! %s", e.Index, e.Message))
		case ok:
			lines = append(lines, fmt.Sprintf("%d: %s", e.Index, e.Message))
		default:
			lines = append(lines, "error "+err.Error())
		}
	}
	return lines, r
}

const (
	unexpected = "Unexpected token. Remainder of the file will not be processed."
	noItem     = "Expected 'Item' top level container. Remainder of the file will not be processed."
	noMapping  = "Unable to map value based on the given schema. Remainder of the file will not be processed."
	tooLarge   = "Item size has exceeded the maximum allowed size"
	badParam   = "One or more parameter values were invalid: "
)

// needsKey refuses items without a string pk, as a table with that key does.
func needsKey(it attr.Item) error {
	switch v := it.Get("pk"); {
	case v == nil:
		return awserr.Validation(badParam + "Missing the key pk in the item")
	case !v.Is(attr.String):
		return awserr.Validation(badParam + "Type mismatch for key pk expected: S actual: " + v.Kind().String())
	}
	return nil
}

type importCase struct {
	name, object string
	want         []string
}

func testImport(t *testing.T, in Input, cases []importCase) {
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			// One byte at a time, so that everything is cut everywhere.
			for _, object := range []io.Reader{strings.NewReader(tt.object), iotest.OneByteReader(strings.NewReader(tt.object))} {
				got, r := imported(in, object)
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("read %q\ngot  %q\nwant %q", tt.object, got, tt.want)
				}
				if last := len(tt.want) - 1; (last < 0 || !strings.Contains(tt.want[last], "!")) && r.Bytes() != int64(len(tt.object)) {
					t.Errorf("Bytes = %d, want %d", r.Bytes(), len(tt.object))
				}
			}
		})
	}
}

func TestImportOfDynamoDBJSON(t *testing.T) {
	const a, b = `{"pk":{"S":"a"}}`, `{"pk":{"S":"b"}}`
	testImport(t, Input{Format: DynamoDBJSON, Check: needsKey}, []importCase{
		{"an empty object is no error", "", nil},
		{"empty lines are no items", "\n  \n\r\n\t\n", nil},
		{"an item a line", `{"Item":` + a + "}\n" + `{"Item":` + b + "}\n", []string{a, b}},
		{"the last line may have no end", `{"Item":` + a + "}\r\n\n" + `{"Item":` + b + `}`, []string{a, b}},
		{"items need no lines", `{"Item":` + a + `}{"Item":` + b + `}`, []string{a, b}},
		{"an item may span lines", "{\n\t\"Item\": {\n\t\t\"pk\": {\"S\": \"a\"}\n\t}\n}\n", []string{a}},
		{"a list of items", `[{"Item":` + a + "},\n" + `{"Item":` + b + `}]`, []string{a, b}},
		{"a byte order mark", "\ufeff" + `{"Item":` + a + `}`, []string{a}},
		{"other members are passed over", `{"Other":[{"}":"\"]}"}],"Item":` + a + `,"More":null}`, []string{a}},
		{"of two members of a name the last counts", `{"Item":{"pk":{"S":"x"},"pk":{"S":"a"}}}`, []string{a}},
		{"escapes", `{"Item":{"pk":{"S":"a"},"\u0065\"}":{"S":"\\\"\/\b\f\n\r\t\u00e9\ud83e\udd91}"}}}`, []string{`{"e\"}":{"S":"\\\"/\b\f\n\r\té🦑}"},"pk":{"S":"a"}}`}},
		{"every type", `{"Item":{"pk":{"S":"a"},"n":{"N":"1.0"},"b":{"B":"AP8="},"t":{"BOOL":true},"z":{"NULL":true},"ss":{"SS":["b","a"]},"ns":{"NS":["1","2e1"]},"bs":{"BS":["Ag=="]},"l":{"L":[{"S":""},{"L":[]}]},"m":{"M":{"k":{"M":{}}}}}}`,
			[]string{`{"b":{"B":"AP8="},"bs":{"BS":["Ag=="]},"l":{"L":[{"S":""},{"L":[]}]},"m":{"M":{"k":{"M":{}}}},"n":{"N":"1"},"ns":{"NS":["1","20"]},"pk":{"S":"a"},"ss":{"SS":["a","b"]},"t":{"BOOL":true},"z":{"NULL":true}}`}},

		{"an item without its key is one error", `{"Item":{"x":{"S":"a"}}}` + "\n" + `{"Item":` + b + `}`, []string{"0: " + badParam + "Missing the key pk in the item", b}},
		{"a key of another type", `{"Item":{"pk":{"N":"1"}}}{"Item":` + b + `}`, []string{"0: " + badParam + "Type mismatch for key pk expected: S actual: N", b}},
		{"what DynamoDB refuses is one error", `{"Item":{"pk":{"S":"a"},"n":{"N":"x"}}}{"Item":{"pk":{"S":"a"},"s":{"SS":[]}}}{"Item":{"pk":{}}}{"Item":` + b + `}`,
			[]string{"0: The parameter cannot be converted to a numeric value: x", "1: " + badParam + "An string set  may not be empty",
				"2: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes", b}},
		{"an attribute without a name", `{"Item":{"pk":{"S":"a"},"":{"S":"a"}}}{"Item":` + b + `}`, []string{"0: " + badParam + "Empty attribute name", b}},
		{"an item of 400 KB and a byte", `{"Item":{"pk":{"S":"a"},"x":{"S":"` + strings.Repeat("x", attr.MaxItemBytes-3) + `"}}}{"Item":` + b + `}`, []string{"0: " + tooLarge, b}},

		{"what is no item ends the object", `{"Item":` + a + "}\n" + `{"NotAnItem":` + b + "}\n" + `{"Item":` + b + `}`, []string{a, "1! " + noItem}},
		{"an item that is no object", `{"Item":"a"}` + "\n" + `{"Item":` + b + `}`, []string{"0! " + unexpected}},
		{"a broken line ends the object", `{"Item":` + a + "}\n" + `{"Item": ` + "\n" + `{"Item":` + b + `}`, []string{a, "1! " + unexpected}},
		{"what begins with no brace", "garbage\n" + `{"Item":` + b + `}`, []string{"0! " + unexpected}},
		{"braces that do not match", `{"Item":{"pk":{"S":"a"]}}`, []string{"0! " + unexpected}},
		{"a comma between items", `{"Item":` + a + `},{"Item":` + b + `}`, []string{a, "1! " + unexpected}},
		{"a list that does not end", `[{"Item":` + a + `}`, []string{a, "1! " + unexpected}},
		{"no comma in a list", `[{"Item":` + a + `}{"Item":` + b + `}]`, []string{a, "1! " + unexpected}},
		{"text that is no UTF-8", `{"Item":{"pk":{"S":"` + "\xff" + `"}}}`, []string{"0! " + unexpected}},
		{"half a character", `{"Item":{"pk":{"S":"\ud83e"}}}`, []string{"0! " + unexpected}},
		{"a type that there is not", `{"Item":{"pk":{"X":"a"}}}{"Item":` + b + `}`, []string{"0! " + noMapping}},
		{"a number that is none of a string", `{"Item":{"pk":{"N":1}}}`, []string{"0! " + noMapping}},
		{"a boolean in a string", `{"Item":{"pk":{"BOOL":"true"}}}`, []string{"0! " + noMapping}},
		{"a binary that is no base64", `{"Item":{"pk":{"B":"?"}}}`, []string{"0! " + noMapping}},
		{"a line of an incremental export", `{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":` + a + `,"NewImage":` + a + `}`, []string{"0! " + noItem}},
	})
}

func TestImportOfIon(t *testing.T) {
	const a, b = `{"pk":{"S":"a"}}`, `{"pk":{"S":"b"}}`
	testImport(t, Input{Format: Ion, Check: needsKey}, []importCase{
		{"an empty object is no error", "", nil},
		{"an item a line", "$ion_1_0 {Item:{pk:\"a\"}}\n$ion_1_0 {Item:{pk:\"b\"}}\n", []string{a, b}},
		{"markers are not needed", `{Item:{pk:"a"}}{Item:{pk:"b"}}`, []string{a, b}},
		{"a list of items", "$ion_1_0\n[\n  {\n    Item:{\n      pk:\"a\",\n    }\n  },\n  {Item:{pk:\"b\"}}\n]", []string{a, b}},
		{"names in every form", `{'Item':{"pk":"a",'it\'s':"b",'''lo''' '''ng''':"c",$:"d"}}`, []string{`{"$":{"S":"d"},"it's":{"S":"b"},"long":{"S":"c"},"pk":{"S":"a"}}`}},
		{"comments", "// one }\n$ion_1_0 /* two { */{Item:{// three }\npk:/* ' \" **/\"a\"/**/}} // no end", []string{a}},
		{"braces in quotes", `{Item:{pk:"a",'}':"}\"}",x:'''}'}''}\''''}}`, []string{`{"pk":{"S":"a"},"x":{"S":"}'}''}'"},"}":{"S":"}\"}"}}`}},
		{"a base64 that looks like a comment", `{Item:{pk:"a",b:{{ //// }},c:{{+/8=}}}}{Item:{pk:"b"}}`, []string{`{"b":{"B":"////"},"c":{"B":"+/8="},"pk":{"S":"a"}}`, b}},
		{"escapes", `{Item:{pk:"a",s:"\0\a\b\t\n\f\r\v\"\'\?\\\/\x41\u00e9\U0001f991\ud83e\udd91\` + "\n" + `."}}`,
			[]string{`{"pk":{"S":"a"},"s":{"S":"\u0000\u0007\b\t\n\f\r\u000B\"'?\\/Aé🦑🦑."}}`}},
		{"numbers", `{Item:{pk:"a",a:103.,b:6d2,c:-2D+3,d:1d-7,e:1_000.5_0,f:7,g:0.,h:-0.50}}`,
			[]string{`{"a":{"N":"103"},"b":{"N":"600"},"c":{"N":"-2000"},"d":{"N":"0.0000001"},"e":{"N":"1000.5"},"f":{"N":"7"},"g":{"N":"0"},"h":{"N":"-0.5"},"pk":{"S":"a"}}`}},
		{"every other type", `{Item:{pk:"a",t:true,f:false,n:null,m:null.string,ss:$dynamodb_SS::["b","a"],ns:'$dynamodb_NS' :: [1.,2d1],bs:$dynamodb_BS::[{{Ag==}}],l:["",[],{}],s:{k:{}},b:{{}}}}`,
			[]string{`{"b":{"B":""},"bs":{"BS":["Ag=="]},"f":{"BOOL":false},"l":{"L":[{"S":""},{"L":[]},{"M":{}}]},"m":{"NULL":true},"n":{"NULL":true},"ns":{"NS":["1","20"]},"pk":{"S":"a"},"s":{"M":{"k":{"M":{}}}},"ss":{"SS":["a","b"]},"t":{"BOOL":true}}`}},

		{"an item without its key is one error", `{Item:{x:"a"}}{Item:{pk:"b"}}`, []string{"0: " + badParam + "Missing the key pk in the item", b}},
		{"an empty set is one error", `{Item:{pk:"a",s:$dynamodb_NS::[]}}{Item:{pk:"b"}}`, []string{"0: " + badParam + "An number set  may not be empty", b}},
		{"an attribute without a name", `{Item:{pk:"a",'':"a"}}{Item:{pk:"b"}}`, []string{"0: " + badParam + "Empty attribute name", b}},

		{"what is no item ends the object", `{NotAnItem:{pk:"a"}}{Item:{pk:"b"}}`, []string{"0! " + noItem}},
		{"an item that is no struct", `{Item:"a"}{Item:{pk:"b"}}`, []string{"0! " + noMapping}},
		{"a struct that does not end", "{Item:{pk:\"a\"}\n{Item:{pk:\"b\"}}", []string{"0! " + unexpected}},
		{"a comment that does not end", `{Item:{pk:"a"}} /* `, []string{a, "1! " + unexpected}},
		{"binary Ion", "\xe0\x01\x00\xea\xd1", []string{"0! " + unexpected}},
		{"another version", `$ion_1_1 {Item:{pk:"a"}}`, []string{"0! " + unexpected}},
		{"a symbol table", `$ion_symbol_table::{symbols:["x"]} {Item:{pk:"a"}}`, []string{"0! " + unexpected}},
		{"a blob for a struct", `{{aGk=}} {Item:{pk:"a"}}`, []string{"0! " + unexpected}},
		{"a symbol for a value", `{Item:{pk:a}}`, []string{"0! " + noMapping}},
		{"a keyword in quotes is a symbol", `{Item:{pk:"a",x:'null'}}`, []string{"0! " + noMapping}},
		{"a float", `{Item:{pk:"a",x:1e3}}`, []string{"0! " + noMapping}},
		{"a timestamp", `{Item:{pk:"a",x:2020-01-01T}}`, []string{"0! " + noMapping}},
		{"an expression", `{Item:{pk:"a",x:(a b)}}`, []string{"0! " + unexpected}},
		{"an annotation that means nothing", `{Item:{pk:"a",x:other::["a"]}}`, []string{"0! " + noMapping}},
		{"a member of another type", `{Item:{pk:"a",x:$dynamodb_SS::[1.]}}`, []string{"0! " + noMapping}},
		{"a number with a zero before it", `{Item:{pk:"a",x:01.}}`, []string{"0! " + unexpected}},
		{"a base64 that is none", `{Item:{pk:"a",x:{{?}}}}`, []string{"0! " + noMapping}},
		{"half a character", `{Item:{pk:"\ud83e"}}`, []string{"0! " + unexpected}},
		{"a line end in a string", "{Item:{pk:\"a\nb\"}}", []string{"0! " + unexpected}},
		{"an escape that there is not", `{Item:{pk:"\q"}}`, []string{"0! " + unexpected}},
	})
}

func TestImportOfCSV(t *testing.T) {
	in := Input{Format: CSV, Types: map[string]attr.Kind{"pk": attr.String, "n": attr.Number, "b": attr.Binary}, Check: needsKey}
	const a, b = `{"pk":{"S":"a"}}`, `{"pk":{"S":"b"}}`
	testImport(t, in, []importCase{
		{"the first line is the header", "pk,x\na,1\nb,2\n", []string{`{"pk":{"S":"a"},"x":{"S":"1"}}`, `{"pk":{"S":"b"},"x":{"S":"2"}}`}},
		{"the last line may have no end", "pk,x\r\na,1\r\nb,2", []string{`{"pk":{"S":"a"},"x":{"S":"1"}}`, `{"pk":{"S":"b"},"x":{"S":"2"}}`}},
		{"a header alone", "pk,x\n", nil},
		{"columns of keys have their types", "pk,n,b,x\na,1.50,AP8=,7\n", []string{`{"b":{"B":"AP8="},"n":{"N":"1.5"},"pk":{"S":"a"},"x":{"S":"7"}}`}},
		{"empty columns are no attributes", "pk,x,y\na,,\nb,\"\",z\n", []string{a, `{"pk":{"S":"b"},"y":{"S":"z"}}`}},
		{"columns may be left out at the end", "pk,x\na\n", []string{a}},
		{"empty lines are no items", "pk\n\na\n\r\nb\n\n", []string{a, b}},
		{"quotes", "pk,value\n\"\"\"123\"\"\",\"Women's Full \"\"Length\"\" Dress\"\n", []string{`{"pk":{"S":"\"123\""},"value":{"S":"Women's Full \"Length\" Dress"}}`}},
		{"delimiters and line ends in quotes", "pk,x\na,\"1,2\r\n3\"\n", []string{`{"pk":{"S":"a"},"x":{"S":"1,2\r\n3"}}`}},
		{"blanks belong to values", "pk,x\na, 1 \n", []string{`{"pk":{"S":"a"},"x":{"S":" 1 "}}`}},
		{"a byte order mark", "\ufeffpk\na\n", []string{a}},

		{"an item without its key is one error", "title,artist\nThe Dark Side of the Moon,Pink Floyd\n", []string{"0: " + badParam + "Missing the key pk in the item"}},
		{"a number that is none is one error", "pk,n\na,x\nb,\n", []string{"0: The parameter cannot be converted to a numeric value: x", b}},
		{"a column without a name", "pk,\na,\na,x\n", []string{a, "1: " + badParam + "Empty attribute name"}},

		{"an object of no bytes has no header", "", []string{"0! " + noMapping}},
		{"a line with more columns than the header", "pk,x\na,1\nb,2,3\nc,3\n", []string{`{"pk":{"S":"a"},"x":{"S":"1"}}`, "1! " + noMapping}},
		{"a quote that is not escaped", "pk,x\na,value \"123\"\nb,2\n", []string{"0! " + noMapping}},
		{"text behind a closing quote", "pk,x\n\"a\"b,1\n", []string{"0! " + noMapping}},
		{"a quote that does not end", "pk,x\na,\"1\nb,2\n", []string{"0! " + noMapping}},
		{"text that is no UTF-8", "pk,x\na,\xff\n", []string{"0! " + noMapping}},
		{"a binary that is no base64", "pk,b\na,?\n", []string{"0! " + noMapping}},
	})
	in.HeaderList, in.Delimiter = []string{"pk", "x"}, ";"
	testImport(t, in, []importCase{
		{"with a HeaderList the first line is an item", "a;1,5\nb;\"2;5\"\n", []string{`{"pk":{"S":"a"},"x":{"S":"1,5"}}`, `{"pk":{"S":"b"},"x":{"S":"2;5"}}`}},
		{"with a HeaderList an object may be empty", "", nil},
	})
	in.Delimiter = "\t"
	testImport(t, in, []importCase{{"tabs", "a\t1\n", []string{`{"pk":{"S":"a"},"x":{"S":"1"}}`}}})
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t testing.TB, b []byte, options ...zstd.EOption) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func TestImportUnpacks(t *testing.T) {
	const a, b = `{"pk":{"S":"a"}}`, `{"pk":{"S":"b"}}`
	plain := []byte(`{"Item":` + a + "}\n" + `{"Item":` + b + "}\n")
	var long []byte
	for range 1000 {
		long = append(long, plain...)
	}
	torn := gzipped(t, long)
	const tornError = "! unexpected EOF. Remainder of the file will not be processed."
	for _, tt := range []struct {
		name, compression string
		object            []byte
		want              []string
		bytes             int
	}{
		{"nothing, by default", "", plain, []string{a, b}, len(plain)},
		{"nothing", "NONE", plain, []string{a, b}, len(plain)},
		{"GZIP", "GZIP", gzipped(t, plain), []string{a, b}, len(plain)},
		{"two members of GZIP", "GZIP", append(gzipped(t, plain[:17]), gzipped(t, plain[17:])...), []string{a, b}, len(plain)},
		{"GZIP of nothing", "GZIP", gzipped(t, nil), nil, 0},
		{"no bytes for GZIP", "GZIP", nil, nil, 0},
		{"ZSTD", "ZSTD", zstded(t, plain), []string{a, b}, len(plain)},
		{"two frames of ZSTD", "ZSTD", append(zstded(t, plain[:17]), zstded(t, plain[17:])...), []string{a, b}, len(plain)},
		{"no bytes for ZSTD", "ZSTD", nil, nil, 0},
		{"what is no GZIP", "GZIP", plain, []string{"0! Not in GZIP format. Remainder of the file will not be processed."}, 0},
		{"what is no ZSTD", "ZSTD", plain, []string{"0! invalid input: magic number mismatch. Remainder of the file will not be processed."}, 0},
		{"GZIP that was not asked for", "NONE", gzipped(t, plain), []string{"0! " + unexpected}, 0},
		{"half a header of GZIP", "GZIP", torn[:5], []string{"0" + tornError}, 0},
		{"another level of ZSTD", "ZSTD", zstded(t, plain, zstd.WithEncoderLevel(zstd.SpeedBestCompression)), []string{a, b}, len(plain)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, r := imported(Input{Format: DynamoDBJSON, Compression: tt.compression}, bytes.NewReader(tt.object))
			if fmt.Sprint(got) != fmt.Sprint(tt.want) || r.Bytes() != int64(tt.bytes) {
				t.Errorf("got  %q of %d bytes\nwant %q of %d bytes", got, r.Bytes(), tt.want, tt.bytes)
			}
		})
	}
	t.Run("torn GZIP ends where it is torn", func(t *testing.T) {
		got, _ := imported(Input{Format: DynamoDBJSON, Compression: "GZIP"}, bytes.NewReader(torn[:len(torn)-9]))
		if n := len(got); n < 2 || !strings.HasSuffix(got[n-1], tornError) || got[0] != a {
			t.Errorf("read %d, the last %q", n, got[max(0, n-1):])
		}
	})
	t.Run("a ZSTD window beyond the bound is refused", func(t *testing.T) {
		// A frame's header that asks for a window of 64 MB, and one empty block.
		frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 16 << 3, 0x01, 0x00, 0x00}
		got, _ := imported(Input{Format: DynamoDBJSON, Compression: "ZSTD"}, bytes.NewReader(frame))
		if len(got) != 1 || !strings.HasPrefix(got[0], "0! window size exceeded") {
			t.Errorf("got %q", got)
		}
	})
}

func TestAnObjectThatCannotBeReadIsNoItemError(t *testing.T) {
	broken := errors.New("connection reset")
	for _, in := range []Input{
		{Format: DynamoDBJSON}, {Format: Ion}, {Format: CSV, HeaderList: []string{"pk"}},
		{Format: DynamoDBJSON, Compression: "GZIP"}, {Format: DynamoDBJSON, Compression: "ZSTD"},
	} {
		object := []byte("")
		switch in.Compression {
		case "GZIP":
			object = gzipped(t, []byte(`{"Item":{}}`))[:12]
		case "ZSTD":
			object = zstded(t, []byte(`{"Item":{}}`))[:8]
		}
		got, _ := imported(in, io.MultiReader(bytes.NewReader(object), iotest.ErrReader(broken)))
		if fmt.Sprint(got) != "[error connection reset]" {
			t.Errorf("%+v: got %q, want the error of the reader", in, got)
		}
	}
}

// bomb is an endless record, which no bound of what is packed would stop.
func bomb(open, fill, shut string, size int) io.Reader {
	return io.MultiReader(strings.NewReader(open), io.LimitReader(repeat(fill), int64(size)), strings.NewReader(shut))
}

type repeat string

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r[i%len(r)]
	}
	return len(p) / len(r) * len(r), nil
}

func TestARecordBeyondTheBoundIsOneErrorAndIsNotKept(t *testing.T) {
	const size = 3 * maxRecordBytes
	for _, tt := range []struct {
		name             string
		in               Input
		open, fill, shut string
	}{
		{"JSON", Input{Format: DynamoDBJSON}, `{"Item":{"x":{"S":"`, "a", `"}}}` + "\n" + `{"Item":{"pk":{"S":"b"}}}`},
		{"Ion", Input{Format: Ion}, `{Item:{x:"`, "a", `"}}` + "\n" + `{Item:{pk:"b"}}`},
		{"CSV", Input{Format: CSV, HeaderList: []string{"pk"}}, `"`, "a", "\"\nb\n"},
		{"blanks in JSON", Input{Format: DynamoDBJSON}, `{"Item":`, " ", `{}}{"Item":{"pk":{"S":"b"}}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, r := imported(tt.in, bomb(tt.open, tt.fill, tt.shut, size))
			if want := []string{"0: " + tooLarge, `{"pk":{"S":"b"}}`}; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %.200q, want %q", got, want)
			}
			if kept := cap(r.records.buf); kept > 2*maxRecordBytes {
				t.Errorf("%d bytes were kept, the bound is %d", kept, maxRecordBytes)
			}
			if want := int64(len(tt.open) + size + len(tt.shut)); r.Bytes() != want {
				t.Errorf("Bytes = %d, want %d", r.Bytes(), want)
			}
		})
	}
}

func TestValuesBeyondTheBoundAreNotKept(t *testing.T) {
	values := strings.Repeat("[],", maxValues+1)
	got, _ := imported(Input{Format: Ion}, strings.NewReader("{Item:{pk:\"a\",l:["+values+"]}}{Item:{pk:\"b\"}}"))
	if want := []string{"0: " + tooLarge, `{"pk":{"S":"b"}}`}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %.200q, want %q", got, want)
	}
	values = strings.TrimSuffix(strings.Repeat(`{"L":[]},`, maxValues+1), ",")
	got, _ = imported(Input{Format: DynamoDBJSON}, strings.NewReader(`{"Item":{"pk":{"S":"a"},"l":{"L":[`+values+`]}}}{"Item":{"pk":{"S":"b"}}}`))
	if want := []string{"0: " + tooLarge, `{"pk":{"S":"b"}}`}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %.200q, want %q", got, want)
	}
}

func TestNestingBeyondTheLimitIsOneError(t *testing.T) {
	const nesting = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
	json := func(levels int) string {
		return `{"Item":{"l":` + strings.Repeat(`{"L":[`, levels) + strings.Repeat(`]}`, levels) + `}}`
	}
	ion := func(levels int) string {
		return `{Item:{l:` + strings.Repeat(`[`, levels) + strings.Repeat(`]`, levels) + `}}`
	}
	for _, tt := range []struct {
		format string
		nested func(int) string
	}{{DynamoDBJSON, json}, {Ion, ion}} {
		for levels, want := range map[int]bool{32: true, 33: false, 34: false, 4000: false} {
			got, _ := imported(Input{Format: tt.format}, strings.NewReader(tt.nested(levels)))
			if len(got) != 1 || (got[0] != "0: "+nesting) != want {
				t.Errorf("%s, %d levels: got %.300q", tt.format, levels, got)
			}
		}
	}
}

// An export and an import are each other's inverse, for whatever an item holds.
func TestWhatIsExportedIsImported(t *testing.T) {
	for _, format := range []string{DynamoDBJSON, Ion} {
		t.Run(format, rapid.MakeCheck(func(t *rapid.T) {
			items := rapid.SliceOfN(rapid.Custom(drawItem), 0, 4).Draw(t, "items")
			c := config(format)
			c.FileBytes = 200
			var b bucket
			x, err := Begin(c, b.create)
			if err != nil {
				t.Fatal(err)
			}
			if err := writeItems(items)(x); err != nil {
				t.Fatal(err)
			}
			if _, err := x.Finish(at("11:00:00.000")); err != nil {
				t.Fatal(err)
			}
			var got []attr.Item
			for _, key := range b.data() {
				for it, err := range NewReader(Input{Format: format, Compression: "GZIP"}, bytes.NewReader(b.objects[key])).Items() {
					if err != nil {
						t.Fatalf("read %s: %v", key, err)
					}
					got = append(got, it)
				}
			}
			if len(got) != len(items) {
				t.Fatalf("%d items of %d", len(got), len(items))
			}
			for i := range items {
				if !bytes.Equal(got[i], items[i]) {
					t.Fatalf("got  %s\nwant %s", appendJSONItem(nil, got[i]), appendJSONItem(nil, items[i]))
				}
			}
		}))
	}
}

func drawItem(t *rapid.T) attr.Item {
	return attr.NewItem(drawFields(t, 0, 1))
}

func drawFields(t *rapid.T, depth, shortest int) []attr.Field {
	names := rapid.SliceOfNDistinct(rapid.StringN(shortest, 6, -1), 0, 5, rapid.ID).Draw(t, "names")
	fields := make([]attr.Field, len(names))
	for i, name := range names {
		fields[i] = attr.Field{Name: name, Value: drawValue(t, depth+1)}
	}
	return fields
}

func drawValue(t *rapid.T, depth int) attr.Value {
	kinds := attr.BinarySet
	if depth < 5 {
		kinds = attr.Map
	}
	switch attr.Kind(rapid.IntRange(int(attr.Null), int(kinds)).Draw(t, "kind")) {
	case attr.Null:
		return attr.NullValue()
	case attr.Bool:
		return attr.BoolValue(rapid.Bool().Draw(t, "bool"))
	case attr.Number:
		return drawNumber(t)
	case attr.String:
		return attr.StringValue(rapid.String().Draw(t, "string"))
	case attr.Binary:
		return attr.BinaryValue(rapid.SliceOf(rapid.Byte()).Draw(t, "binary"))
	case attr.StringSet:
		return drawSet(t, attr.StringSet, func() []byte { return []byte(rapid.StringN(1, -1, -1).Draw(t, "member")) })
	case attr.NumberSet:
		return drawSet(t, attr.NumberSet, func() []byte { return drawNumber(t).Payload() })
	case attr.BinarySet:
		return drawSet(t, attr.BinarySet, func() []byte { return rapid.SliceOfN(rapid.Byte(), 1, -1).Draw(t, "member") })
	case attr.List:
		elements := make([]attr.Value, rapid.IntRange(0, 4).Draw(t, "elements"))
		for i := range elements {
			elements[i] = drawValue(t, depth+1)
		}
		return attr.ListOf(elements...)
	}
	return attr.MapOf(drawFields(t, depth, 0)...)
}

func drawSet(t *rapid.T, kind attr.Kind, member func() []byte) attr.Value {
	members := make([][]byte, rapid.IntRange(1, 4).Draw(t, "members"))
	for i := range members {
		members[i] = member()
	}
	return attr.SetOf(kind, members)
}

func drawNumber(t *rapid.T) attr.Value {
	text := rapid.StringMatching(`-?[0-9]{1,38}`).Draw(t, "digits")
	v, err := attr.ParseNumber(fmt.Sprintf("%sE%d", text, rapid.IntRange(-130, 88).Draw(t, "exponent")))
	if err != nil {
		return attr.NumberOf(0) // out of range
	}
	return v
}
