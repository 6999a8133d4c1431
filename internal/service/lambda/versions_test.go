package lambda

import (
	"fmt"
	"slices"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

type publication = lambdaapi.PublishVersionRequest

// versions lists "version: description" of a function.
func (h *harness) versions(function string) (found []string) {
	h.t.Helper()
	in := &lambdaapi.ListVersionsByFunctionRequest{FunctionName: function}
	for _, v := range must(h.ListVersionsByFunction(h.t.Context(), call, in))(h.t).Versions {
		if v.State != "" || v.LastUpdateStatus != "" || *v.FunctionArn != "arn:aws:lambda:eu-central-1:111111111111:function:f:"+*v.Version {
			h.t.Errorf("entry %+v", v)
		}
		found = append(found, *v.Version+": "+*v.Description)
	}
	return found
}

// The life that AWS was seen to give a function and its versions.
func TestVersionsLiveAsOnAWS(t *testing.T) {
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.Description = new("No version :(") })
	expect := func(want ...string) {
		t.Helper()
		if got := h.versions("f"); !slices.Equal(got, want) {
			t.Errorf("versions %q, want %q", got, want)
		}
	}
	expect("$LATEST: No version :(")

	before := h.peek("f").RevisionID
	first := must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f", Description: new("First version")}))(t)
	if *first.Version != "1" || *first.FunctionArn != "arn:aws:lambda:eu-central-1:111111111111:function:f:1" || first.State != "Active" || first.LastUpdateStatus != "Successful" {
		t.Errorf("PublishVersion = %+v", first)
	}
	afterFirst := h.peek("f").RevisionID
	if *first.RevisionId == before || afterFirst == before || afterFirst == *first.RevisionId {
		t.Error("version and $LATEST have no revisions of their own")
	}

	must(h.UpdateFunctionConfiguration(t.Context(), call, &updateConfig{FunctionName: "f", Description: new("Second version")}))(t)
	h.awaitSettled("f")
	second := must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	expect("$LATEST: Second version", "1: First version", "2: Second version")

	// Nothing has changed since, so there is nothing to publish.
	revision := h.peek("f").RevisionID
	third := must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	if *third.Version != "2" || *third.RevisionId != *second.RevisionId || h.peek("f").RevisionID != revision {
		t.Errorf("published again: %+v", third)
	}

	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f", Qualifier: new("1")}))(t)
	expect("$LATEST: Second version", "2: Second version")
	if retired := <-h.sandboxes.retired; retired == h.peek("f").environmentID() || retired == "" {
		t.Errorf("retired %s", retired)
	}
	// That there is none of the number is no error, and no number comes twice.
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f", Qualifier: new("1")}))(t)
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f:2"}))(t)
	again := must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	if *again.Version != "3" {
		t.Errorf("after version 2 was deleted comes %s", *again.Version)
	}
}

func TestAVersionKeepsItsCodeAndConfiguration(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	published := must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	if err := h.recode("index.js", "new")(); err != nil {
		t.Fatal(err)
	}
	h.awaitSettled("f")
	if err := h.configure(&updateConfig{Handler: new("new.handler")})(); err != nil {
		t.Fatal(err)
	}
	h.awaitSettled("f")
	got := must(h.GetFunctionConfiguration(t.Context(), call, &lambdaapi.GetFunctionConfigurationRequest{FunctionName: "f", Qualifier: new("1")}))(t)
	if *got.CodeSha256 != *published.CodeSha256 || *got.Handler != "index.handler" || *got.RevisionId != *published.RevisionId {
		t.Errorf("version 1 has become %+v", got)
	}
	out := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", Qualifier: new("1")}))(t)
	ran := <-h.sandboxes.calls
	if *out.ExecutedVersion != "1" || ran.Version != "1" || ran.Handler != "index.handler" || ran.CodeSHA256 != *published.CodeSha256 ||
		ran.Invocation.ARN != "arn:aws:lambda:eu-central-1:111111111111:function:f:1" {
		t.Errorf("version %s ran: %+v", *out.ExecutedVersion, ran)
	}
}

