package lambda

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestComplaintsAreJackson(t *testing.T) {
	const valid = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
	at := func(place string) string {
		return "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " + place + "]"
	}
	for _, tt := range []struct{ payload, want string }{
		// These two AWS itself was heard to say.
		{"n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt", "Invalid UTF-8 start byte 0x87" + at("line: 1, column: 3")},
		{"\x99\xeb,j\x07\xa1zYh", "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value " + valid + at("line: 1, column: 1")},

		{"hello", "Unrecognized token 'hello': was expecting " + valid + at("line: 1, column: 6")},
		{"tru", "Unrecognized token 'tru': was expecting " + valid + at("line: 1, column: 4")},
		{"[nulls]", "Unrecognized token 'nulls': was expecting " + valid + at("line: 1, column: 7")},
		{"'a'", "Unexpected character (''' (code 39)): expected a valid value " + valid + at("line: 1, column: 1")},
		{"{", "Unexpected end-of-input: expected close marker for Object (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1])" + at("line: 1, column: 2")},
		{"[1,\n[2", "Unexpected end-of-input: expected close marker for Array (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 2, column: 1])" + at("line: 2, column: 3")},
		{"{a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name" + at("line: 1, column: 2")},
		{`{"a" 1}`, "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value" + at("line: 1, column: 6")},
		{`{"a":1 "b"`, "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries" + at("line: 1, column: 8")},
		{`[1 2]`, "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries" + at("line: 1, column: 4")},
		{`[1,]`, "Unexpected character (']' (code 93)): expected a value" + at("line: 1, column: 4")},
		{`{"a":}`, "Unexpected character ('}' (code 125)): expected a value" + at("line: 1, column: 6")},
		{`{"a":1,}`, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name" + at("line: 1, column: 8")},
		{`{"a": "b`, "Unexpected end-of-input: was expecting closing quote for a string value" + at("line: 1, column: 9")},
		{"\"a\nb\"", "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value" + at("line: 1, column: 3")},
		{`"\x"`, "Unrecognized character escape 'x' (code 120)" + at("line: 1, column: 3")},
		{`"\u12g4"`, "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence" + at("line: 1, column: 6")},
		{"012", "Invalid numeric value: Leading zeroes not allowed" + at("line: 1, column: 2")},
		{"-x", "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value" + at("line: 1, column: 2")},
		{"[1.]", "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a digit" + at("line: 1, column: 4")},
		{"{} €", "Unexpected character ('€' (code 8364 / 0x20ac)): Expected space separating root-level values" + at("line: 1, column: 4")},
		{"\"\xe2(\"", "Invalid UTF-8 middle byte 0x28" + at("line: 1, column: 4")},
		{nested(1001), "Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)" + at("line: 1, column: 1002")},
		{"  \n", "No content to map due to end-of-input" + at("line: 2, column: 1")},
	} {
		refused(t, tt.payload, checkPayload([]byte(tt.payload), maxPayloadBytes), "InvalidRequestContentException",
			"Could not parse request body into json: Could not parse payload into json: "+tt.want)
	}
}

func TestCheckPayloadAccepts(t *testing.T) {
	for _, payload := range []string{"", "1", " [] ", `{"a": [1, -0.5e+7, "é\u00e9", null, true, false]}`, `"` + strings.Repeat("a", 1000) + `"`, nested(1000), `"` + strings.Repeat(`[{\\\"[`, 600) + `"`} {
		if err := checkPayload([]byte(payload), maxPayloadBytes); err != nil {
			t.Errorf("checkPayload(%.40q) = %v", payload, err)
		}
	}
}

// nested is arrays in each other.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestCheckPayloadRefusesWhatIsTooLarge(t *testing.T) {
	err := checkPayload(make([]byte, maxEventBytes+1), maxEventBytes)
	refused(t, "large payload", err, "RequestEntityTooLargeException", "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)")
}

func FuzzComplaint(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"\u00e9",null]}`, "tru", "{", "\x99", "n\x87", "-", "[1,", `{"a`, "\"\xf0\x9f", strings.Repeat("[", 1100)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		p := &jsonParser{text: payload, line: 1}
		p.document()
		if p.at > len(payload) {
			t.Fatalf("read %d bytes of %d", p.at, len(payload))
		}
		valid := json.Valid(payload) && utf8.Valid(payload)
		if p.wrong == "" && !valid {
			t.Errorf("no complaint about %q", payload)
		}
		if p.wrong != "" && valid && !strings.HasPrefix(p.wrong, "Document nesting depth") {
			t.Errorf("%q is JSON, but: %s", payload, p.wrong)
		}
	})
}
