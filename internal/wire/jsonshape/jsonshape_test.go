package jsonshape_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/jsonshape"
)

// thing has a member of every kind.
type thing struct {
	Name    string // required
	Note    *string
	Colour  string
	Data    []byte
	On      *bool
	Count   *int64
	Total   *int64
	Ratio   *float64
	At      *time.Time
	Started *time.Time
	Inner   *thing
	Parts   []thing
	Words   []string
	Labels  map[string]string
	Named   map[string]thing
	Header  *string
}

const (
	atThing wire.Ref = iota
	atString
	atColour
	atBlob
	atBool
	atInteger
	atLong
	atDouble
	atTime
	atThings
	atStrings
	atLabels
	atNamed
)

var things = wire.Service{Shapes: []wire.Shape{
	atThing: {Name: "Thing", Kind: wire.Structure, Members: []wire.Member{
		{Name: "Name", Shape: atString, Required: true},
		{Name: "Note", Shape: atString},
		{Name: "Colour", Shape: atColour},
		{Name: "Data", Shape: atBlob},
		{Name: "On", Shape: atBool},
		{Name: "Count", Shape: atInteger},
		{Name: "Total", Shape: atLong},
		{Name: "Ratio", Shape: atDouble},
		{Name: "At", Shape: atTime},
		{Name: "Started", Shape: atTime, Wire: "started-at", TimestampFormat: wire.ISO8601},
		{Name: "Inner", Shape: atThing},
		{Name: "Parts", Shape: atThings},
		{Name: "Words", Shape: atStrings},
		{Name: "Labels", Shape: atLabels},
		{Name: "Named", Shape: atNamed},
		{Name: "Header", Shape: atString, In: wire.InHeader},
	}},
	atString:  {Name: "String", Kind: wire.String},
	atColour:  {Name: "Colour", Kind: wire.Enum},
	atBlob:    {Name: "Blob", Kind: wire.Blob},
	atBool:    {Name: "Bool", Kind: wire.Boolean},
	atInteger: {Name: "Integer", Kind: wire.Integer},
	atLong:    {Name: "Long", Kind: wire.Long},
	atDouble:  {Name: "Double", Kind: wire.Double},
	atTime:    {Name: "Time", Kind: wire.Timestamp},
	atThings:  {Name: "Things", Kind: wire.List, Element: atThing},
	atStrings: {Name: "Strings", Kind: wire.List, Element: atString},
	atLabels:  {Name: "Labels", Kind: wire.Map, Key: atString, Element: atString},
	atNamed:   {Name: "Named", Kind: wire.Map, Key: atString, Element: atThing},
}}

func decode(text string) (thing, *wire.Presence, error) {
	var in thing
	var given wire.Presence
	err := jsonshape.NewDecoder(&things, []byte(text), &given).Document(atThing, reflect.ValueOf(&in).Elem(), nil)
	return in, &given, err
}

