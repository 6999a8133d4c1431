package lambda

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

const arnL = "arn:aws:lambda:eu-central-1:111111111111:layer:l"

// publishLayer publishes a version of a layer whose package has one file.
func (h *harness) publishLayer(name, content string, edit ...func(*lambdaapi.PublishLayerVersionRequest)) *lambdaapi.PublishLayerVersionResponse {
	h.t.Helper()
	in := &lambdaapi.PublishLayerVersionRequest{LayerName: name, Content: &lambdaapi.LayerVersionContentInput{ZipFile: zipOf("x", content)}}
	for _, e := range edit {
		e(in)
	}
	return must(h.PublishLayerVersion(h.t.Context(), call, in))(h.t)
}

func TestLayerVersionsAreKept(t *testing.T) {
	h := newHarness(t)
	first := h.publishLayer("l", "1", func(in *lambdaapi.PublishLayerVersionRequest) {
		in.CompatibleRuntimes, in.CompatibleArchitectures = []string{"python3.12"}, []string{"x86_64"}
	})
	if *first.LayerArn != arnL || *first.LayerVersionArn != arnL+":1" || *first.Version != 1 || *first.Description != "" ||
		*first.CreatedDate != "2026-03-01T12:00:00.000+0000" || *first.Content.CodeSha256 == "" || !strings.HasPrefix(*first.Content.Location, "http://127.0.0.1:4566/") {
		t.Errorf("Publish = %+v", first)
	}
	h.publishLayer("l", "2", func(in *lambdaapi.PublishLayerVersionRequest) { in.CompatibleRuntimes = []string{"nodejs22.x"} })
	h.publishLayer("l", "3")
	must(h.DeleteLayerVersion(t.Context(), call, &lambdaapi.DeleteLayerVersionRequest{LayerName: "l", VersionNumber: 3}))(t)
	must(h.DeleteLayerVersion(t.Context(), call, &lambdaapi.DeleteLayerVersionRequest{LayerName: "l", VersionNumber: 3}))(t)
	if fourth := h.publishLayer(arnL, "4"); *fourth.Version != 4 {
		t.Errorf("after version 3 was deleted, the next is %d", *fourth.Version)
	}
	h.publishLayer("m", "1")

	byARN := must(h.GetLayerVersionByArn(t.Context(), call, &lambdaapi.GetLayerVersionByArnRequest{Arn: arnL + ":1"}))(t)
	if *byARN.Version != 1 || !slices.Equal(byARN.CompatibleRuntimes, []string{"python3.12"}) {
		t.Errorf("by ARN: %+v", byARN)
	}
	_, err := h.GetLayerVersion(t.Context(), call, &lambdaapi.GetLayerVersionRequest{LayerName: "l", VersionNumber: 3})
	refused(t, "Get", err, "ResourceNotFoundException", "The resource you requested does not exist.")
	_, err = h.GetLayerVersion(t.Context(), call, &lambdaapi.GetLayerVersionRequest{LayerName: "l"})
	refused(t, "Get", err, "InvalidParameterValueException", "Layer Version Cannot be less than 1")

	var numbers []int64
	in := &lambdaapi.ListLayerVersionsRequest{LayerName: "l", MaxItems: new(int64(2))}
	for {
		page := must(h.ListLayerVersions(t.Context(), call, in))(t)
		for _, v := range page.LayerVersions {
			numbers = append(numbers, *v.Version)
		}
		if in.Marker = page.NextMarker; in.Marker == nil {
			break
		}
	}
	if !slices.Equal(numbers, []int64{4, 2, 1}) {
		t.Errorf("the versions are %v", numbers)
	}
	for _, tt := range []struct {
		runtime string
		want    []string
	}{{"", []string{arnL + ":4", strings.TrimSuffix(arnL, "l") + "m:1"}}, {"python3.12", []string{arnL + ":1"}}, {"ruby3.4", nil}} {
		var got []string
		for _, l := range must(h.ListLayers(t.Context(), call, &lambdaapi.ListLayersRequest{CompatibleRuntime: tt.runtime}))(t).Layers {
			got = append(got, *l.LatestMatchingVersion.LayerVersionArn)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("layers for %q are %v, want %v", tt.runtime, got, tt.want)
		}
	}
	page := must(h.ListLayers(t.Context(), call, &lambdaapi.ListLayersRequest{MaxItems: new(int64(1))}))(t)
	page = must(h.ListLayers(t.Context(), call, &lambdaapi.ListLayersRequest{Marker: page.NextMarker}))(t)
	if len(page.Layers) != 1 || *page.Layers[0].LayerName != "m" {
		t.Errorf("second page = %+v", page)
	}
}

