package lambda

import (
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

// createURL gives f a URL and returns its id.
func (h *harness) createURL(edit ...func(*lambdaapi.CreateFunctionUrlConfigRequest)) string {
	h.t.Helper()
	in := &lambdaapi.CreateFunctionUrlConfigRequest{FunctionName: "f", AuthType: authNone}
	for _, e := range edit {
		e(in)
	}
	out := must(h.CreateFunctionUrlConfig(h.t.Context(), call, in))(h.t)
	host := strings.TrimPrefix(out.FunctionUrl, "http://")
	id, ok := URLID(strings.TrimSuffix(host, ":4566/"))
	if !ok || len(id) != 32 {
		h.t.Fatalf("FunctionUrl = %s", out.FunctionUrl)
	}
	return id
}

func TestFunctionURLsAreKept(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "a", FunctionVersion: "1"}))(t)
	id := h.createURL()
	h.createURL(func(in *lambdaapi.CreateFunctionUrlConfigRequest) { in.Qualifier = new("a") })

	_, err := h.CreateFunctionUrlConfig(t.Context(), call, &lambdaapi.CreateFunctionUrlConfigRequest{FunctionName: "f", AuthType: authNone})
	refused(t, "a second one", err, "ResourceConflictException", "Failed to create function url config for [functionArn = "+arnF+"]. Error message:  FunctionUrlConfig exists for this Lambda function")

	up := must(h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: "f", InvokeMode: modeStream}))(t)
	if up.InvokeMode != modeStream || up.AuthType != authNone || up.FunctionArn != arnF {
		t.Errorf("Update = %+v", up)
	}
	got := must(h.GetFunctionUrlConfig(t.Context(), call, &lambdaapi.GetFunctionUrlConfigRequest{FunctionName: "f"}))(t)
	if got.FunctionUrl != "http://"+id+".lambda-url.eu-central-1.localhost:4566/" || got.CreationTime != "2026-03-01T12:00:00.000000Z" || got.InvokeMode != modeStream {
		t.Errorf("Get = %+v", got)
	}
	asAWS := *call
	asAWS.BaseURL = "https://lambda.eu-central-1.amazonaws.com"
	got = must(h.GetFunctionUrlConfig(t.Context(), &asAWS, &lambdaapi.GetFunctionUrlConfigRequest{FunctionName: "f"}))(t)
	if got.FunctionUrl != "https://"+id+".lambda-url.eu-central-1.on.aws/" {
		t.Errorf("who calls AWS gets %s", got.FunctionUrl)
	}

	var arns []string
	in := &lambdaapi.ListFunctionUrlConfigsRequest{FunctionName: "f", MaxItems: new(int64(1))}
	for {
		page := must(h.ListFunctionUrlConfigs(t.Context(), call, in))(t)
		for _, u := range page.FunctionUrlConfigs {
			arns = append(arns, u.FunctionArn)
		}
		if in.Marker = page.NextMarker; in.Marker == nil {
			break
		}
	}
	if strings.Join(arns, " ") != arnF+" "+arnF+":a" {
		t.Errorf("listed %v", arns)
	}

	must(h.DeleteFunctionUrlConfig(t.Context(), call, &lambdaapi.DeleteFunctionUrlConfigRequest{FunctionName: "f"}))(t)
	_, err = h.GetFunctionUrlConfig(t.Context(), call, &lambdaapi.GetFunctionUrlConfigRequest{FunctionName: "f"})
	refused(t, "Get", err, "ResourceNotFoundException", "The resource you requested does not exist.")
	must(h.GetFunctionUrlConfig(t.Context(), call, &lambdaapi.GetFunctionUrlConfigRequest{FunctionName: "f", Qualifier: new("a")}))(t)
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	if n := h.count("url") + h.count("urlid"); n != 0 {
		t.Errorf("%d records stay behind", n)
	}
}

func TestFunctionURLsThatAreRefused(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	for _, tt := range []struct {
		function  string
		qualifier *string
	}{{"g", nil}, {"arn:aws:lambda:eu-central-1:111111111111:function:g", nil}, {"f", new("noalias")}, {"f:1", nil}} {
		_, err := h.CreateFunctionUrlConfig(t.Context(), call, &lambdaapi.CreateFunctionUrlConfigRequest{FunctionName: tt.function, Qualifier: tt.qualifier, AuthType: authNone})
		refused(t, "Create of "+tt.function, err, "ResourceNotFoundException", "Function does not exist")
		_, err = h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: tt.function, Qualifier: tt.qualifier})
		refused(t, "Update of "+tt.function, err, "ResourceNotFoundException", "Function does not exist")
		_, err = h.DeleteFunctionUrlConfig(t.Context(), call, &lambdaapi.DeleteFunctionUrlConfigRequest{FunctionName: tt.function, Qualifier: tt.qualifier})
		refused(t, "Delete of "+tt.function, err, "ResourceNotFoundException", "The resource you requested does not exist.")
	}
	_, err := h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: "f"})
	refused(t, "Update without one", err, "ResourceNotFoundException", "The resource you requested does not exist.")
	_, err = h.ListFunctionUrlConfigs(t.Context(), call, &lambdaapi.ListFunctionUrlConfigsRequest{FunctionName: "g"})
	refused(t, "List", err, "ResourceNotFoundException", "Function does not exist")
}

func TestHostsOfFunctionURLs(t *testing.T) {
	for host, want := range map[string]string{
		"abc.lambda-url.eu-central-1.on.aws":        "abc",
		"abc.lambda-url.eu-central-1.localhost":     "abc",
		"lambda.eu-central-1.amazonaws.com":         "",
		"abc.lambda-url.eu-central-1.amazonaws.com": "",
		"a.b.lambda-url.eu-central-1.on.aws":        "",
		".lambda-url.eu-central-1.on.aws":           "",
		"abc.lambda-url.on.aws":                     "",
		"localhost":                                 "",
	} {
		if id, ok := URLID(host); id != want || ok != (want != "") {
			t.Errorf("URLID(%s) = %q, %v", host, id, ok)
		}
	}
}
