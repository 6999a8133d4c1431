package restbind_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/restbind"
)

// message has a member in every place.
type message struct {
	ID      string // required, in the path
	Page    int64  // required, in the query
	Sort    string // an enumeration in the query
	Tags    []string
	Rest    map[string]string
	Since   *time.Time
	Flag    *bool
	Ratio   *float64
	Data    []byte
	List    []string
	Numbers []int64
	Meta    map[string]string
	Status  *int64
	Body    *string
}

const (
	atMessage wire.Ref = iota
	atString
	atInteger
	atEnum
	atStrings
	atMap
	atTime
	atBool
	atDouble
	atBlob
	atIntegers
)

func service(p wire.Protocol) *wire.Service {
	return &wire.Service{Protocol: p,
		Operations: []wire.Operation{{Name: "Send", Method: "GET", URI: "/messages/{ID}?mode=fast", Input: atMessage, Output: atMessage}},
		Shapes: []wire.Shape{
			atMessage: {Name: "Message", Kind: wire.Structure, Members: []wire.Member{
				{Name: "ID", Shape: atString, In: wire.InURI, Required: true},
				{Name: "Page", Shape: atInteger, In: wire.InQuery, Wire: "page", Required: true},
				{Name: "Sort", Shape: atEnum, In: wire.InQuery, Wire: "sort"},
				{Name: "Tags", Shape: atStrings, In: wire.InQuery, Wire: "tag"},
				{Name: "Rest", Shape: atMap, In: wire.InQuery},
				{Name: "Since", Shape: atTime, In: wire.InHeader, Wire: "If-Modified-Since"},
				{Name: "Flag", Shape: atBool, In: wire.InHeader, Wire: "X-Flag"},
				{Name: "Ratio", Shape: atDouble, In: wire.InHeader, Wire: "X-Ratio"},
				{Name: "Data", Shape: atBlob, In: wire.InHeader, Wire: "X-Data"},
				{Name: "List", Shape: atStrings, In: wire.InHeader, Wire: "X-List"},
				{Name: "Numbers", Shape: atIntegers, In: wire.InHeader, Wire: "X-Numbers"},
				{Name: "Meta", Shape: atMap, In: wire.InHeaders, Wire: "x-amz-meta-"},
				{Name: "Status", Shape: atInteger, In: wire.InStatus},
				{Name: "Body", Shape: atString},
			}},
			atString:   {Name: "String", Kind: wire.String},
			atInteger:  {Name: "Integer", Kind: wire.Integer},
			atEnum:     {Name: "Enum", Kind: wire.Enum},
			atStrings:  {Name: "Strings", Kind: wire.List, Element: atString},
			atMap:      {Name: "Map", Kind: wire.Map, Key: atString, Element: atString},
			atTime:     {Name: "Time", Kind: wire.Timestamp},
			atBool:     {Name: "Bool", Kind: wire.Boolean},
			atDouble:   {Name: "Double", Kind: wire.Double},
			atBlob:     {Name: "Blob", Kind: wire.Blob},
			atIntegers: {Name: "Integers", Kind: wire.List, Element: atInteger},
		}}
}

func decode(t *testing.T, p wire.Protocol, target string, header http.Header) (message, *wire.Presence, error) {
	t.Helper()
	s := service(p)
	r := httptest.NewRequest("GET", target, nil)
	if header != nil {
		r.Header = header
	}
	s.Shapes[atMessage].Members[0].Required = true
	op, labels := wire.NewRouter(s).Match(r)
	if op == nil {
		t.Fatalf("%s names no operation", target)
	}
	var in message
	var given wire.Presence
	err := restbind.Decode(&wire.Request{Request: r, Service: s, Operation: op, Labels: labels}, reflect.ValueOf(&in).Elem(), &given)
	return in, &given, err
}

