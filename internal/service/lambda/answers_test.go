package lambda

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// The tests here pin which members AWS's answers have, and which they lack.

func TestAnEnvironmentWithoutVariablesIsKept(t *testing.T) {
	h := newHarness(t)
	h.create("none")
	h.create("empty", func(in *lambdaapi.CreateFunctionRequest) { in.Environment = &lambdaapi.Environment{} })
	h.restart()
	get := func(name string) *lambdaapi.EnvironmentResponse {
		return must(h.GetFunctionConfiguration(t.Context(), call, &lambdaapi.GetFunctionConfigurationRequest{FunctionName: name}))(t).Environment
	}
	if e := get("none"); e != nil {
		t.Errorf("a function that was given none has %+v", e)
	}
	if e := get("empty"); e == nil || e.Variables == nil || len(e.Variables) != 0 {
		t.Errorf("a function that was given an empty one has %+v", e)
	}
}

func TestListsDoNotTellOfStatesAndBuilds(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	functions := must(h.ListFunctions(t.Context(), call, &lambdaapi.ListFunctionsRequest{}))(t).Functions
	versions := must(h.ListVersionsByFunction(t.Context(), call, &lambdaapi.ListVersionsByFunctionRequest{FunctionName: "f"}))(t).Versions
	for _, f := range append(functions, versions...) {
		if f.State != "" || f.LastUpdateStatus != "" || f.RuntimeVersionConfig != nil || f.LoggingConfig == nil || f.SnapStart == nil {
			t.Errorf("%s is listed as %+v", *f.FunctionArn, f)
		}
	}
}

func TestAFunctionAndItsPolicyHaveOneRevision(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	alias := must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1"}))(t)
	for _, tt := range []struct {
		of       string
		revision func() string
	}{
		{"f", func() string { return h.peek("f").RevisionID }},
		{"f:1", func() string { return h.peek("f:1").RevisionID }},
		{"f:live", func() string {
			return *must(h.GetAlias(t.Context(), call, &lambdaapi.GetAliasRequest{FunctionName: "f", Name: *alias.Name}))(t).RevisionId
		}},
	} {
		before := tt.revision()
		_, err := h.AddPermission(t.Context(), call, &addition{FunctionName: tt.of, StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", RevisionId: &before})
		if err != nil {
			t.Errorf("AddPermission to %s at its revision: %v", tt.of, err)
			continue
		}
		of := must(h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: tt.of}))(t).RevisionId
		if now := tt.revision(); now == before || *of != now {
			t.Errorf("%s has revision %s, then %s, its policy %s", tt.of, before, now, *of)
		}
		if _, err := h.RemovePermission(t.Context(), call, &removal{FunctionName: tt.of, StatementId: "s", RevisionId: of}); err != nil {
			t.Errorf("RemovePermission from %s at its revision: %v", tt.of, err)
		}
		if tt.revision() == *of {
			t.Errorf("%s keeps its revision without the permission", tt.of)
		}
	}
}