func TestGetFunctionNamesWhatWasAskedFor(t *testing.T) {
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.Tags = map[string]string{"a": "b"} })
	must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1"}))(t)
	for qualifier, version := range map[string]string{"": "$LATEST", "$LATEST": "$LATEST", "1": "1", "live": "1"} {
		text := qualified("f", qualifier)
		out := must(h.GetFunction(t.Context(), call, &lambdaapi.GetFunctionRequest{FunctionName: text}))(t)
		c := out.Configuration
		if *c.FunctionArn != "arn:aws:lambda:eu-central-1:111111111111:function:"+text || *c.Version != version || out.Tags["a"] != "b" || out.Concurrency != nil {
			t.Errorf("GetFunction(%s) = %+v", text, out)
		}
	}
	for _, qualifier := range []string{"1221", "noalias", "$latest"} {
		_, err := h.GetFunction(t.Context(), call, &lambdaapi.GetFunctionRequest{FunctionName: "f", Qualifier: &qualifier})
		refused(t, "GetFunction", err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:f:"+qualifier)
	}
}

func TestPublishWithCreationAndUpdate(t *testing.T) {
	h := newHarness(t)
	created := h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.Publish = new(true) })
	if *created.Version != "1" || created.State != "Pending" || *created.FunctionArn != "arn:aws:lambda:eu-central-1:111111111111:function:f" {
		t.Errorf("CreateFunction = %+v", created)
	}
	if v := h.awaitSettled("f:1"); v.State != "Active" {
		t.Errorf("version 1 is %s", v.State)
	}
	updated := must(h.UpdateFunctionCode(t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b"), Publish: new(true)}))(t)
	if *updated.Version != "2" || updated.State != "Pending" || updated.LastUpdateStatus != "" || *updated.FunctionArn != "arn:aws:lambda:eu-central-1:111111111111:function:f:2" {
		t.Errorf("UpdateFunctionCode = %+v", updated)
	}
	h.awaitSettled("f")
	if v := h.awaitSettled("f:2"); v.State != "Active" {
		t.Errorf("version 2 is %s", v.State)
	}
	same := must(h.UpdateFunctionCode(t.Context(), call, &updateCode{FunctionName: "f", ZipFile: zipOf("a", "b"), Publish: new(true)}))(t)
	if *same.Version != "2" {
		t.Errorf("the same code becomes version %s", *same.Version)
	}
}

func TestPublishVersionRefuses(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	hash := h.peek("f").Code.SHA256
	for _, tt := range []struct {
		in            publication
		code, message string
	}{
		{publication{FunctionName: "f", CodeSha256: new("somenonexistentsha256")}, "InvalidParameterValueException",
			"CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST (" + hash + "). Please try again with the CodeSHA256 in $LATEST."},
		{publication{FunctionName: "f", RevisionId: new("wrong")}, "PreconditionFailedException",
			"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"},
		{publication{FunctionName: "nosuch"}, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:nosuch"},
	} {
		_, err := h.PublishVersion(t.Context(), call, &tt.in)
		refused(t, "PublishVersion", err, tt.code, tt.message)
	}
}

func TestDeleteFunctionRefuses(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1"}))(t)
	const missing = "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:nosuch"
	for _, tt := range []struct {
		text          string
		qualifier     *string
		code, message string
	}{
		{"nosuch", nil, "ResourceNotFoundException", missing},
		{"nosuch", new("1"), "ResourceNotFoundException", missing},
		{"f:$LATEST", new("$LATEST"), "InvalidParameterValueException", "$LATEST version cannot be deleted without deleting the function."},
		{"f:$LATEST", new("1"), "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."},
		{"f:live", nil, "InvalidParameterValueException", "Deletion of aliases is not currently supported."},
		{"f:1", nil, "ResourceConflictException", "Unable to delete version because the following aliases reference it: [live]"},
	} {
		_, err := h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: tt.text, Qualifier: tt.qualifier})
		refused(t, "DeleteFunction of "+tt.text, err, tt.code, tt.message)
	}
}