func TestFunctionsHaveLayersInTheirOrder(t *testing.T) {
	h := newHarness(t)
	h.publishLayer("l", "1")
	h.publishLayer("m", "1")
	arnM := strings.TrimSuffix(arnL, "l") + "m"
	fn := h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.Layers = []string{arnM + ":1", arnL + ":1"} })
	if len(fn.Layers) != 2 || *fn.Layers[0].Arn != arnM+":1" || *fn.Layers[0].CodeSize == 0 {
		t.Errorf("Layers = %+v", fn.Layers)
	}
	must(h.DeleteLayerVersion(t.Context(), call, &lambdaapi.DeleteLayerVersionRequest{LayerName: "m", VersionNumber: 1}))(t)
	h.restart() // which drops the packages that nobody has
	must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"}))(t)
	got := <-h.sandboxes.calls
	if len(got.Layers) != 2 {
		t.Fatalf("it runs with %d layers", len(got.Layers))
	}
	for _, l := range got.Layers {
		z, err := l.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		z.Close()
	}
	before := h.peek("f").environmentID()
	must(h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", Description: new("d")}))(t)
	if f := h.awaitSettled("f"); len(f.Layers) != 2 || f.environmentID() != before {
		t.Error("an update of something else changes the layers")
	}
	out := must(h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", Layers: []string{}}))(t)
	if len(out.Layers) != 0 || h.awaitSettled("f").environmentID() == before {
		t.Errorf("after an update to none there are %+v", out.Layers)
	}
}

func TestLayersThatAreRefused(t *testing.T) {
	h := newHarness(t)
	h.publishLayer("l", "1")
	h.publishLayer("l", "2")
	for _, tt := range []struct {
		name    string
		layers  []string
		message string
	}{
		{"six", slices.Repeat([]string{arnL + ":1"}, 6), "Cannot reference more than 5 layers."},
		{"what is not there", []string{arnL + ":9"}, "Layer version " + arnL + ":9 does not exist."},
		{"two versions of one", []string{arnL + ":1", arnL + ":2"}, "Two different versions of the same layer are not allowed to be referenced in the same function. " +
			arnL + ":1 and " + arnL + ":2 versions are the same layer."},
		{"another region's", []string{strings.Replace(arnL, "eu-central-1", "us-east-1", 1) + ":1"}, "Layers are not in the same region as the function. Layers are expected to be in region eu-central-1."},
	} {
		in := creation("f")
		in.Layers = tt.layers
		_, err := h.CreateFunction(t.Context(), call, in)
		refused(t, tt.name, err, "InvalidParameterValueException", tt.message)
	}
	h.authz.deny = map[string]bool{"lambda:GetLayerVersion": true}
	in := creation("f")
	in.Layers = []string{arnL + ":1"}
	_, err := h.CreateFunction(t.Context(), call, in)
	refused(t, "a layer that the caller may not have", err, "AccessDeniedException", "no lambda:GetLayerVersion")
}

// claiming makes an archive that says of itself to unpack to so much.
func claiming(unzipped uint64) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, err := w.CreateRaw(&zip.FileHeader{Name: "large", Method: zip.Deflate, UncompressedSize64: unzipped})
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestCodeAndLayersTogetherHaveALimit(t *testing.T) {
	h := newHarness(t)
	large := h.publishLayer("large", "", func(in *lambdaapi.PublishLayerVersionRequest) { in.Content.ZipFile = claiming(150 << 20) })
	also := h.publishLayer("also", "", func(in *lambdaapi.PublishLayerVersionRequest) { in.Content.ZipFile = claiming(150 << 20) })
	h.create("small", func(in *lambdaapi.CreateFunctionRequest) { in.Layers = []string{*large.LayerVersionArn} })
	h.create("bare", func(in *lambdaapi.CreateFunctionRequest) { in.Code.ZipFile = claiming(maxUnzippedBytes - 150<<20 + 1) })
	together := "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes."
	alone := "Unzipped size must be smaller than 262144000 bytes"
	layersAlone := "Layers consume more than the available size of 262144000 bytes"
	configure := func(function string, layers ...string) error {
		_, err := h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: function, Layers: layers})
		return err
	}
	for _, tt := range []struct {
		name, message string
		do            func() error
	}{
		{"a new function", together, func() error {
			in := creation("f")
			in.Code.ZipFile, in.Layers = claiming(maxUnzippedBytes-150<<20+1), []string{*large.LayerVersionArn}
			_, err := h.CreateFunction(t.Context(), call, in)
			return err
		}},
		{"a new function without layers", alone, func() error {
			in := creation("f")
			in.Code.ZipFile = claiming(maxUnzippedBytes + 1)
			_, err := h.CreateFunction(t.Context(), call, in)
			return err
		}},
		{"more code", together, func() error {
			_, err := h.UpdateFunctionCode(t.Context(), call, &lambdaapi.UpdateFunctionCodeRequest{FunctionName: "small", ZipFile: claiming(maxUnzippedBytes - 150<<20 + 1)})
			return err
		}},
		{"a layer more", together, func() error { return configure("bare", *large.LayerVersionArn) }},
		{"two layers", layersAlone, func() error { return configure("small", *large.LayerVersionArn, *also.LayerVersionArn) }},
		{"a layer of its own", alone, func() error {
			_, err := h.PublishLayerVersion(t.Context(), call, &lambdaapi.PublishLayerVersionRequest{LayerName: "l", Content: &lambdaapi.LayerVersionContentInput{ZipFile: claiming(maxUnzippedBytes + 1)}})
			return err
		}},
	} {
		refused(t, tt.name, tt.do(), "InvalidParameterValueException", tt.message)
	}
}