func TestAPolicyHasALimit(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	for i := range 1000 {
		_, err := h.AddPermission(t.Context(), call, &addition{FunctionName: "f", StatementId: fmt.Sprint("s", i), Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com"})
		if err == nil {
			continue
		}
		document := *must(h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f"}))(t).Policy
		refusal := len(document) + len(document)/i // about
		e := awserr.From(err)
		if e.Code != "PolicyLengthExceededException" || !strings.HasSuffix(e.Message, ") is bigger than the limit (20480).") ||
			len(document) > 20480 || refusal <= 20480 {
			t.Errorf("after %d statements and %d bytes: %v", i, len(document), err)
		}
		return
	}
	t.Error("a policy grows without end")
}

func TestAnInvokeModeIsToldOnceItWasGiven(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	created := must(h.CreateFunctionUrlConfig(t.Context(), call, &lambdaapi.CreateFunctionUrlConfigRequest{FunctionName: "f", AuthType: authNone}))(t)
	updated := must(h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: "f", AuthType: authIAM}))(t)
	got := must(h.GetFunctionUrlConfig(t.Context(), call, &lambdaapi.GetFunctionUrlConfigRequest{FunctionName: "f"}))(t)
	list := must(h.ListFunctionUrlConfigs(t.Context(), call, &lambdaapi.ListFunctionUrlConfigsRequest{FunctionName: "f"}))(t)
	if created.InvokeMode != "" || updated.InvokeMode != "" || got.InvokeMode != modeBuffered || list.FunctionUrlConfigs[0].InvokeMode != modeBuffered {
		t.Errorf("created %q, updated %q, got %q, listed %q", created.InvokeMode, updated.InvokeMode, got.InvokeMode, list.FunctionUrlConfigs[0].InvokeMode)
	}
	must(h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: "f", InvokeMode: modeStream}))(t)
	if again := must(h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: "f"}))(t); again.InvokeMode != modeStream {
		t.Errorf("updated %q", again.InvokeMode)
	}
}

func TestSomeRefusalsHaveNoType(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	arn := "arn:aws:lambda:eu-central-1:111111111111:code-signing-config:csc-00000000000000000"
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	for name, try := range map[string]func() error{
		"an unknown code signing configuration": func() error {
			_, err := h.GetCodeSigningConfig(t.Context(), call, &lambdaapi.GetCodeSigningConfigRequest{CodeSigningConfigArn: arn})
			return err
		},
		"$LATEST beside a version": func() error {
			_, err := h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "a", FunctionVersion: "$LATEST", RoutingConfig: routing(map[string]float64{"1": 0.5})})
			return err
		},
		"a reservation of all": func() error {
			_, err := h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 1000})
			return err
		},
	} {
		e, ok := errors.AsType[*awserr.Error](try())
		if !ok {
			t.Errorf("%s is not refused", name)
			continue
		}
		switch d := e.Detail.(type) {
		case *lambdaapi.ResourceNotFoundExceptionDetail:
			if d.Type != nil {
				t.Errorf("%s: %v has type %s", name, e, *d.Type)
			}
		case *lambdaapi.InvalidParameterValueExceptionDetail:
			if d.Type != nil {
				t.Errorf("%s: %v has type %s", name, e, *d.Type)
			}
		default:
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestWhatIsNotThereIsNamedAsAWSNamesIt(t *testing.T) {
	h := newHarness(t)
	arn := "arn:aws:lambda:eu-central-1:111111111111:code-signing-config:csc-00000000000000000"
	_, err := h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "nosuch"})
	refused(t, "PutFunctionConcurrency", err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:nosuch:$LATEST")
	_, err = h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: arnF + ":$LATEST"})
	refused(t, "PutFunctionConcurrency of $LATEST", err, "InvalidParameterValueException", "This operation is permitted on Lambda functions only. "+
		"Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")
	_, err = h.PutFunctionCodeSigningConfig(t.Context(), call, &lambdaapi.PutFunctionCodeSigningConfigRequest{FunctionName: "nosuch", CodeSigningConfigArn: arn})
	refused(t, "PutFunctionCodeSigningConfig", err, "CodeSigningConfigNotFoundException",
		"The code signing configuration cannot be found. Check that the provided configuration is not deleted: "+arn+".")
}

func TestALayerForNothingInParticularSaysSo(t *testing.T) {
	h := newHarness(t)
	out := must(h.PublishLayerVersion(t.Context(), call, &lambdaapi.PublishLayerVersionRequest{
		LayerName: "l", Content: &lambdaapi.LayerVersionContentInput{ZipFile: zipOf("a", "b")}}))(t)
	if out.CompatibleRuntimes == nil || out.CompatibleArchitectures == nil {
		t.Errorf("PublishLayerVersion = %+v", out)
	}
}

