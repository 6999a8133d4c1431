package jsonscan_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"cloudless/internal/wire/jsonscan"
)

// document is {"text": string, "on": boolean, "count": integer, "data": binary,
// "kind": "a" or "b", "parts": [document, …]}, all optional.
type document struct {
	text  string
	on    bool
	count int64
	data  []byte
	kind  string
	parts []document
}

func (d *document) scan(s *jsonscan.Scanner) {
	var seen uint64
	for s.Open('{'); s.More('}'); {
		switch string(s.Name()) {
		case "text":
			s.Once(&seen, 0)
			d.text = s.String()
		case "on":
			s.Once(&seen, 1)
			d.on = s.Boolean()
		case "count":
			s.Once(&seen, 2)
			d.count = s.Integer(32)
		case "data":
			s.Once(&seen, 3)
			d.data = s.Blob()
		case "kind":
			s.Once(&seen, 4)
			d.kind = s.Enum("a", "b")
		case "parts":
			s.Once(&seen, 5)
			for s.Open('['); s.More(']'); {
				var part document
				part.scan(s)
				d.parts = append(d.parts, part)
			}
		default:
			s.Fail()
		}
	}
}

func read(text string) (document, bool) {
	s := jsonscan.New([]byte(text))
	var d document
	d.scan(&s)
	return d, s.Done()
}

func TestScannerTakes(t *testing.T) {
	for text, want := range map[string]document{
		`{}`:                     {},
		" {\t}\r\n":              {},
		`{"text":"a","on":true}`: {text: "a", on: true},
		`{ "on" : false , "count" : -12 , "kind" : "b" }`:     {count: -12, kind: "b"},
		`{"count":0,"data":""}`:                               {data: []byte{}},
		`{"data":"AAEC"}`:                                     {data: []byte{0, 1, 2}},
		`{"data":"\/\/8="}`:                                   {data: []byte{0xff, 0xff}},
		`{"parts":[]}`:                                        {},
		`{"parts":[{},{"text":"x","parts":[{"on":true}]}]}`:   {parts: []document{{}, {text: "x", parts: []document{{on: true}}}}},
		`{"text":"\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\uDE00"}`: {text: "\"\\/\b\f\n\r\té€😀"},
		`{"text":"long enough for eight bytes at a time, é and then \" again"}`: {text: "long enough for eight bytes at a time, é and then \" again"},
		`{"count":2147483647}`: {count: math.MaxInt32},
	} {
		got, ok := read(text)
		if !ok || !same(got, want) {
			t.Errorf("%s is read as %+v, %v, want %+v", text, got, ok, want)
		}
	}
}

func same(a, b document) bool {
	return a.text == b.text && a.on == b.on && a.count == b.count && bytes.Equal(a.data, b.data) && (a.data == nil) == (b.data == nil) &&
		a.kind == b.kind && slices.EqualFunc(a.parts, b.parts, same)
}