func TestPoliciesOfLayerVersions(t *testing.T) {
	h := newHarness(t)
	h.publishLayer("l", "1")
	get := func() (*lambdaapi.GetLayerVersionPolicyResponse, error) {
		return h.GetLayerVersionPolicy(t.Context(), call, &lambdaapi.GetLayerVersionPolicyRequest{LayerName: "l", VersionNumber: 1})
	}
	_, err := get()
	refused(t, "Get", err, "ResourceNotFoundException", "No policy is associated with the given resource.")
	in := &lambdaapi.AddLayerVersionPermissionRequest{LayerName: "l", VersionNumber: 1, StatementId: "s1", Action: "lambda:GetLayerVersion", Principal: "*"}
	added := must(h.AddLayerVersionPermission(t.Context(), call, in))(t)
	want := `{"Sid":"s1","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"` + arnL + `:1"}`
	if *added.Statement != want {
		t.Errorf("statement %s, want %s", *added.Statement, want)
	}
	_, err = h.AddLayerVersionPermission(t.Context(), call, in)
	refused(t, "the same again", err, "ResourceConflictException", "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.")
	in.StatementId, in.RevisionId = "s2", new("wrong")
	_, err = h.AddLayerVersionPermission(t.Context(), call, in)
	refused(t, "another revision", err, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id")
	in.VersionNumber = 2
	_, err = h.AddLayerVersionPermission(t.Context(), call, in)
	refused(t, "no such version", err, "ResourceNotFoundException", "Layer version "+arnL+":2 does not exist.")
	got := must(get())(t)
	if *got.RevisionId != *added.RevisionId || !json.Valid([]byte(*got.Policy)) || !strings.Contains(*got.Policy, want) {
		t.Errorf("policy %+v", got)
	}
	// Whoever asks for the layer is held against its policy too.
	must(h.GetLayerVersion(t.Context(), call, &lambdaapi.GetLayerVersionRequest{LayerName: "l", VersionNumber: 1}))(t)
	if len(h.authz.last()) != 1 || h.authz.last()[0].ResourcePolicy != *got.Policy {
		t.Errorf("authorized with %+v", h.authz.last())
	}
	_, err = h.RemoveLayerVersionPermission(t.Context(), call, &lambdaapi.RemoveLayerVersionPermissionRequest{LayerName: "l", VersionNumber: 1, StatementId: "no"})
	refused(t, "Remove", err, "ResourceNotFoundException", "Statement no is not found in resource policy.")
	must(h.RemoveLayerVersionPermission(t.Context(), call, &lambdaapi.RemoveLayerVersionPermissionRequest{LayerName: "l", VersionNumber: 1, StatementId: "s1"}))(t)
	_, err = get()
	refused(t, "Get", err, "ResourceNotFoundException", "No policy is associated with the given resource.")
}
