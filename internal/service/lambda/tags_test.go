package lambda

import (
	"maps"
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

func TestTagsLiveAsOnAWS(t *testing.T) {
	h := newHarness(t)
	arn := *h.create("f").FunctionArn
	tag := func(tags map[string]string) {
		must(h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: arn, Tags: tags}))(t)
	}
	untag := func(keys ...string) {
		must(h.UntagResource(t.Context(), call, &lambdaapi.UntagResourceRequest{Resource: arn, TagKeys: keys}))(t)
	}
	expect := func(want map[string]string) {
		t.Helper()
		got := must(h.ListTags(t.Context(), call, &lambdaapi.ListTagsRequest{Resource: arn}))(t).Tags
		if got == nil || !maps.Equal(got, want) {
			t.Errorf("tags %v, want %v", got, want)
		}
	}
	expect(nil)
	tag(map[string]string{"A": "tag-a"})
	tag(map[string]string{"B": "tag-b", "C": "tag-c"})
	expect(map[string]string{"A": "tag-a", "B": "tag-b", "C": "tag-c"})
	tag(map[string]string{"C": "tag-c-newsuffix", "D": "tag-d"})
	untag("A")
	expect(map[string]string{"B": "tag-b", "C": "tag-c-newsuffix", "D": "tag-d"})
	untag("B", "C")
	untag("F")
	expect(map[string]string{"D": "tag-d"})
	untag("D", "F")
	expect(nil)
	if out := must(h.GetFunction(t.Context(), call, &lambdaapi.GetFunctionRequest{FunctionName: "f"}))(t); len(out.Tags) != 0 {
		t.Errorf("GetFunction has tags %v", out.Tags)
	}
}

// TestTagsAreWrittenAsAWSLetsThem pins the constraints on values in the words of
// refusals of 2018 and 2020, with what those of maps have had since then ("must
// not be null"), and those on keys in the same words.
func TestTagsAreWrittenAsAWSLetsThem(t *testing.T) {
	const characters = `Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`
	const (
		wrongKey   = "Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, " + characters + "]"
		wrongValue = "Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0, " + characters + ", Member must not be null]"
	)
	for _, tt := range []struct{ name, key, value, wrong string }{
		{"letters of any language, spaces and signs", "Größe 1_.:/=+-@", "läuft 1_.:/=+-@", ""},
		{"an empty value", "a", "", ""},
		{"a key as long as may be", strings.Repeat("ü", 128), "b", ""},
		{"a value as long as may be", "a", strings.Repeat("ü", 256), ""},
		{"an empty key", "", "b", wrongKey},
		{"a key that is longer", strings.Repeat("k", 129), "b", wrongKey},
		{"a key with another sign", "a<b", "b", wrongKey},
		{"a value that is longer", "a", strings.Repeat("v", 257), wrongValue},
		{"a value with a comma", "Creator", "X-XXX123,XXXX", wrongValue},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &lambdaapi.TagResourceRequest{Resource: "arn:aws:lambda:eu-central-1:111111111111:function:f", Tags: map[string]string{tt.key: tt.value}}
			want := ""
			if tt.wrong != "" {
				want = "1 validation error detected: Value '{" + tt.key + "=" + tt.value + "}' at 'tags' failed to satisfy constraint: " + tt.wrong
			}
			got := ""
			if err := wire.Validate(&lambdaapi.Schema, lambdaapi.Schema.Operation("TagResource"), in, &wire.Presence{}); err != nil {
				got = awserr.From(err).Message
			}
			if got != want {
				t.Errorf("TagResource of %q: %q, want %q", in.Tags, got, want)
			}
		})
	}
}

func TestTagsRefuse(t *testing.T) {
	h := newHarness(t)
	arn := *h.create("f").FunctionArn
	many := map[string]string{}
	for c := range rune(50) {
		many[string('A'+c)] = ""
	}
	for _, tt := range []struct {
		resource      string
		tags          map[string]string
		code, message string
	}{
		{arn, map[string]string{}, "InvalidParameterValueException", "An error occurred and the request cannot be processed."},
		{arn + ":v1", map[string]string{"a": "b"}, "InvalidParameterValueException", "Tags on function aliases and versions are not supported. Please specify a function ARN."},
		{"arn:aws:lambda:eu-central-1:111111111111:function:doesnotexist", map[string]string{"a": "b"}, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:doesnotexist"},
		{"arn:aws:lambda:eu-central-1:111111111111:layer:a", map[string]string{"a": "b"}, "NotImplemented", "cloudless does not implement tags of anything but functions, event source mappings and code signing configurations yet."},
		{arn, map[string]string{"Aws:x": ""}, "InvalidParameterValueException", "aws: prefixed tag key names are not allowed for external use."},
		{arn, many, "", ""},
		{arn, map[string]string{"one more": ""}, "InvalidParameterValueException", "Number of tags exceeds resource tag limit."},
	} {
		_, err := h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: tt.resource, Tags: tt.tags})
		if tt.code != "" {
			refused(t, "TagResource of "+tt.resource, err, tt.code, tt.message)
		} else if err != nil {
			t.Error(err)
		}
	}
}
