package lambda

import (
	"io"
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

func TestCodeSigningConfigs(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	profile := "arn:aws:signer:eu-central-1:111111111111:/signing-profiles/test"
	created := must(h.CreateCodeSigningConfig(t.Context(), call, &lambdaapi.CreateCodeSigningConfigRequest{
		Description: new("d"), AllowedPublishers: &lambdaapi.AllowedPublishers{SigningProfileVersionArns: []string{profile}},
		CodeSigningPolicies: &lambdaapi.CodeSigningPolicies{UntrustedArtifactOnDeployment: unsignedEnforce},
	}))(t).CodeSigningConfig
	arn := created.CodeSigningConfigArn
	if len(created.CodeSigningConfigId) != 21 || !strings.HasSuffix(arn, ":code-signing-config:"+created.CodeSigningConfigId) || created.CodeSigningPolicies.UntrustedArtifactOnDeployment != "Enforce" {
		t.Errorf("Create = %+v", created)
	}
	must(h.PutFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.PutFunctionCodeSigningConfigRequest{FunctionName: "f", CodeSigningConfigArn: arn}))(t)
	if got := must(h.GetFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.GetFunctionCodeSigningConfigRequest{FunctionName: "f"}))(t); valueOf(got.CodeSigningConfigArn) != arn || valueOf(got.FunctionName) != "f" {
		t.Errorf("of the function: %+v", got)
	}
	users := must(h.ListFunctionsByCodeSigningConfig(t.Context(), call, &lambdaapi.ListFunctionsByCodeSigningConfigRequest{CodeSigningConfigArn: arn}))(t)
	if len(users.FunctionArns) != 1 || users.FunctionArns[0] != arnF {
		t.Errorf("it is had by %v", users.FunctionArns)
	}
	update := &lambdaapi.UpdateFunctionCodeRequest{FunctionName: "f", ZipFile: zipOf("index.js", "2")}
	if _, err := h.UpdateFunctionCode(t.Context(), call, update); awserr.Code(err) != "CodeVerificationFailedException" {
		t.Errorf("a package that nobody has signed: %v", err)
	}
	up := must(h.UpdateCodeSigningConfig(t.Context(), call, &lambdaapi.UpdateCodeSigningConfigRequest{CodeSigningConfigArn: arn,
		CodeSigningPolicies: &lambdaapi.CodeSigningPolicies{UntrustedArtifactOnDeployment: unsignedWarn}}))(t).CodeSigningConfig
	if *up.Description != "d" || up.AllowedPublishers.SigningProfileVersionArns[0] != profile || up.CodeSigningPolicies.UntrustedArtifactOnDeployment != "Warn" {
		t.Errorf("Update = %+v", up)
	}
	must(h.UpdateFunctionCode(t.Context(), call, update))(t)
	if _, err := h.DeleteCodeSigningConfig(t.Context(), call, &lambdaapi.DeleteCodeSigningConfigRequest{CodeSigningConfigArn: arn}); awserr.Code(err) != "ResourceConflictException" {
		t.Errorf("Delete of one in use: %v", err)
	}
	h.awaitSettled("f")
	must(h.DeleteFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.DeleteFunctionCodeSigningConfigRequest{FunctionName: "f"}))(t)
	if got := must(h.GetFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.GetFunctionCodeSigningConfigRequest{FunctionName: "f"}))(t); got.CodeSigningConfigArn != nil || got.FunctionName != nil {
		t.Errorf("of a function that has none: %+v", got)
	}
	if got := must(h.ListCodeSigningConfigs(t.Context(), call, &lambdaapi.ListCodeSigningConfigsRequest{}))(t); len(got.CodeSigningConfigs) != 1 {
		t.Errorf("List = %+v", got)
	}
	must(h.DeleteCodeSigningConfig(t.Context(), call, &lambdaapi.DeleteCodeSigningConfigRequest{CodeSigningConfigArn: arn}))(t)
	_, err := h.GetCodeSigningConfig(t.Context(), call, &lambdaapi.GetCodeSigningConfigRequest{CodeSigningConfigArn: arn})
	refused(t, "Get", err, "ResourceNotFoundException", "The Lambda code signing configuration "+arn+" can not be found.")
	_, err = h.PutFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.PutFunctionCodeSigningConfigRequest{FunctionName: "f", CodeSigningConfigArn: arn})
	refused(t, "Put", err, "CodeSigningConfigNotFoundException", "The code signing configuration cannot be found. Check that the provided configuration is not deleted: "+arn+".")
	_, err = h.GetFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.GetFunctionCodeSigningConfigRequest{FunctionName: "g"})
	refused(t, "of no function", err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:g")
}

