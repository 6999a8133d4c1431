package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

func TestCreateFunctionAnswersWithItsDefaults(t *testing.T) {
	h := newHarness(t)
	release := make(chan struct{})
	h.sandboxes.set(func() { h.sandboxes.prepare = func(context.Context, Environment) error { <-release; return nil } })
	got := must(h.CreateFunction(t.Context(), call, creation("f")))(t)
	want := &lambdaapi.FunctionConfiguration{
		FunctionName: new("f"), FunctionArn: new("arn:aws:lambda:eu-central-1:111111111111:function:f"), Version: new("$LATEST"),
		Runtime: "nodejs22.x", Handler: new("index.handler"), Role: new("arn:aws:iam::111111111111:role/fn"),
		Description: new(""), Timeout: new(int64(3)), MemorySize: new(int64(128)), PackageType: "Zip", Architectures: []string{"x86_64"},
		EphemeralStorage: &lambdaapi.EphemeralStorage{Size: 512}, TracingConfig: &lambdaapi.TracingConfigResponse{Mode: "PassThrough"},
		LoggingConfig:        &lambdaapi.LoggingConfig{LogFormat: "Text", LogGroup: new("/aws/lambda/f")},
		SnapStart:            &lambdaapi.SnapStartResponse{ApplyOn: "None", OptimizationStatus: "Off"},
		RuntimeVersionConfig: &lambdaapi.RuntimeVersionConfig{RuntimeVersionArn: new("arn:aws:lambda:eu-central-1::runtime:nodejs22.x")},
		State:                "Pending", StateReason: new("The function is being created."), StateReasonCode: "Creating",
		LastModified: new("2026-03-01T12:00:00.000+0000"), RevisionId: got.RevisionId, CodeSha256: got.CodeSha256, CodeSize: got.CodeSize,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("CreateFunction =\n%+v\nwant\n%+v", got, want)
	}
	if len(*got.RevisionId) != 36 || len(*got.CodeSha256) != 44 || *got.CodeSize != int64(len(creation("f").Code.ZipFile)) {
		t.Errorf("revision %s, hash %s, size %d", *got.RevisionId, *got.CodeSha256, *got.CodeSize)
	}
	close(release)
	h.awaitSettled("f")
	active := must(h.GetFunctionConfiguration(t.Context(), call, &lambdaapi.GetFunctionConfigurationRequest{FunctionName: "f"}))(t)
	if active.State != "Active" || active.LastUpdateStatus != "Successful" || active.StateReason != nil || active.StateReasonCode != "" {
		t.Errorf("then: %+v", active)
	}
	if *active.RevisionId == *got.RevisionId || *active.LastModified != *got.LastModified {
		t.Errorf("then: revision %s, modified %s", *active.RevisionId, *active.LastModified)
	}
}

