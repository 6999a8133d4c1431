package attr

import (
	"reflect"
	"strings"
	"testing"

	"cloudless/internal/awserr"
)

func TestAnItemComesBackAsItWent(t *testing.T) {
	want := sample()
	want["ss"] = av{SS: []string{"a", "b"}} // sets come back in order
	want["ns"] = av{NS: []string{"9", "10"}}
	want["bs"] = av{BS: [][]byte{{1}, {2}}}
	stored, err := Stored(item(t, sample()))
	if err != nil {
		t.Fatal(err)
	}
	if got := stored.API(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if Item(nil).API() != nil {
		t.Error("no item has attributes")
	}
}

func TestFromAPIRefuses(t *testing.T) {
	nested := func(levels int) av {
		v := num("1")
		for range levels {
			v = av{L: []av{v}}
		}
		return v
	}
	const invalid = "One or more parameter values were invalid: "
	for _, tt := range []struct {
		name    string
		value   av
		message string
	}{
		{"no datatype", av{}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"two datatypes", av{S: new("a"), N: new("1")}, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"a word for a number", num("x"), "The parameter cannot be converted to a numeric value: x"},
		{"nothing for a number", num(""), "The parameter cannot be converted to a numeric value"},
		{"39 digits", num("123456789012345678901234567890123456789"), "Attempting to store more than 38 significant digits in a Number"},
		{"false for NULL", av{NULL: new(false)}, invalid + "Null attribute value types must have the value of true"},
		{"an empty string set", av{SS: []string{}}, invalid + "An string set  may not be empty"},
		{"an empty number set", av{NS: []string{}}, invalid + "An number set  may not be empty"},
		{"an empty binary set", av{BS: [][]byte{}}, invalid + "Binary sets should not be empty"},
		{"an empty member", av{SS: []string{"a", ""}}, invalid + "An string set may not have a empty string as a member"},
		{"a string twice", av{SS: []string{"a", "a"}}, invalid + "Input collection [a, a] contains duplicates."},
		{"a number twice", av{NS: []string{"1", "1.0"}}, "Input collection contains duplicates"},
		{"a binary twice", av{BS: [][]byte{{1}, {1}}}, invalid + "Input collection [AQ==, AQ==]of type BS contains duplicates."},
		{"a fault within", av{M: map[string]av{"a": {L: []av{{}}}}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"33 levels", nested(32), "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
	} {
		_, err := FromAPI(map[string]av{"a": tt.value})
		if awserr.Code(err) != awserr.CodeValidation || awserr.From(err).Message != tt.message {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.message)
		}
	}
	if _, err := FromAPI(map[string]av{"a": nested(31)}); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	if _, err := FromAPI(map[string]av{strings.Repeat("n", 65535): num("1")}); err != nil {
		t.Errorf("a name of 65535 bytes: %v", err)
	}
	if _, err := FromAPI(map[string]av{strings.Repeat("n", 65536): num("1")}); err == nil {
		t.Error("a name of 65536 bytes is accepted")
	}
}

func BenchmarkFromAPI(b *testing.B) {
	m := map[string]av{"pk": str("user-123"), "name": str("Jane Doe"), "email": str(strings.Repeat("x", 120)), "age": num("42"), "ok": {BOOL: new(true)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FromAPI(m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkItemAPI(b *testing.B) {
	it := item(b, map[string]av{"pk": str("user-123"), "name": str("Jane Doe"), "email": str(strings.Repeat("x", 120)), "age": num("42"), "ok": {BOOL: new(true)}})
	b.ReportAllocs()
	for b.Loop() {
		it.API()
	}
}
