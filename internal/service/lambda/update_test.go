package lambda

import (
	"context"
	"errors"
	"slices"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

type (
	updateCode   = lambdaapi.UpdateFunctionCodeRequest
	updateConfig = lambdaapi.UpdateFunctionConfigurationRequest
)

// The revisions of a function's life: each step that AWS was seen to take has
// one of its own.
func TestRevisionsChangeWithEveryStep(t *testing.T) {
	h := newHarness(t)
	var seen []string
	note := func(what, revision string) {
		t.Helper()
		if slices.Contains(seen, revision) {
			t.Errorf("%s has an old revision", what)
		}
		seen = append(seen, revision)
	}
	note("creation", *h.create("f").RevisionId)
	note("active", h.peek("f").RevisionID)
	code := must(h.UpdateFunctionCode(t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b"), RevisionId: new(h.peek("f").RevisionID)}))(t)
	if code.State != "Active" || code.LastUpdateStatus != "InProgress" || *code.LastUpdateStatusReason != "The function is being created." || code.LastUpdateStatusReasonCode != "Creating" {
		t.Errorf("UpdateFunctionCode = %+v", code)
	}
	note("code", *code.RevisionId)
	note("code updated", h.awaitSettled("f").RevisionID)
	config := must(h.UpdateFunctionConfiguration(t.Context(), call, &updateConfig{FunctionName: "f", Timeout: new(int64(7))}))(t)
	note("configuration", *config.RevisionId)
	note("configuration updated", h.awaitSettled("f").RevisionID)
	must(h.AddPermission(t.Context(), call, &lambdaapi.AddPermissionRequest{FunctionName: "f", StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com"}))(t)
	note("policy", h.peek("f").RevisionID)
	must(h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: *config.FunctionArn, Tags: map[string]string{"a": "b"}}))(t)
	note("tags", h.peek("f").RevisionID)
	// Even an update that changes nothing is one.
	again := must(h.UpdateFunctionConfiguration(t.Context(), call, &updateConfig{FunctionName: "f", Timeout: new(int64(7))}))(t)
	note("redundant update", *again.RevisionId)
	note("redundant update done", h.awaitSettled("f").RevisionID)
}

func TestUpdatesRefuse(t *testing.T) {
	const otherRevision = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
	for _, tt := range []struct {
		name          string
		update        func(context.Context, *harness) error
		code, message string
	}{
		{"code of another revision", func(ctx context.Context, h *harness) error {
			_, err := h.UpdateFunctionCode(ctx, call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b"), RevisionId: new("other")})
			return err
		}, "PreconditionFailedException", otherRevision},
		{"configuration of another revision", func(ctx context.Context, h *harness) error {
			_, err := h.UpdateFunctionConfiguration(ctx, call, &updateConfig{FunctionName: "f", RevisionId: new("other")})
			return err
		}, "PreconditionFailedException", otherRevision},
		{"code of an unknown function", func(ctx context.Context, h *harness) error {
			_, err := h.UpdateFunctionCode(ctx, call, &updateCode{FunctionName: "nosuch", ZipFile: zipOf("a", "b")})
			return err
		}, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:nosuch"},
		{"an unknown runtime", func(ctx context.Context, h *harness) error {
			_, err := h.UpdateFunctionConfiguration(ctx, call, &updateConfig{FunctionName: "f", Runtime: "non-existent-runtime"})
			return err
		}, "InvalidParameterValueException", "Value non-existent-runtime at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs6.10, nodejs22.x, python3.12] or be a valid ARN"},
		{"a version", func(ctx context.Context, h *harness) error {
			_, err := h.UpdateFunctionConfiguration(ctx, call, &updateConfig{FunctionName: "f:1"})
			return err
		}, "InvalidParameterValueException", "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.create("f")
			before := h.peek("f").RevisionID
			refused(t, "update", tt.update(t.Context(), h), tt.code, tt.message)
			if h.peek("f").RevisionID != before {
				t.Error("something changed")
			}
		})
	}
}

func TestASecondUpdateMeanwhileIsRefused(t *testing.T) {
	const inProgress = "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:eu-central-1:111111111111:function:f"
	const pending = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
	h := newHarness(t)
	release := make(chan struct{})
	h.sandboxes.set(func() { h.sandboxes.prepare = func(context.Context, Environment) error { <-release; return nil } })
	must(h.CreateFunction(t.Context(), call, creation("f")))(t)
	_, err := h.UpdateFunctionCode(t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b")})
	refused(t, "while Pending", err, "ResourceConflictException", pending)
	_, err = h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"})
	refused(t, "published while Pending", err, "ResourceConflictException", pending)
	_, err = h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
	refused(t, "invoked while Pending", err, "ResourceConflictException", pending)
	release <- struct{}{}
	h.awaitSettled("f")
	must(h.UpdateFunctionCode(t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b")}))(t)
	_, err = h.UpdateFunctionConfiguration(t.Context(), call, &updateConfig{FunctionName: "f"})
	refused(t, "while InProgress", err, "ResourceConflictException", inProgress)
	_, err = h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"})
	refused(t, "published while InProgress", err, "ResourceConflictException", inProgress)
	// A tag or permission may come meanwhile, and the update ends all the same.
	must(h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: h.peek("f").arn(), Tags: map[string]string{"a": "b"}}))(t)
	release <- struct{}{}
	if f := h.awaitSettled("f"); f.UpdateStatus != "Successful" || f.Tags["a"] != "b" {
		t.Errorf("then: %+v", f)
	}
}

func TestUntilAnUpdateIsDoneTheOldBuildRuns(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	outcome := make(chan error)
	prepared := make(chan string, 10)
	h.sandboxes.set(func() {
		h.sandboxes.prepare = func(_ context.Context, e Environment) error { prepared <- e.Runtime; return <-outcome }
	})
	runs := func() string {
		t.Helper()
		must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"}))(t)
		return (<-h.sandboxes.calls).Runtime
	}

	must(h.UpdateFunctionConfiguration(t.Context(), call, &updateConfig{FunctionName: "f", Runtime: "python3.12"}))(t)
	if got := runs(); got != "nodejs22.x" {
		t.Errorf("while InProgress %s runs", got)
	}
	if got := <-prepared; got != "python3.12" {
		t.Errorf("%s is prepared", got)
	}
	outcome <- errors.New("no python")
	f := h.awaitSettled("f")
	if f.State != "Active" || f.UpdateStatus != "Failed" || f.UpdateReason != "no python" || f.Settings.Runtime != "python3.12" {
		t.Errorf("after a failure: %+v", f)
	}
	if got := runs(); got != "nodejs22.x" {
		t.Errorf("after a failure %s runs", got)
	}
	if len(h.sandboxes.retired) != 0 {
		t.Errorf("retired %s", <-h.sandboxes.retired)
	}

	// What runs when another update follows is still the first build.
	must(h.UpdateFunctionConfiguration(t.Context(), call, &updateConfig{FunctionName: "f", Runtime: "nodejs6.10"}))(t)
	if got := runs(); got != "nodejs22.x" {
		t.Errorf("while InProgress again %s runs", got)
	}
	old := h.peek("f").environmentID()
	outcome <- nil
	h.awaitSettled("f")
	if got := runs(); got != "nodejs6.10" {
		t.Errorf("at last %s runs", got)
	}
	if retired := <-h.sandboxes.retired; retired != old {
		t.Errorf("retired %s, want %s", retired, old)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	before := *h.peek("f")
	out := must(h.UpdateFunctionCode(t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b"), DryRun: new(true)}))(t)
	if *out.CodeSha256 == before.Code.SHA256 {
		t.Error("the answer has the old code")
	}
	if after := h.peek("f"); after.Code != before.Code || after.RevisionID != before.RevisionID {
		t.Errorf("changed to %+v", after)
	}
}

// Environments that are warm stay so unless what they are made of changes.
func TestEnvironmentsChangeOnlyWhenTheyMust(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	id := func() string { return h.awaitSettled("f").environmentID() }
	for _, tt := range []struct {
		name    string
		change  func() error
		another bool
	}{
		{"tags", func() error {
			_, err := h.TagResource(t.Context(), call, &lambdaapi.TagResourceRequest{Resource: h.peek("f").arn(), Tags: map[string]string{"a": "b"}})
			return err
		}, false},
		{"policy", func() error {
			_, err := h.AddPermission(t.Context(), call, &lambdaapi.AddPermissionRequest{FunctionName: "f", StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com"})
			return err
		}, false},
		{"reservation", func() error {
			_, err := h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 3})
			return err
		}, false},
		{"publication", func() error {
			_, err := h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"})
			return err
		}, false},
		{"description", h.configure(&updateConfig{Description: new("d")}), false},
		{"nothing at all", h.configure(&updateConfig{}), false},
		{"the same code", h.recode("index.js", "exports.handler = async () => 1"), false},
		{"other code", h.recode("index.js", "exports.handler = async () => 2"), true},
		{"memory", h.configure(&updateConfig{MemorySize: new(int64(256))}), true},
		{"variables", h.configure(&updateConfig{Environment: &lambdaapi.Environment{Variables: map[string]string{"A": "b"}}}), true},
		{"handler", h.configure(&updateConfig{Handler: new("other.handler")}), true},
		{"role", h.configure(&updateConfig{Role: new("arn:aws:iam::111111111111:role/new")}), true},
		{"temporary storage", h.configure(&updateConfig{EphemeralStorage: &lambdaapi.EphemeralStorage{Size: 1024}}), true},
		{"log group", h.configure(&updateConfig{LoggingConfig: &lambdaapi.LoggingConfig{LogGroup: new("g")}}), true},
	} {
		before := id()
		if err := tt.change(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if changed := id() != before; changed != tt.another {
			t.Errorf("%s: environments change: %v", tt.name, changed)
		}
	}
}

func (h *harness) configure(in *updateConfig) func() error {
	in.FunctionName = "f"
	return func() error {
		_, err := h.UpdateFunctionConfiguration(h.t.Context(), call, in)
		return err
	}
}

func (h *harness) recode(name, content string) func() error {
	return func() error {
		_, err := h.UpdateFunctionCode(h.t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf(name, content)})
		return err
	}
}

func TestARestartTakesUpWhatIsPending(t *testing.T) {
	h := newHarness(t)
	h.sandboxes.set(func() {
		h.sandboxes.prepare = func(ctx context.Context, _ Environment) error { <-ctx.Done(); return ctx.Err() }
	})
	must(h.CreateFunction(t.Context(), call, func() *lambdaapi.CreateFunctionRequest {
		in := creation("f")
		in.Publish = new(true)
		return in
	}()))(t)
	h.Close()
	if f := h.peek("f"); f.State != "Pending" {
		t.Fatalf("state %s", f.State)
	}
	h.sandboxes.set(func() { h.sandboxes.prepare = func(context.Context, Environment) error { return nil } })
	h.open()
	for _, text := range []string{"f", "f:1"} {
		if f := h.awaitSettled(text); f.State != "Active" {
			t.Errorf("%s is %s: %s", text, f.State, f.StateReason)
		}
	}
}

func TestAStartDropsPackagesThatNobodyHas(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	first := h.peek("f").Code.Blob
	for _, content := range []string{"2", "3"} {
		if err := h.recode("index.js", content)(); err != nil {
			t.Fatal(err)
		}
		h.awaitSettled("f")
	}
	h.restart()
	var got []string
	for name, err := range h.blobs.Names(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	slices.Sort(got)
	want := []string{first, h.peek("f").Code.Blob} // of version 1, and of $LATEST
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("packages %v, want %v", got, want)
	}
}