func TestDocumentReads(t *testing.T) {
	second := time.Unix(1795482123, 0).UTC()
	for _, tt := range []struct {
		name, text string
		want       thing
	}{
		{"nothing", "", thing{}},
		{"an empty object, with space", " {}\n", thing{}},
		{"texts", `{"Name":"a","Note":"b\u00e9\ud83d\ude00"}`, thing{Name: "a", Note: new("bé😀")}},
		{"an empty text is there", `{"Note":""}`, thing{Note: new("")}},
		{"null is not there", `{"Name":null,"Note":null,"Inner":null,"Parts":null,"Labels":null,"Count":null}`, thing{}},
		{"members nobody knows, however deep", `{"Nobody":{"a":[1,{"b":null}]},"Name":"a"}`, thing{Name: "a"}},
		{"a member that travels in a header is none of the body's", `{"Header":"h"}`, thing{}},
		{"bytes", `{"Data":"AAEC"}`, thing{Data: []byte{0, 1, 2}}},
		{"a boolean", `{"On":false}`, thing{On: new(false)}},
		{"numbers", `{"Count":-2147483648,"Total":9223372036854775807,"Ratio":1.5e-3}`, thing{Count: new(int64(math.MinInt32)), Total: new(int64(math.MaxInt64)), Ratio: new(1.5e-3)}},
		{"whole numbers written as fractions", `{"Count":5.0,"Total":1e3}`, thing{Count: new(int64(5)), Total: new(int64(1000))}},
		{"a fraction written whole", `{"Ratio":2}`, thing{Ratio: new(2.0)}},
		{"what JSON has no number for", `{"Ratio":"-Infinity"}`, thing{Ratio: new(math.Inf(-1))}},
		{"a time in seconds", `{"At":1795482123}`, thing{At: &second}},
		{"a time in seconds and milliseconds", `{"At":1795482123.25}`, thing{At: new(second.Add(250 * time.Millisecond))}},
		{"a time as text", `{"started-at":"2026-11-24T01:02:03Z","At":"2026-11-24T01:02:03Z"}`, thing{Started: &second, At: &second}},
		{"structures in structures", `{"Inner":{"Inner":{"Name":"a"}}}`, thing{Inner: &thing{Inner: &thing{Name: "a"}}}},
		{"lists", `{"Words":["a","b"],"Parts":[{"Name":"a"},{}]}`, thing{Words: []string{"a", "b"}, Parts: []thing{{Name: "a"}, {}}}},
		{"an empty list is there", `{"Words":[]}`, thing{Words: []string{}}},
		{"maps, without their nulls", `{"Labels":{"a":"b","c":null,"":"d"},"Named":{"x":{"Name":"y"}}}`, thing{Labels: map[string]string{"a": "b", "": "d"}, Named: map[string]thing{"x": {Name: "y"}}}},
		{"of two by one name, the last counts", `{"Name":"a","Name":"b"}`, thing{Name: "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := decode(tt.text)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Document(%s)\n got %+v, %v\nwant %+v", tt.text, got, err, tt.want)
			}
		})
	}
}

func TestDocumentRefuses(t *testing.T) {
	deep := strings.Repeat(`{"Inner":`, 200) + "{}" + strings.Repeat("}", 200)
	for _, tt := range []struct{ name, text, message string }{
		{"no JSON", "nonsense", ""},
		{"space alone is no object", `"`, ""},
		{"an object that does not end", `{"Name":"a"`, ""},
		{"a list that does not end", `{"Words":["a"`, ""},
		{"more than one value", `{}{}`, ""},
		{"no UTF-8", "{\"Name\":\"\xff\"}", ""},
		{"half of a surrogate pair", `{"Name":"\ud83d"}`, ""},
		{"a list as the document", `[]`, "Start of list found where not expected"},
		{"a text as the document", `"a"`, "Unexpected field type"},
		{"a number where a text is due", `{"Name":1}`, "NUMBER_VALUE cannot be converted to String"},
		{"true where a text is due", `{"Name":true}`, "TRUE_VALUE cannot be converted to String"},
		{"an object where a text is due", `{"Name":{}}`, "Start of structure or map found where not expected."},
		{"a list where a text is due", `{"Name":[]}`, "Start of list found where not expected"},
		{"an object where a list is due", `{"Words":{}}`, "Start of structure or map found where not expected."},
		{"a list where an object is due", `{"Inner":[]}`, "Start of list found where not expected"},
		{"a text where an object is due", `{"Inner":"a"}`, "Unexpected field type"},
		{"a text where a list is due", `{"Words":"a"}`, "Unexpected field type"},
		{"a text where a number is due", `{"Count":"1"}`, "STRING_VALUE cannot be converted to Integer"},
		{"a number that is too large", `{"Count":2147483648}`, "NUMBER_VALUE cannot be converted to Integer"},
		{"a fraction where a whole number is due", `{"Total":1.5}`, "NUMBER_VALUE cannot be converted to Long"},
		{"a text where a boolean is due", `{"On":"true"}`, "STRING_VALUE cannot be converted to Boolean"},
		{"a word where a fraction is due", `{"Ratio":"many"}`, "STRING_VALUE cannot be converted to Double"},
		{"a word where a time is due", `{"At":"soon"}`, "STRING_VALUE cannot be converted to Timestamp"},
		{"what is not base64", `{"Data":"a"}`, ""},
		{"nesting without end", deep, "Document nesting exceeds the maximum depth"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := decode(tt.text)
			e := awserr.From(err)
			if err == nil || e.Code != awserr.CodeSerialization || e.Status != 400 || tt.message != "" && e.Message != tt.message {
				t.Errorf("Document(%.80s) = %v, want %s", tt.text, err, tt.message)
			}
		})
	}
}

