package lambda

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// keysOf writes facts as "key=value,value", but policies of resources.
func keysOf(facts []api.Fact) []string {
	var out []string
	for _, f := range facts {
		if f.Key != "" {
			out = append(out, f.Key+"="+strings.Join(f.Values, ","))
		}
	}
	slices.Sort(out)
	return out
}

func TestPoliciesMayAskOfRequestsAndTags(t *testing.T) {
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.Tags = map[string]string{"team": "a"} })
	h.create("g")
	layer := *must(h.PublishLayerVersion(t.Context(), call, &lambdaapi.PublishLayerVersionRequest{
		LayerName: "l", Content: &lambdaapi.LayerVersionContentInput{ZipFile: zipOf("a", "b")}}))(t).LayerVersionArn
	signing := must(h.CreateCodeSigningConfig(t.Context(), call, &lambdaapi.CreateCodeSigningConfigRequest{
		AllowedPublishers: &lambdaapi.AllowedPublishers{SigningProfileVersionArns: []string{"arn:aws:signer:eu-central-1:111111111111:/signing-profiles/t/abcdefghij"}},
		Tags:              map[string]string{"team": "c"}}))(t).CodeSigningConfig.CodeSigningConfigArn
	uuid := *must(h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) { in.Tags = map[string]string{"team": "m"} })))(t).UUID
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)

	for _, tt := range []struct {
		name, action string
		do           func() error
		want         []string
	}{
		{"a function with layers, tags and signatures", "CreateFunction", func() error {
			in := creation("made")
			in.Layers, in.CodeSigningConfigArn, in.Tags = []string{layer}, &signing, map[string]string{"a": "1", "b": "2"}
			_, err := h.CreateFunction(t.Context(), call, in)
			return err
		}, []string{"aws:RequestTag/a=1", "aws:RequestTag/b=2", "aws:TagKeys=a,b", "lambda:CodeSigningConfigArn=" + signing, "lambda:Layer=" + layer}},
		{"the tags that it is made with", "TagResource", func() error {
			in := creation("tagged")
			in.Tags = map[string]string{"a": "1"}
			_, err := h.CreateFunction(t.Context(), call, in)
			return err
		}, []string{"aws:RequestTag/a=1", "aws:TagKeys=a"}},
		{"a function without", "CreateFunction", func() error {
			_, err := h.CreateFunction(t.Context(), call, creation("plain"))
			return err
		}, nil},
		{"other layers", "UpdateFunctionConfiguration", func() error {
			_, err := h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", Layers: []string{layer}})
			return err
		}, []string{"aws:ResourceTag/team=a", "lambda:Layer=" + layer}},
		{"an invocation", "InvokeFunction", func() error {
			_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
			return err
		}, []string{"aws:ResourceTag/team=a"}},
		{"an invocation of a version", "InvokeFunction", func() error {
			_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f:1"})
			return err
		}, []string{"aws:ResourceTag/team=a"}},
		{"one of a function without tags", "InvokeFunction", func() error {
			_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "g"})
			return err
		}, nil},
		{"a look at a version", "GetFunctionConfiguration", func() error {
			_, err := h.GetFunctionConfiguration(t.Context(), call, &lambdaapi.GetFunctionConfigurationRequest{FunctionName: "f:1"})
			return err
		}, []string{"aws:ResourceTag/team=a"}},
		{"a permission", "AddPermission", func() error {
			_, err := h.AddPermission(t.Context(), call, &addition{FunctionName: "g", StatementId: "s", Action: "lambda:InvokeFunctionUrl", Principal: "222222222222", FunctionUrlAuthType: authIAM})
			return err
		}, []string{"lambda:FunctionUrlAuthType=AWS_IAM", "lambda:Principal=222222222222"}},
		{"its end", "RemovePermission", func() error {
			_, err := h.RemovePermission(t.Context(), call, &lambdaapi.RemovePermissionRequest{FunctionName: "g", StatementId: "s"})
			return err
		}, []string{"lambda:FunctionUrlAuthType=AWS_IAM", "lambda:Principal=222222222222"}},
		{"a URL", "CreateFunctionUrlConfig", func() error {
			_, err := h.CreateFunctionUrlConfig(t.Context(), call, &lambdaapi.CreateFunctionUrlConfigRequest{FunctionName: "f", AuthType: authNone})
			return err
		}, []string{"aws:ResourceTag/team=a", "lambda:FunctionArn=" + arnF, "lambda:FunctionUrlAuthType=NONE"}},
		{"a look at it", "GetFunctionUrlConfig", func() error {
			_, err := h.GetFunctionUrlConfig(t.Context(), call, &lambdaapi.GetFunctionUrlConfigRequest{FunctionName: "f"})
			return err
		}, []string{"aws:ResourceTag/team=a", "lambda:FunctionArn=" + arnF, "lambda:FunctionUrlAuthType=NONE"}},
		{"its end", "DeleteFunctionUrlConfig", func() error {
			_, err := h.DeleteFunctionUrlConfig(t.Context(), call, &lambdaapi.DeleteFunctionUrlConfigRequest{FunctionName: "f"})
			return err
		}, []string{"aws:ResourceTag/team=a", "lambda:FunctionArn=" + arnF, "lambda:FunctionUrlAuthType=NONE"}},
		{"signatures", "PutFunctionCodeSigningConfig", func() error {
			_, err := h.PutFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.PutFunctionCodeSigningConfigRequest{FunctionName: "g", CodeSigningConfigArn: signing})
			return err
		}, []string{"lambda:CodeSigningConfigArn=" + signing}},
		{"a look at them", "GetCodeSigningConfig", func() error {
			_, err := h.GetCodeSigningConfig(t.Context(), call, &lambdaapi.GetCodeSigningConfigRequest{CodeSigningConfigArn: signing})
			return err
		}, []string{"aws:ResourceTag/team=c"}},
		{"a look at a mapping", "GetEventSourceMapping", func() error {
			_, err := h.GetEventSourceMapping(t.Context(), call, &lambdaapi.GetEventSourceMappingRequest{UUID: uuid})
			return err
		}, []string{"aws:ResourceTag/team=m", "lambda:FunctionArn=" + arnF}},
		{"a tag", "TagResource", func() error {
			_, err := h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: arnF, Tags: map[string]string{"b": "2"}})
			return err
		}, []string{"aws:RequestTag/b=2", "aws:ResourceTag/team=a", "aws:TagKeys=b"}},
		{"its end", "UntagResource", func() error {
			_, err := h.UntagResource(t.Context(), call, &lambdaapi.UntagResourceRequest{Resource: arnF, TagKeys: []string{"b"}})
			return err
		}, []string{"aws:ResourceTag/b=2", "aws:ResourceTag/team=a", "aws:TagKeys=b"}},
	} {
		t.Run(tt.action+" of "+tt.name, func(t *testing.T) {
			before := len(h.authz.asked)
			if err := tt.do(); err != nil {
				t.Fatal(err)
			}
			h.awaitSettled("f")
			i := slices.IndexFunc(h.authz.asked[before:], func(asked string) bool { return strings.HasPrefix(asked, "lambda:"+tt.action+" ") })
			if i < 0 {
				t.Fatalf("asked for %v", h.authz.asked[before:])
			}
			if got := keysOf(h.authz.facts[before+i]); !slices.Equal(got, tt.want) {
				t.Errorf("told %v, want %v", got, tt.want)
			}
		})
	}
}

func TestWhoMakesSomethingWithTagsMayTag(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.authz.deny = map[string]bool{"lambda:TagResource": true}
	in := creation("g")
	in.Tags = map[string]string{"a": "1"}
	_, function := h.CreateFunction(t.Context(), call, in)
	_, mapping := h.CreateEventSourceMapping(t.Context(), call, mapF(func(in *lambdaapi.CreateEventSourceMappingRequest) { in.Tags = map[string]string{"a": "1"} }))
	for _, err := range []error{function, mapping} {
		if awserr.Code(err) != "AccessDeniedException" {
			t.Errorf("without the permission to tag: %v", err)
		}
	}
	if n := fmt.Sprint(h.count("function"), h.count("mapping")); n != "1 0" {
		t.Errorf("functions and mappings: %s", n)
	}
	h.create("h") // which has no tags
}