func TestDeleteFunctionLeavesNothing(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1"}))(t)
	must(h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 900}))(t)
	want := []string{h.peek("f").environmentID(), h.peek("f:1").environmentID()}
	out := must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	if *out.StatusCode != 204 {
		t.Errorf("status %d", *out.StatusCode)
	}
	if got := []string{<-h.sandboxes.retired, <-h.sandboxes.retired}; !slices.Equal(got, want) {
		t.Errorf("retired %q, want %q", got, want)
	}
	for _, kind := range []string{"function", "version", "alias"} {
		if n := h.count(kind); n != 0 {
			t.Errorf("%d records of kind %s stay", n, kind)
		}
	}
	h.create("f") // begins anew, and with room for its reservation
	must(h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 900}))(t)
	if v := must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t); *v.Version != "1" {
		t.Errorf("the first version is %s", *v.Version)
	}
}

func TestListsComeInPages(t *testing.T) {
	h := newHarness(t)
	for _, name := range []string{"b", "a", "c"} {
		h.create(name)
	}
	h.create("f")
	for i := range 3 {
		must(h.PublishVersion(t.Context(), call, &publication{FunctionName: "f"}))(t)
		must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: fmt.Sprintf("v%d", i+1), FunctionVersion: fmt.Sprint(i + 1)}))(t)
		if err := h.configure(&updateConfig{Description: new(fmt.Sprint(i))})(); err != nil {
			t.Fatal(err)
		}
		h.awaitSettled("f")
	}
	functions := func(version string) func(marker *string, items *int64) ([]string, *string) {
		return func(marker *string, items *int64) (found []string, next *string) {
			out := must(h.ListFunctions(t.Context(), call, &lambdaapi.ListFunctionsRequest{FunctionVersion: version, Marker: marker, MaxItems: items}))(t)
			for _, f := range out.Functions {
				if f.State != "" || f.LastUpdateStatus != "" {
					t.Errorf("entry %+v", f)
				}
				found = append(found, (*f.FunctionArn)[len("arn:aws:lambda:eu-central-1:111111111111:function:"):])
			}
			return found, out.NextMarker
		}
	}
	for _, tt := range []struct {
		name string
		list func(marker *string, items *int64) ([]string, *string)
		want []string
	}{
		{"functions", functions(""), []string{"a", "b", "c", "f"}},
		{"functions with versions", functions("ALL"), []string{"a:$LATEST", "b:$LATEST", "c:$LATEST", "f:$LATEST", "f:1", "f:2", "f:3"}},
		{"versions", func(marker *string, items *int64) (found []string, next *string) {
			out := must(h.ListVersionsByFunction(t.Context(), call, &lambdaapi.ListVersionsByFunctionRequest{FunctionName: "f", Marker: marker, MaxItems: items}))(t)
			for _, v := range out.Versions {
				found = append(found, *v.Version)
			}
			return found, out.NextMarker
		}, []string{"$LATEST", "1", "2", "3"}},
		{"aliases", func(marker *string, items *int64) (found []string, next *string) {
			out := must(h.ListAliases(t.Context(), call, &lambdaapi.ListAliasesRequest{FunctionName: "f", Marker: marker, MaxItems: items}))(t)
			for _, a := range out.Aliases {
				found = append(found, *a.Name)
			}
			return found, out.NextMarker
		}, []string{"v1", "v2", "v3"}},
	} {
		for size := int64(1); size <= int64(len(tt.want))+1; size++ {
			var got []string
			var marker *string
			for {
				page, next := tt.list(marker, &size)
				if int64(len(page)) > size || len(page) == 0 {
					t.Fatalf("%s: a page of %d, at most %d", tt.name, len(page), size)
				}
				got = append(got, page...)
				if marker = next; marker == nil {
					break
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s by %d: %q, want %q", tt.name, size, got, tt.want)
			}
		}
	}
}