func TestGetFunctionTellsTagsToWhoMayListThem(t *testing.T) {
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.Tags = map[string]string{"a": "b"} })
	get := func() *lambdaapi.GetFunctionResponse {
		return must(h.GetFunction(t.Context(), call, &lambdaapi.GetFunctionRequest{FunctionName: "f"}))(t)
	}
	if out := get(); out.Tags["a"] != "b" || out.TagsError != nil {
		t.Errorf("GetFunction = %+v", out)
	}
	h.authz.deny = map[string]bool{"lambda:ListTags": true}
	if out := get(); out.Tags != nil || out.TagsError == nil || out.TagsError.ErrorCode != "AccessDeniedException" {
		t.Errorf("for who may not list tags: %+v", out)
	}
}

func TestPackagesHaveALimit(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	_, err := h.UpdateFunctionCode(t.Context(), call, &lambdaapi.UpdateFunctionCodeRequest{FunctionName: "f", ZipFile: make([]byte, 50<<20+1)})
	refused(t, "50 MB and a byte", err, "RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes")
	_, err = h.UpdateFunctionCode(t.Context(), call, &lambdaapi.UpdateFunctionCodeRequest{FunctionName: "f", ZipFile: make([]byte, 50<<20)})
	refused(t, "50 MB", err, "InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again.")
	_, err = h.UpdateFunctionCode(t.Context(), call, &lambdaapi.UpdateFunctionCodeRequest{FunctionName: "f", ImageUri: new("i")})
	refused(t, "an image", err, "InvalidParameterValueException", "Please don't provide ImageUri when updating a function with packageType Zip.")
	if unzipped, err := checkZip(zipThatSays(t, 250<<20-1)); err != nil || unzipped != 250<<20-1 {
		t.Errorf("a byte less than 250 MB: %d, %v", unzipped, err)
	}
	_, err = checkZip(zipThatSays(t, 250<<20))
	refused(t, "250 MB", err, "InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes")
}

func TestLayersAreForRuntimesThatThereAre(t *testing.T) {
	h := newHarness(t)
	const known = "[nodejs, nodejs4.3, nodejs6.10, "
	_, err := h.PublishLayerVersion(t.Context(), call, &lambdaapi.PublishLayerVersionRequest{
		LayerName: "l", Content: &lambdaapi.LayerVersionContentInput{ZipFile: zipOf("a", "b")}, CompatibleRuntimes: []string{"nodejs22.x", "nosuch"}})
	beginsWith(t, "PublishLayerVersion", err, "1 validation error detected: Value '[nodejs22.x, nosuch]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: "+known)
	_, err = h.ListLayers(t.Context(), call, &lambdaapi.ListLayersRequest{CompatibleRuntime: "nosuch"})
	beginsWith(t, "ListLayers", err, "1 validation error detected: Value 'nosuch' at 'compatibleRuntime' failed to satisfy constraint: Member must satisfy enum value set: "+known)
	_, err = h.ListLayerVersions(t.Context(), call, &lambdaapi.ListLayerVersionsRequest{LayerName: "l", CompatibleRuntime: "nosuch"})
	beginsWith(t, "ListLayerVersions", err, "1 validation error detected: Value 'nosuch' at 'compatibleRuntime'")
	must(h.PublishLayerVersion(t.Context(), call, &lambdaapi.PublishLayerVersionRequest{ // which does not run here
		LayerName: "l", Content: &lambdaapi.LayerVersionContentInput{ZipFile: zipOf("a", "b")}, CompatibleRuntimes: []string{"dotnetcore3.1"}}))(t)
}

// beginsWith checks that a refusal is of an invalid request and begins so.
func beginsWith(t *testing.T, what string, err error, message string) {
	t.Helper()
	if e := awserr.From(err); err == nil || e.Code != "ValidationException" || !strings.HasPrefix(e.Message, message) {
		t.Errorf("%s: %v", what, err)
	}
}