func TestCreateFunctionRefuses(t *testing.T) {
	type request = lambdaapi.CreateFunctionRequest
	for _, tt := range []struct {
		name          string
		edit          func(*request)
		code, message string
	}{
		{"a name that is taken", func(in *request) { in.FunctionName = "taken" },
			"ResourceConflictException", "Function already exist: taken"},
		{"a long name", func(in *request) { in.FunctionName = strings.Repeat("a", 65) },
			"InvalidParameterValueException", "1 validation error detected: Value '" + strings.Repeat("a", 65) + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"another region", func(in *request) { in.FunctionName = "arn:aws:lambda:ap-southeast-1:111111111111:function:g" },
			"ResourceNotFoundException", "Functions from 'ap-southeast-1' are not reachable in this region ('eu-central-1')"},
		{"no runtime", func(in *request) { in.Runtime = "" },
			"InvalidParameterValueException", "Runtime and Handler are mandatory parameters for functions created with deployment packages."},
		{"no handler", func(in *request) { in.Handler = nil },
			"InvalidParameterValueException", "Runtime and Handler are mandatory parameters for functions created with deployment packages."},
		{"an unknown runtime", func(in *request) { in.Runtime = "PYTHON3.9" },
			"InvalidParameterValueException", "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs6.10, nodejs22.x, python3.12] or be a valid ARN"},
		{"a runtime that is not built", func(in *request) { in.Runtime = "dotnet8" },
			"NotImplemented", "cloudless does not implement the runtime dotnet8 yet."},
		{"a role that cannot be assumed", func(in *request) { in.Role = "arn:aws:iam::111111111111:role/other" },
			"InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."},
		{"no code", func(in *request) { in.Code = &lambdaapi.FunctionCode{} },
			"InvalidParameterValueException", "Please provide a source for function code."},
		{"code from two places", func(in *request) { in.Code.S3Bucket, in.Code.S3Key = new("b"), new("k") },
			"InvalidParameterValueException", "Please provide a source for function code."},
		{"an object that is not there", func(in *request) { in.Code = &lambdaapi.FunctionCode{S3Bucket: new("b"), S3Key: new("k")} },
			"InvalidParameterValueException", "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."},
		{"code that is no zip", func(in *request) { in.Code.ZipFile = []byte("no zip") },
			"InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again."},
		{"a zip whose names lead out of it", func(in *request) { in.Code.ZipFile = zipNaming(t, "index.js", "a/../../x") },
			"InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again."},
		{"an empty zip", func(in *request) { in.Code.ZipFile = emptyZip(t) },
			"InvalidParameterValueException", "Uploaded file must be a non-empty zip"},
		{"a zip that unpacks to too much", func(in *request) { in.Code.ZipFile = hugeZip(t) },
			"InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"},
		{"a container image", func(in *request) { in.Code = &lambdaapi.FunctionCode{ImageUri: new("i")} },
			"NotImplemented", "cloudless does not implement container images as deployment packages yet."},
		{"more memory than there may be", func(in *request) { in.MemorySize = new(int64(10_241)) },
			"InvalidParameterValueException", "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240"},
		{"SnapStart of a runtime without it", func(in *request) { in.SnapStart = &lambdaapi.SnapStart{ApplyOn: "PublishedVersions"} },
			"InvalidParameterValueException", "nodejs22.x is not supported for SnapStart enabled functions."},
		{"SnapStart", func(in *request) {
			in.Runtime, in.SnapStart = "python3.12", &lambdaapi.SnapStart{ApplyOn: "PublishedVersions"}
		}, "NotImplemented", "cloudless does not implement the SnapStart parameter of functions yet."},
		{"reserved variables", func(in *request) {
			in.Environment = &lambdaapi.Environment{Variables: map[string]string{"AWS_REGION": "a", "LAMBDA_TASK_ROOT": "b", "MINE": "c"}}
		}, "InvalidParameterValueException", "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT"},
		{"variables that are too large", func(in *request) {
			in.Environment = &lambdaapi.Environment{Variables: map[string]string{"LARGE_VAR": strings.Repeat("x", 4<<10)}}
		}, "InvalidParameterValueException", `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"LARGE_VAR":"` + strings.Repeat("x", 4<<10) + `"}`},
		{"several variables that are too large", func(in *request) {
			in.Environment = &lambdaapi.Environment{Variables: map[string]string{"LARGE_VAR": strings.Repeat("x", 4<<10), "SMALL_VAR": "ok"}}
		}, "InvalidParameterValueException", `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"SMALL_VAR":"ok","LARGE_VAR":"` + strings.Repeat("x", 4<<10) + `"}`},
		{"too many tags", func(in *request) {
			in.Tags = map[string]string{}
			for i := range 51 {
				in.Tags[strings.Repeat("a", i+1)] = ""
			}
		}, "InvalidParameterValueException", "Number of tags exceeds resource tag limit."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.roles["arn:aws:iam::111111111111:role/other"] = errNoRole
			h.create("taken")
			in := creation("new")
			tt.edit(in)
			_, err := h.CreateFunction(t.Context(), call, in)
			refused(t, "CreateFunction", err, tt.code, tt.message)
			if n := h.count("function"); n != 1 {
				t.Errorf("there are %d functions", n)
			}
		})
	}
}

var errNoRole = lambdaapi.ResourceNotFoundException("no such role")

func TestCreateFunctionAcceptsVariablesUpToTheLimit(t *testing.T) {
	// As JSON, {"V":"…"} has eight bytes more than the value. What HTML would
	// escape counts as one byte.
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) {
		in.Environment = &lambdaapi.Environment{Variables: map[string]string{"V": strings.Repeat("<", 4<<10-8)}}
	})
}

func TestCreateFunctionTakesCodeFromAnObject(t *testing.T) {
	h := newHarness(t)
	h.objects["bucket/code.zip/v7"] = zipOf("index.js", "other code")
	out := h.create("f", func(in *lambdaapi.CreateFunctionRequest) {
		in.Code = &lambdaapi.FunctionCode{S3Bucket: new("bucket"), S3Key: new("code.zip"), S3ObjectVersion: new("v7")}
	})
	if *out.CodeSize != int64(len(h.objects["bucket/code.zip/v7"])) {
		t.Errorf("size %d", *out.CodeSize)
	}
}

func TestCreateFunctionAsksForTheRightToPassTheRole(t *testing.T) {
	h := newHarness(t)
	h.authz.deny = map[string]bool{"iam:PassRole": true}
	_, err := h.CreateFunction(t.Context(), call, creation("f"))
	refused(t, "CreateFunction", err, "AccessDeniedException", "no iam:PassRole")
}

func TestAFunctionWhoseRuntimeCannotBeHadFails(t *testing.T) {
	h := newHarness(t)
	h.sandboxes.set(func() {
		h.sandboxes.prepare = func(context.Context, Environment) error { return errors.New("no package client") }
	})
	h.create("f")
	f := h.peek("f")
	if f.State != "Failed" || f.StateReason != "no package client" || f.StateReasonCode != "InvalidRuntime" {
		t.Errorf("state %s: %s (%s)", f.State, f.StateReason, f.StateReasonCode)
	}
	_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
	refused(t, "Invoke", err, "ResourceConflictException", "The operation cannot be performed at this time. The function is currently in the following state: Failed")
}

func emptyZip(t *testing.T) []byte {
	var b bytes.Buffer
	if err := zip.NewWriter(&b).Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipNaming makes an archive of empty files.
func zipNaming(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hugeZip makes a small archive that says it unpacks to more than is allowed.
func hugeZip(t *testing.T) []byte { return zipThatSays(t, maxUnzippedBytes+1) }

// zipThatSays makes a small archive that says it unpacks to so many bytes.
func zipThatSays(t *testing.T, size uint64) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: zip.Deflate, UncompressedSize64: size, CompressedSize64: 1})
	if err == nil {
		_, err = io.WriteString(f, "a")
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