func TestDocumentNotesTheRequiredMembersThatWereAbsent(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "{}": true, `{"Name":null}`: true, `{"Name":""}`: false, `{"Name":"a","Inner":{}}`: true, `{"Name":"a","Parts":[{"Name":"b"}]}`: false,
	} {
		_, given, err := decode(text)
		if err != nil || given.AnyAbsent() != want {
			t.Errorf("Document(%s): AnyAbsent = %v, %v, want %v", text, given.AnyAbsent(), err, want)
		}
	}
}

func TestAppendWrites(t *testing.T) {
	at := time.Unix(1795482123, 250e6).UTC()
	for _, tt := range []struct {
		name string
		in   thing
		want string
	}{
		{"a required text always", thing{}, `{"Name":""}`},
		{"texts, escaped", thing{Name: "a\"\\\n\x00é<&\u2028", Note: new("")}, `{"Name":"a\"\\\n\u0000é<&` + "\u2028" + `","Note":""}`},
		{"bytes that are no UTF-8, replaced", thing{Name: "a\xffb"}, `{"Name":"a` + "\uFFFD" + `b"}`},
		{"scalars", thing{Data: []byte{0, 1, 2}, On: new(false), Count: new(int64(-1)), Total: new(int64(math.MaxInt64)), Ratio: new(2.0)},
			`{"Name":"","Data":"AAEC","On":false,"Count":-1,"Total":9223372036854775807,"Ratio":2.0}`},
		{"what JSON has no number for", thing{Ratio: new(math.NaN())}, `{"Name":"","Ratio":"NaN"}`},
		{"times in their formats", thing{At: &at, Started: &at}, `{"Name":"","At":1795482123.25,"started-at":"2026-11-24T01:02:03.250Z"}`},
		{"empty lists and maps, but not absent ones", thing{Words: []string{}, Labels: map[string]string{}}, `{"Name":"","Words":[],"Labels":{}}`},
		{"keys in order", thing{Labels: map[string]string{"b": "2", "a": "1"}, Named: map[string]thing{"x": {}}}, `{"Name":"","Labels":{"a":"1","b":"2"},"Named":{"x":{"Name":""}}}`},
		{"structures", thing{Inner: &thing{Name: "i"}, Parts: []thing{{Name: "p"}}}, `{"Name":"","Inner":{"Name":"i"},"Parts":[{"Name":"p"}]}`},
		{"nothing that travels in a header", thing{Header: new("h")}, `{"Name":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := jsonshape.Append(nil, &things, atThing, reflect.ValueOf(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("Append\n got %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		"", "{}", `{"Name":"a","Note":"\ud83d\ude00","Colour":"","Data":"AAEC","On":true,"Count":5.0,"Total":1e3,"Ratio":"NaN","At":1.5,"started-at":"2026-11-24T01:02:03Z"}`,
		`{"Inner":{"Inner":{}},"Parts":[{},null],"Words":[],"Labels":{"a":null},"Named":{"x":{}}}`, `{"Nobody":[[[[]]]]}`, `[`, `{"Name":{`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, _, err := decode(text)
		if err != nil {
			if code := awserr.Code(err); code != awserr.CodeSerialization {
				t.Fatalf("Document(%q) = %v", text, err)
			}
			return
		}
		written, err := jsonshape.Append(nil, &things, atThing, reflect.ValueOf(in))
		if err != nil {
			t.Fatalf("Append(%+v) = %v", in, err)
		}
		again, _, err := decode(string(written))
		if err != nil {
			t.Fatalf("Document(%s), from %q: %v", written, text, err)
		}
		rewritten, err := jsonshape.Append(nil, &things, atThing, reflect.ValueOf(again))
		if err != nil || !bytes.Equal(written, rewritten) {
			t.Errorf("%q is written %s and then %s (%v)", text, written, rewritten, err)
		}
	})
}