func TestCodeSigningConfigsHaveTags(t *testing.T) {
	h := newHarness(t)
	arn := must(h.CreateCodeSigningConfig(t.Context(), call, &lambdaapi.CreateCodeSigningConfigRequest{
		AllowedPublishers: &lambdaapi.AllowedPublishers{}, Tags: map[string]string{"a": "1"}}))(t).CodeSigningConfig.CodeSigningConfigArn
	must(h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: arn, Tags: map[string]string{"b": "2"}}))(t)
	must(h.UntagResource(t.Context(), call, &lambdaapi.UntagResourceRequest{Resource: arn, TagKeys: []string{"a"}}))(t)
	h.restart()
	if got := must(h.ListTags(t.Context(), call, &lambdaapi.ListTagsRequest{Resource: arn}))(t).Tags; len(got) != 1 || got["b"] != "2" {
		t.Errorf("tags %v", got)
	}
	many := map[string]string{}
	for c := range rune(51) {
		many[string('A'+c)] = ""
	}
	_, err := h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: arn, Tags: many})
	refused(t, "TagResource", err, "InvalidParameterValueException", "Number of tags exceeds resource tag limit.")
	none := strings.Replace(arn, "csc-", "csc-0", 1)[:len(arn)]
	_, err = h.ListTags(t.Context(), call, &lambdaapi.ListTagsRequest{Resource: none})
	refused(t, "ListTags", err, "ResourceNotFoundException", "The Lambda code signing configuration "+none+" can not be found.")
}

func TestRecursionAndRuntimeManagementAreKept(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	recursion := func() string {
		return must(h.GetFunctionRecursionConfig(t.Context(), call, &lambdaapi.GetFunctionRecursionConfigRequest{FunctionName: "f"}))(t).RecursiveLoop
	}
	if got := recursion(); got != "Terminate" {
		t.Errorf("at first it is %s", got)
	}
	must(h.PutFunctionRecursionConfig(t.Context(), call, &lambdaapi.PutFunctionRecursionConfigRequest{FunctionName: "f", RecursiveLoop: "Allow"}))(t)
	if got := recursion(); got != "Allow" {
		t.Errorf("then it is %s", got)
	}

	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	runtimeARN := "arn:aws:lambda:eu-central-1::runtime:x"
	must(h.PutRuntimeManagementConfig(t.Context(), call, &lambdaapi.PutRuntimeManagementConfigRequest{FunctionName: "f", Qualifier: new("1"), UpdateRuntimeOn: "Manual", RuntimeVersionArn: &runtimeARN}))(t)
	for qualifier, want := range map[string]string{"1": "Manual " + runtimeARN, "$LATEST": "Auto "} {
		got := must(h.GetRuntimeManagementConfig(t.Context(), call, &lambdaapi.GetRuntimeManagementConfigRequest{FunctionName: "f", Qualifier: &qualifier}))(t)
		if has := got.UpdateRuntimeOn + " " + valueOf(got.RuntimeVersionArn); has != want || *got.FunctionArn != arnF+":"+qualifier {
			t.Errorf("%s has %s of %s, want %s", qualifier, has, *got.FunctionArn, want)
		}
	}
	if _, err := h.PutRuntimeManagementConfig(t.Context(), call, &lambdaapi.PutRuntimeManagementConfigRequest{FunctionName: "f", UpdateRuntimeOn: "Manual"}); awserr.Code(err) != "InvalidParameterValueException" {
		t.Errorf("Manual without a version: %v", err)
	}
}

func TestInvokeAsyncQueuesAnEvent(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	out := must(h.InvokeAsync(t.Context(), call, &lambdaapi.InvokeAsyncRequest{FunctionName: "f", InvokeArgs: io.NopCloser(strings.NewReader(`{"a":1}`))}))(t)
	if *out.Status != 202 {
		t.Errorf("Status %d", *out.Status)
	}
	if got := <-h.sandboxes.calls; string(got.Payload) != `{"a":1}` {
		t.Errorf("the function got %s", got.Payload)
	}
	h.awaitEmpty()
	_, err := h.InvokeAsync(t.Context(), call, &lambdaapi.InvokeAsyncRequest{FunctionName: "f", InvokeArgs: io.NopCloser(strings.NewReader(`{`))})
	if awserr.Code(err) != "InvalidRequestContentException" {
		t.Errorf("what is no JSON: %v", err)
	}
}