func TestScannerGivesUp(t *testing.T) {
	for _, text := range []string{
		"", " ", "null", "1", `"a"`, "[]", "{", "}", "{,}", `{"text"}`, `{"text":}`, `{"text":"a",}`, `{"text":"a"}x`, `{"text":"a"}{}`,
		`{"text":"a" "on":true}`, `{text:"a"}`, `{"text":"a","text":"a"}`, `{"nobody":1}`, `{"te\u0078t":"a"}`,
		`{"text":null}`, `{"text":1}`, `{"text":"a`, `{"text":"a\`, `{"text":"\x"}`, `{"text":"\u12"}`, `{"text":"\u123g"}`, `{"text":"\u+123"}`,
		`{"text":"\ud83d"}`, `{"text":"\ude00\ud83d"}`, `{"text":"\ud83dx"}`, `{"text":"\ud83d\n"}`, "{\"text\":\"\n\"}", "{\"text\":\"\x00\"}",
		"{\"text\":\"12345678\x1f\"}", "{\"text\":\"\xff\"}", "{\"text\":\"\\\xc3\xa9\"}", "{\"text\":\"\xed\xa0\x80\"}", "{\"\xff\":1}",
		`{"on":"true"}`, `{"on":tru}`, `{"on":TRUE}`, `{"count":1.0}`, `{"count":1e2}`, `{"count":01}`, `{"count":-}`, `{"count":}`, `{"count":+1}`,
		`{"count":2147483648}`, `{"count":"1"}`, `{"data":"A"}`, `{"data":"A==="}`, `{"data":1}`, `{"kind":"c"}`, `{"kind":""}`, `{"kind":"\u0061"}`,
		`{"parts":{}}`, `{"parts":[}`, `{"parts":[{},]}`, `{"parts":[,]}`, `{"parts":[{} {}]}`, `{"parts":[null]}`, `{"parts":[[]]}`, `{"parts":[{]}}`,
		strings.Repeat(`{"parts":[`, 40) + strings.Repeat(`]}`, 40),
		`{"parts":[` + strings.Repeat("{},", 1<<20) + `{}]}`,
	} {
		if got, ok := read(text); ok {
			t.Errorf("%.200s is read as %+v", text, got)
		}
	}
}

func TestBounds(t *testing.T) {
	for _, tt := range []struct {
		name  string
		check func(*jsonscan.Scanner)
		keeps bool
	}{
		{"a text of one character", func(s *jsonscan.Scanner) { s.Length("é", 1, 1) }, true},
		{"too short a text", func(s *jsonscan.Scanner) { s.Length("", 1, 5) }, false},
		{"too short a text of long characters", func(s *jsonscan.Scanner) { s.Length("éé", 3, 5) }, false},
		{"a text of long characters", func(s *jsonscan.Scanner) { s.Length("éééé", 3, 5) }, true},
		{"too long a text", func(s *jsonscan.Scanner) { s.Length("abcdef", 3, 5) }, false},
		{"few", func(s *jsonscan.Scanner) { s.Count(0, 1, 5) }, false},
		{"enough", func(s *jsonscan.Scanner) { s.Count(5, 1, 5) }, true},
		{"many", func(s *jsonscan.Scanner) { s.Count(6, 1, 5) }, false},
		{"a small number", func(s *jsonscan.Scanner) { s.Range(-1, 0, 9) }, false},
		{"a number", func(s *jsonscan.Scanner) { s.Range(0, 0, 9) }, true},
		{"a large number", func(s *jsonscan.Scanner) { s.Range(10, 0, 9) }, false},
		{"all members", func(s *jsonscan.Scanner) { s.Require(7, 5) }, true},
		{"a member missing", func(s *jsonscan.Scanner) { s.Require(6, 5) }, false},
		{"a name", func(s *jsonscan.Scanner) { s.IsName("aZ09_.-") }, true},
		{"no name", func(s *jsonscan.Scanner) { s.IsName("a/b") }, false},
		{"an empty name", func(s *jsonscan.Scanner) { s.IsName("") }, false},
	} {
		s := jsonscan.New(nil)
		if tt.check(&s); s.Done() != tt.keeps {
			t.Errorf("%s: keeps its bounds: %v, want %v", tt.name, s.Done(), tt.keeps)
		}
	}
}

// FuzzString compares strings with package jsontext: what is read is the same,
// and so is what is written.
func FuzzString(f *testing.F) {
	for _, seed := range []string{``, `a`, `\u00e9\ud83d\ude00\/`, "é\u2028\u007f\x01", `\ud800`, "\xff\xfe", `1234567"`, `12345678\n`, "<script>&"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := `"` + text + `"`
		s := jsonscan.New([]byte(quoted))
		got := s.String()
		token, err := jsontext.NewDecoder(strings.NewReader(quoted)).ReadToken()
		if s.Done() && (err != nil || token.Kind() != '"' || token.String() != got) {
			t.Errorf("%s is read as %q; jsontext: %v", quoted, got, err)
		}
		want, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\uFFFD"))
		if err != nil {
			t.Fatal(err)
		}
		if got := jsonscan.AppendString(nil, text); !bytes.Equal(got, want) {
			t.Errorf("%q is written as %s, want %s", text, got, want)
		}
	})
}

// FuzzScanner reads whatever comes; what it takes is JSON.
func FuzzScanner(f *testing.F) {
	f.Add(`{"text":"a","on":true,"count":-1,"data":"AAEC","kind":"a","parts":[{},{"parts":[]}]}`)
	f.Add(`{"parts":[{"text":"\u0000"}, {"count" : 12}]} `)
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := read(text); ok && !jsontext.Value(text).IsValid() {
			t.Errorf("%s is read as %+v", text, d)
		}
	})
}

func BenchmarkString(b *testing.B) {
	text := []byte(`"` + strings.Repeat("v", 200) + `"`)
	b.ReportAllocs()
	for b.Loop() {
		s := jsonscan.New(text)
		if got := s.String(); got == "" || !s.Done() {
			b.Fatal("gave up")
		}
	}
}
