package xmlshape_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/wiretest"
	"cloudless/internal/wire/xmlshape"
)

var schema = wiretest.Schema(wire.RestXML)

func decode(text string) (wiretest.Thing, *wire.Presence, error) {
	var in wiretest.Thing
	var given wire.Presence
	err := xmlshape.NewDecoder(schema, []byte(text), &given).Document("Thing", schema.Operations[0].Input, reflect.ValueOf(&in).Elem(), nil)
	return in, &given, err
}

func encode(t *testing.T, in wiretest.Thing) []byte {
	t.Helper()
	text, err := xmlshape.Append([]byte(xmlshape.Header), schema, schema.Operations[0].Output, reflect.ValueOf(in), "Thing", "https://things.test/")
	if err != nil {
		t.Fatalf("Append(%+v) = %v", in, err)
	}
	return text
}

func TestDocumentRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, message string }{
		{"nothing", "", "the document is not well-formed: EOF"},
		{"text alone", "nonsense", "text outside of the root element"},
		{"another root", "<Other/>", `the root element is "Other", not "Thing"`},
		{"a second root", "<Thing></Thing><Thing/>", `the document has a second root element: "Thing"`},
		{"text behind the root", "<Thing></Thing>more", "text outside of the root element"},
		{"a document type", "<!DOCTYPE Thing><Thing/>", "document types are not accepted"},
		{"text between members", "<Thing>text<Name>a</Name></Thing>", `text between the members of "Thing"`},
		{"a member that nobody knows", "<Thing><Nobody/></Thing>", `"Thing" has no member "Nobody"`},
		{"a member given twice", "<Thing><Name>a</Name><Name>b</Name></Thing>", `a second "Name"`},
		{"an element within a text", "<Thing><Name>a<b/></Name></Thing>", `element "b" within "Name", which is text`},
		{"another element in a list", "<Thing><Words><member>a</member><item>b</item></Words></Thing>", `"Words" has no member "item"`},
		{"another element in a map", "<Thing><Map><item/></Map></Thing>", `"Map" has no member "item"`},
		{"an entry without a key", "<Thing><Map><entry><value>a</value></entry></Map></Thing>", `an entry of "map" must begin with its "key"`},
		{"an entry without a value", "<Thing><Map><entry><key>a</key></entry></Map></Thing>", `the entry "a" of "map" has no "value"`},
		{"an entry with more", "<Thing><Map><entry><key>a</key><value>b</value><value>c</value></entry></Map></Thing>", `the entry "a" of "map" has a third member "value"`},
		{"a word where a number is due", "<Thing><Count>one</Count></Thing>", `count: not an integer: "one"`},
		{"a number that is too large", "<Thing><Count>2147483648</Count></Thing>", `count: not an integer: "2147483648"`},
		{"nothing where a number is due", "<Thing><Count/></Thing>", `count: not an integer: ""`},
		{"elements without end", strings.Repeat("<Thing><Inner>", 1) + strings.Repeat("<Inner>", 100), "elements are nested more than 64 deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := decode(tt.text)
			if e := awserr.From(err); err == nil || e.Code != awserr.CodeSerialization || e.Message != tt.message {
				t.Errorf("Document(%.80s) = %v, want %s", tt.text, err, tt.message)
			}
		})
	}
}

func TestDocumentNotesEveryRequiredMemberThatWasAbsent(t *testing.T) {
	for text, want := range map[string]bool{
		"<Thing/>": true, "<Thing><Name/></Thing>": false, "<Thing><Name/><Inner/></Thing>": true, "<Thing><Name/><Things/></Thing>": false,
	} {
		if _, given, err := decode(text); err != nil || given.AnyAbsent() != want {
			t.Errorf("Document(%s): AnyAbsent = %v, %v, want %v", text, given.AnyAbsent(), err, want)
		}
	}
}

func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		"<Thing/>", "<?xml version=\"1.0\"?><!-- c --><Thing xmlns=\"a\"><Name>a&amp;&#x20;<![CDATA[<b>]]></Name></Thing>",
		"<Thing><On>true</On><Count> 1 </Count><Ratio>NaN</Ratio><At>2026-11-24T01:02:03Z</At><Data>AAEC</Data><Colour/></Thing>",
		"<Thing><Inner><Inner/></Inner><Things><member/></Things><Flat>a</Flat><flat>b</flat><MapFlat><key>a</key><value>b</value></MapFlat></Thing>",
		"<Thing><Map><entry><key/><value/></entry></Map><Lists><member><member>a</member></member></Lists></Thing>", "<!DOCTYPE a [<!ENTITY b \"c\">]><Thing>&b;</Thing>", "<a:Thing/>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, _, err := decode(text)
		if err != nil {
			if awserr.Code(err) != awserr.CodeSerialization {
				t.Fatalf("Document(%q) = %v", text, err)
			}
			return
		}
		written := encode(t, in)
		wellFormed(t, written)
		again, _, err := decode(string(written))
		if err != nil {
			t.Fatalf("Document(%s), from %q: %v", written, text, err)
		}
		if rewritten := encode(t, again); !bytes.Equal(written, rewritten) {
			t.Errorf("%q is written %s and then %s", text, written, rewritten)
		}
	})
}

// What a program puts into a text must not break the document, nor be taken
// for a part of it.
func FuzzAppendText(f *testing.F) {
	for _, seed := range []string{"a", "<&>\"'", "\x00\x1f\ufffe\uffff\xff\xed\xa0\x80", "]]>", "\r\n\t\u0085\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written := encode(t, wiretest.Thing{Name: text})
		wellFormed(t, written)
		got, _, err := decode(string(written))
		want := strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\t\n\r", r) || r == '\ufffe' || r == '\uffff' {
				return '\ufffd'
			}
			return r
		}, text)
		if err != nil || got.Name != want {
			t.Errorf("%q is written %s and read %q, %v", text, written, got.Name, err)
		}
	})
}

func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}
