package wiretest

import (
	"math"
	"time"

	"cloudless/internal/wire"
)

// one is a value and how the protocols write it. An empty text means that the
// protocol cannot.
type one struct {
	name  string
	value Thing
	json  string // what stands within the braces
	xml   string // what stands within the root
	form  string // without the action and its version

	inputOnly bool // it is written otherwise than it may be read
}

func (c *one) input(p wire.Protocol) string {
	switch p {
	case wire.RestXML:
		return "<Thing>" + c.xml + "</Thing>"
	case wire.AWSQuery:
		return "Action=PutThing&Version=2020-01-08&" + c.form
	}
	return "{" + c.json + "}"
}

func (c *one) output(p wire.Protocol) string {
	switch p {
	case wire.RestXML:
		return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Thing xmlns="https://things.test/">` + c.xml + "</Thing>"
	case wire.AWSQuery:
		return `<PutThingResponse xmlns="https://things.test/"><PutThingResult>` + c.xml + "</PutThingResult>" +
			"<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></PutThingResponse>\n"
	}
	return "{" + c.json + "}"
}

// at is 01:02:03 on the 24th of November 2026, a Tuesday.
var at = time.Unix(1795482123, 0).UTC()

var cases = []one{
	{name: "a required text alone", value: Thing{Name: "a"},
		json: `"Name":"a"`,
		xml:  "<Name>a</Name>",
		form: "Name=a"},
	{name: "a required text that is empty", value: Thing{},
		json: `"Name":""`,
		xml:  "<Name></Name>",
		form: "Name="},
	{name: "an optional text that is empty", value: Thing{Note: new("")},
		json: `"Name":"","Note":""`,
		xml:  "<Name></Name><Note></Note>",
		form: "Name=&Note="},
	{name: "characters that the protocols reserve", value: Thing{Name: "<a href=\"b\">&amp; c\\d\r\n\te+f%20;g=h</a>"},
		json: `"Name":"<a href=\"b\">&amp; c\\d\r\n\te+f%20;g=h</a>"`,
		xml:  "<Name>&lt;a href=&quot;b&quot;&gt;&amp;amp; c\\d&#xD;&#xA;&#x9;e+f%20;g=h&lt;/a&gt;</Name>",
		form: "Name=%3Ca+href%3D%22b%22%3E%26amp%3B%20c%5Cd%0D%0A%09e%2Bf%2520%3Bg%3Dh%3C%2Fa%3E"},
	{name: "space at the ends of a text", value: Thing{Name: " a ", Note: new(" ")},
		json: `"Name":" a ","Note":" "`,
		xml:  "<Name> a </Name><Note> </Note>",
		form: "Name=+a+&Note=%20"},
	{name: "characters of every plane", value: Thing{Name: "aé漢😀"},
		json: `"Name":"aé漢😀"`,
		xml:  "<Name>aé漢😀</Name>",
		form: "Name=a%C3%A9%E6%BC%A2%F0%9F%98%80"},
	{name: "a member with another name on the wire", value: Thing{Renamed: new("a")},
		json: `"Name":"","other-name":"a"`,
		xml:  "<Name></Name><other-name>a</other-name>",
		form: "Name=&other-name=a"},
	{name: "an enumeration", value: Thing{Colour: "red"},
		json: `"Name":"","Colour":"red"`,
		xml:  "<Name></Name><Colour>red</Colour>",
		form: "Name=&Colour=red"},
	{name: "bytes", value: Thing{Data: []byte{0xfb, 0xff, 0}},
		json: `"Name":"","Data":"+/8A"`,
		xml:  "<Name></Name><Data>+/8A</Data>",
		form: "Name=&Data=%2B%2F8A"},
	{name: "booleans and numbers", value: Thing{On: new(true), Count: new(int64(math.MinInt32)), Total: new(int64(math.MaxInt64)), Ratio: new(0.25)},
		json: `"Name":"","On":true,"Count":-2147483648,"Total":9223372036854775807,"Ratio":0.25`,
		xml:  "<Name></Name><On>true</On><Count>-2147483648</Count><Total>9223372036854775807</Total><Ratio>0.25</Ratio>",
		form: "Name=&On=true&Count=-2147483648&Total=9223372036854775807&Ratio=0.25"},
	{name: "zero and false, which are not absent", value: Thing{On: new(false), Count: new(int64(0))},
		json: `"Name":"","On":false,"Count":0`,
		xml:  "<Name></Name><On>false</On><Count>0</Count>",
		form: "Name=&On=false&Count=0"},
	{name: "fractions that are no number", value: Thing{Ratio: new(math.Inf(-1))},
		json: `"Name":"","Ratio":"-Infinity"`,
		xml:  "<Name></Name><Ratio>-Infinity</Ratio>",
		form: "Name=&Ratio=-Infinity"},
	{name: "times, in the protocol's format, in the member's and in the shape's", value: Thing{At: &at, Seconds: &at, Formatted: &at},
		json: `"Name":"","At":1795482123,"Seconds":1795482123,"Formatted":"Tue, 24 Nov 2026 01:02:03 GMT"`,
		xml:  "<Name></Name><At>2026-11-24T01:02:03Z</At><Seconds>1795482123</Seconds><Formatted>Tue, 24 Nov 2026 01:02:03 GMT</Formatted>",
		form: "Name=&At=2026-11-24T01%3A02%3A03Z&Seconds=1795482123&Formatted=Tue%2C+24+Nov+2026+01%3A02%3A03+GMT"},
	{name: "a time with milliseconds", value: Thing{At: new(at.Add(123 * time.Millisecond))},
		json: `"Name":"","At":1795482123.123`,
		xml:  "<Name></Name><At>2026-11-24T01:02:03.123Z</At>",
		form: "Name=&At=2026-11-24T01:02:03.123Z"},
	{name: "a time with an offset", value: Thing{At: &at}, inputOnly: true,
		json: `"Name":"","At":"2026-11-24T03:02:03+02:00"`,
		xml:  "<Name></Name><At>2026-11-24T03:02:03+02:00</At>",
		form: "Name=&At=2026-11-24T03:02:03%2B02:00"},
	{name: "structures within structures", value: Thing{Inner: &Thing{Name: "b", Inner: &Thing{Name: "c"}}},
		json: `"Name":"","Inner":{"Name":"b","Inner":{"Name":"c"}}`,
		xml:  "<Name></Name><Inner><Name>b</Name><Inner><Name>c</Name></Inner></Inner>",
		form: "Name=&Inner.Name=b&Inner.Inner.Name=c"},
	{name: "lists", value: Thing{Words: []string{"a", "b"}, Things: []Thing{{Name: "c"}, {Name: "d", Words: []string{"e"}}}},
		json: `"Name":"","Things":[{"Name":"c"},{"Name":"d","Words":["e"]}],"Words":["a","b"]`,
		xml:  "<Name></Name><Things><member><Name>c</Name></member><member><Name>d</Name><Words><member>e</member></Words></member></Things><Words><member>a</member><member>b</member></Words>",
		form: "Name=&Words.member.1=a&Words.member.2=b&Things.member.1.Name=c&Things.member.2.Name=d&Things.member.2.Words.member.1=e"},
	{name: "an empty list", value: Thing{Words: []string{}},
		json: `"Name":"","Words":[]`,
		xml:  "<Name></Name><Words></Words>",
		form: "Name=&Words="},
	{name: "lists without an element around them", value: Thing{Flat: []string{"a", "b"}, FlatNamed: []string{"c"}},
		json: `"Name":"","Flat":["a","b"],"flat":["c"]`,
		xml:  "<Name></Name><Flat>a</Flat><Flat>b</Flat><flat>c</flat>",
		form: "Name=&Flat.1=a&Flat.2=b&flat.1=c"},
	{name: "a list whose elements have a name", value: Thing{Items: []string{"a", "b"}},
		json: `"Name":"","Items":["a","b"]`,
		xml:  "<Name></Name><Items><item>a</item><item>b</item></Items>",
		form: "Name=&Items.item.1=a&Items.item.2=b"},
	{name: "lists of lists", value: Thing{Lists: [][]string{{"a", "b"}, {"c"}}},
		json: `"Name":"","Lists":[["a","b"],["c"]]`,
		xml:  "<Name></Name><Lists><member><member>a</member><member>b</member></member><member><member>c</member></member></Lists>",
		form: "Name=&Lists.member.1.member.1=a&Lists.member.1.member.2=b&Lists.member.2.member.1=c"},
	{name: "maps, in the order of their keys", value: Thing{Map: map[string]string{"b": "2", "a": "1"}},
		json: `"Name":"","Map":{"a":"1","b":"2"}`,
		xml:  "<Name></Name><Map><entry><key>a</key><value>1</value></entry><entry><key>b</key><value>2</value></entry></Map>",
		form: "Name=&Map.entry.1.key=b&Map.entry.1.value=2&Map.entry.2.key=a&Map.entry.2.value=1"},
	{name: "an empty map", value: Thing{Map: map[string]string{}},
		json: `"Name":"","Map":{}`,
		xml:  "<Name></Name><Map></Map>",
		form: "Name=&Map="},
	{name: "an empty key and an empty value", value: Thing{Map: map[string]string{"": ""}},
		json: `"Name":"","Map":{"":""}`,
		xml:  "<Name></Name><Map><entry><key></key><value></value></entry></Map>",
		form: "Name=&Map.entry.1.key=&Map.entry.1.value="},
	{name: "a map whose parts have names", value: Thing{MapNamed: map[string]string{"a": "1"}},
		json: `"Name":"","MapNamed":{"a":"1"}`,
		xml:  "<Name></Name><MapNamed><entry><Attribute>a</Attribute><Setting>1</Setting></entry></MapNamed>",
		form: "Name=&MapNamed.entry.1.Attribute=a&MapNamed.entry.1.Setting=1"},
	{name: "a map without an element around it", value: Thing{MapFlat: map[string]string{"a": "1", "b": "2"}},
		json: `"Name":"","MapFlat":{"a":"1","b":"2"}`,
		xml:  "<Name></Name><MapFlat><key>a</key><value>1</value></MapFlat><MapFlat><key>b</key><value>2</value></MapFlat>",
		form: "Name=&MapFlat.1.key=a&MapFlat.1.value=1&MapFlat.2.key=b&MapFlat.2.value=2"},
	{name: "a map of structures", value: Thing{MapThings: map[string]Thing{"a": {Name: "b", On: new(true)}}},
		json: `"Name":"","MapThings":{"a":{"Name":"b","On":true}}`,
		xml:  "<Name></Name><MapThings><entry><key>a</key><value><Name>b</Name><On>true</On></value></entry></MapThings>",
		form: "Name=&MapThings.entry.1.key=a&MapThings.entry.1.value.Name=b&MapThings.entry.1.value.On=true"},
}
