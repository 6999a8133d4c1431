package lambda

import (
	"maps"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
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
