package awsquery

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/wiretest"
)

func TestFormLooksBeneathAPrefix(t *testing.T) {
	f, err := parseForm("Tags.member.2.Key=b&Tags-x=no&Tagsy=no&Tags.member.10.Key=c", "Tags.member.1.Key=a&Tags.member.x=no&Tags.member.01.Key=no&Tags.member.-1=no&Tags.member.0=no&Tags.member.2.Value=v")
	if err != nil {
		t.Fatal(err)
	}
	tags := f.under("Tags")
	if tags.isEmpty() || !f.under("Tag").isEmpty() || !f.under("Tags.member.3").isEmpty() || f.under("Tags-x").isEmpty() {
		t.Error("a prefix is taken for another")
	}
	if _, ok := tags.own(); ok {
		t.Error("Tags has no value of its own")
	}
	members := tags.under("member")
	if got := members.indices(); !slices.Equal(got, []int{1, 2, 10}) {
		t.Errorf("indices = %v", got)
	}
	if v, ok := members.under("2").value("Value"); !ok || v != "v" {
		t.Errorf("Tags.member.2.Value = %q, %v", v, ok)
	}
}

func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"Name=a&Note=&Count=1&On=true&Ratio=NaN&At=2026-11-24T01:02:03Z&Data=AAEC", "Words.member.1=a&Words.member.999999999=b&Flat.1=a&Things.member.1.Inner.Name=b",
		"Map.entry.1.key=a&Map.entry.1.value=b&MapThings.entry.2.key=a&MapThings.entry.2.value.Name=b", "Words=&Map=", "Inner." + strings.Repeat("Inner.", 40) + "Name=a", "%zz=%", "&&=&;",
	} {
		f.Add(seed)
	}
	s := wiretest.Schema(wire.AWSQuery)
	f.Fuzz(func(t *testing.T, text string) {
		params, err := parseForm(text)
		if err != nil {
			return
		}
		var in wiretest.Thing
		d := decoder{service: s, given: &wire.Presence{}}
		if err := d.structure(s.Shape(s.Operations[0].Input), reflect.ValueOf(&in).Elem(), params, nil); err != nil {
			if code := awserr.Code(err); code != codeMalformedInput {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if n := len(in.Words) + len(in.Things) + len(in.Map); n > len(params.params) {
			t.Errorf("%q: %d values of %d parameters", text, n, len(params.params))
		}
	})
}