func TestDecodeReadsEveryPlace(t *testing.T) {
	at := time.Unix(1795482123, 0).UTC()
	for _, tt := range []struct {
		name, target string
		header       http.Header
		want         message
	}{
		{"the path", "/messages/a%2Fb%20c?mode=fast&page=1", nil, message{ID: "a/b c", Page: 1}},
		{"the query, with what no member names", "/messages/a?mode=fast&page=-1&sort=up&tag=x&tag=&other=1&other=2&ID=z", nil,
			message{ID: "a", Page: -1, Sort: "up", Tags: []string{"x", ""}, Rest: map[string]string{"other": "1", "ID": "z"}}},
		{"headers", "/messages/a?mode=fast&page=1", http.Header{
			"If-Modified-Since": {"Tue, 24 Nov 2026 01:02:03 GMT"}, "X-Flag": {"true"}, "X-Ratio": {"1.5"}, "X-Data": {"AAEC"},
			"X-List": {"a, b", "c"}, "X-Numbers": {"1,2"}, "X-Amz-Meta-Colour": {"blue", "red"}, "X-Amz-Metal": {"no"}, "X-Amz-Meta-": {"nameless"}},
			message{ID: "a", Page: 1, Since: &at, Flag: new(true), Ratio: new(1.5), Data: []byte{0, 1, 2}, List: []string{"a", "b", "c"},
				Numbers: []int64{1, 2}, Meta: map[string]string{"colour": "blue,red", "": "nameless"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, given, err := decode(t, wire.RestJSON, tt.target, tt.header)
			if err != nil || !reflect.DeepEqual(got, tt.want) || given.AnyAbsent() {
				t.Errorf("Decode(%s)\n got %+v, %v\nwant %+v", tt.target, got, err, tt.want)
			}
		})
	}
}

func TestDecodeNotesWhatWasAbsent(t *testing.T) {
	if _, given, err := decode(t, wire.RestJSON, "/messages/a?mode=fast", nil); err != nil || !given.AnyAbsent() {
		t.Errorf("a required parameter that is missing: %v, noted %v", err, given.AnyAbsent())
	}
}

func TestDecodeTellsWhichMemberWasMalformed(t *testing.T) {
	for _, tt := range []struct {
		target string
		header http.Header
		member string
		text   string
	}{
		{"/messages/a?mode=fast&page=one", nil, "Page", "one"},
		{"/messages/a?mode=fast&page=", nil, "Page", ""},
		{"/messages/a?mode=fast&page=2147483648", nil, "Page", "2147483648"},
		{"/messages/a?mode=fast&page=1", http.Header{"X-Numbers": {"1,b"}}, "Numbers", "1,b"},
		{"/messages/a?mode=fast&page=1", http.Header{"X-Flag": {"perhaps"}}, "Flag", "perhaps"},
		{"/messages/a?mode=fast&page=1", http.Header{"X-Data": {"%"}}, "Data", "%"},
		{"/messages/a?mode=fast&page=1", http.Header{"If-Modified-Since": {"soon"}}, "Since", "soon"},
	} {
		_, _, err := decode(t, wire.RestJSON, tt.target, tt.header)
		bad, ok := errors.AsType[*restbind.Malformed](err)
		if !ok || bad.Member.Name != tt.member || bad.Text != tt.text || awserr.Code(err) != awserr.CodeSerialization {
			t.Errorf("Decode(%s, %v) = %v, want %s malformed: %q", tt.target, tt.header, err, tt.member, tt.text)
		}
	}
}

func TestDecodeTakesHeadersFromTheQueryInRestXMLAlone(t *testing.T) {
	const target = "/messages/a?mode=fast&page=1&X-Amz-Meta-colour=blue"
	if got, _, err := decode(t, wire.RestXML, target, nil); err != nil || got.Meta["colour"] != "blue" {
		t.Errorf("restXml: %+v, %v", got, err)
	}
	if got, _, err := decode(t, wire.RestJSON, target, nil); err != nil || got.Meta != nil {
		t.Errorf("restJson: %+v, %v", got, err)
	}
}

func TestEncodeHeadersWritesHeadersAndStatus(t *testing.T) {
	at := time.Unix(1795482123, 0)
	out := message{ID: "unseen", Since: &at, Flag: new(false), Ratio: new(1.5), Data: []byte{0, 1, 2}, List: []string{"a", "b"},
		Numbers: []int64{1, 2}, Meta: map[string]string{"colour": "blue"}, Status: new(int64(202)), Body: new("unseen")}
	s := service(wire.RestJSON)
	h := http.Header{}
	status, err := restbind.EncodeHeaders(h, s, s.Shape(atMessage), reflect.ValueOf(out), 200)
	want := http.Header{"If-Modified-Since": {"Tue, 24 Nov 2026 01:02:03 GMT"}, "X-Flag": {"false"}, "X-Ratio": {"1.5"}, "X-Data": {"AAEC"},
		"X-List": {"a,b"}, "X-Numbers": {"1,2"}}
	want["x-amz-meta-"+"colour"] = []string{"blue"} // spelled as it was given
	if err != nil || status != 202 || !reflect.DeepEqual(h, want) {
		t.Errorf("EncodeHeaders = %d, %v\n got %v\nwant %v", status, err, h, want)
	}
}

func TestEncodeHeadersLeavesOutWhatIsAbsent(t *testing.T) {
	s := service(wire.RestJSON)
	h := http.Header{}
	if status, err := restbind.EncodeHeaders(h, s, s.Shape(atMessage), reflect.ValueOf(message{}), 201); err != nil || status != 201 || len(h) > 0 {
		t.Errorf("EncodeHeaders = %d, %v, %v", status, err, h)
	}
}
