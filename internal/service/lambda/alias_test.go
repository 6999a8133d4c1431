package lambda

import (
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

// withVersions makes the function f with versions 1 and 2.
func (h *harness) withVersions() {
	h.t.Helper()
	h.create("f")
	must(h.PublishVersion(h.t.Context(), call, &publication{FunctionName: "f"}))(h.t)
	if err := h.configure(&updateConfig{Handler: new("second.handler")})(); err != nil {
		h.t.Fatal(err)
	}
	h.awaitSettled("f")
	must(h.PublishVersion(h.t.Context(), call, &publication{FunctionName: "f"}))(h.t)
}

func routing(weights map[string]float64) *lambdaapi.AliasRoutingConfiguration {
	return &lambdaapi.AliasRoutingConfiguration{AdditionalVersionWeights: weights}
}

func TestAnAliasLivesAsOnAWS(t *testing.T) {
	h := newHarness(t)
	h.withVersions()
	created := must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1", RoutingConfig: routing(nil)}))(t)
	if *created.AliasArn != "arn:aws:lambda:eu-central-1:111111111111:function:f:live" || *created.FunctionVersion != "1" || *created.Description != "" || *created.Name != "live" || created.RoutingConfig != nil {
		t.Errorf("CreateAlias = %+v", created)
	}
	updated := must(h.UpdateAlias(t.Context(), call, &lambdaapi.UpdateAliasRequest{FunctionName: "f", Name: "live", Description: new("d"), RoutingConfig: routing(map[string]float64{"2": 0.5}), RevisionId: created.RevisionId}))(t)
	if *updated.RevisionId == *created.RevisionId || *updated.FunctionVersion != "1" || *updated.Description != "d" || updated.RoutingConfig.AdditionalVersionWeights["2"] != 0.5 {
		t.Errorf("UpdateAlias = %+v", updated)
	}
	moved := must(h.UpdateAlias(t.Context(), call, &lambdaapi.UpdateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: new("2"), RoutingConfig: routing(map[string]float64{})}))(t)
	if *moved.FunctionVersion != "2" || moved.RoutingConfig != nil || *moved.Description != "d" {
		t.Errorf("UpdateAlias = %+v", moved)
	}
	got := must(h.GetAlias(t.Context(), call, &lambdaapi.GetAliasRequest{FunctionName: "f", Name: "live"}))(t)
	if *got.RevisionId != *moved.RevisionId {
		t.Errorf("GetAlias = %+v", got)
	}
	must(h.DeleteAlias(t.Context(), call, &lambdaapi.DeleteAliasRequest{FunctionName: "f", Name: "live"}))(t)
	must(h.DeleteAlias(t.Context(), call, &lambdaapi.DeleteAliasRequest{FunctionName: "f", Name: "live"}))(t) // no error
	_, err := h.GetAlias(t.Context(), call, &lambdaapi.GetAliasRequest{FunctionName: "f", Name: "live"})
	refused(t, "GetAlias", err, "ResourceNotFoundException", "Cannot find alias arn: arn:aws:lambda:eu-central-1:111111111111:function:f:live")
}

func TestAliasesRefuse(t *testing.T) {
	h := newHarness(t)
	h.withVersions()
	create := func(in lambdaapi.CreateAliasRequest) error {
		if in.FunctionName == "" {
			in.FunctionName = "f"
		}
		in.Name = "custom"
		_, err := h.CreateAlias(t.Context(), call, &in)
		return err
	}
	update := func(in lambdaapi.UpdateAliasRequest) error {
		in.FunctionName = "f"
		_, err := h.UpdateAlias(t.Context(), call, &in)
		return err
	}
	const arn = "arn:aws:lambda:eu-central-1:111111111111:function:f"
	for _, tt := range []struct {
		name          string
		err           error
		code, message string
	}{
		{"two more versions", create(lambdaapi.CreateAliasRequest{FunctionVersion: "1", RoutingConfig: routing(map[string]float64{"2": 0.1, "3": 0.2})}),
			"InvalidParameterValueException", "Number of items in AdditionalVersionWeights cannot be greater than 1"},
		{"the same version twice", create(lambdaapi.CreateAliasRequest{FunctionVersion: "1", RoutingConfig: routing(map[string]float64{"1": 0.5})}),
			"InvalidParameterValueException", "Invalid function version 1. Function version 1 is already included in routing configuration."},
		{"weights beside $LATEST", create(lambdaapi.CreateAliasRequest{FunctionVersion: "$LATEST", RoutingConfig: routing(map[string]float64{"1": 0.5})}),
			"InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"},
		{"weight of an unknown version", create(lambdaapi.CreateAliasRequest{FunctionVersion: "1", RoutingConfig: routing(map[string]float64{"10": 0.5})}),
			"ResourceNotFoundException", "Function not found: " + arn + ":10"},
		{"an unknown version", create(lambdaapi.CreateAliasRequest{FunctionVersion: "10"}),
			"ResourceNotFoundException", "Function not found: " + arn + ":10"},
		{"an unknown function", create(lambdaapi.CreateAliasRequest{FunctionName: "unknown", FunctionVersion: "1"}),
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:unknown:1"},
		{"update of an unknown alias", update(lambdaapi.UpdateAliasRequest{Name: "non-existent"}),
			"ResourceNotFoundException", "Alias not found: " + arn + ":non-existent"},
		{"(none)", create(lambdaapi.CreateAliasRequest{FunctionVersion: "1"}), "", ""},
		{"a name that is taken", create(lambdaapi.CreateAliasRequest{FunctionVersion: "1"}),
			"ResourceConflictException", "Alias already exists: " + arn + ":custom"},
		{"another revision", update(lambdaapi.UpdateAliasRequest{Name: "custom", RevisionId: new("wrong")}),
			"PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"},
	} {
		if tt.code != "" {
			refused(t, tt.name, tt.err, tt.code, tt.message)
		} else if tt.err != nil {
			t.Errorf("%s: %v", tt.name, tt.err)
		}
	}
}

func TestInvocationsFollowTheWeightsOfAnAlias(t *testing.T) {
	h := newHarness(t)
	h.withVersions()
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1", RoutingConfig: routing(map[string]float64{"2": 0.25})}))(t)
	const times = 400
	ran := map[string]int{}
	for range times {
		out := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", Qualifier: new("live")}))(t)
		got := <-h.sandboxes.calls
		if got.Version != *out.ExecutedVersion || got.Invocation.ARN != "arn:aws:lambda:eu-central-1:111111111111:function:f:live" {
			t.Fatalf("%s ran as %+v", *out.ExecutedVersion, got)
		}
		ran[got.Version]++
	}
	if ran["1"]+ran["2"] != times || ran["2"] < times/8 || ran["2"] > times*3/8 {
		t.Errorf("versions ran: %v", ran)
	}
	for weight, version := range map[float64]string{0: "1", 1: "2"} {
		a := &alias{Version: "1", Weights: map[string]float64{"2": weight}}
		if got := a.choose(h.clock); got != version {
			t.Errorf("weight %v chooses version %s", weight, got)
		}
	}
}

func TestEachQualifierHasAPolicyOfItsOwn(t *testing.T) {
	h := newHarness(t)
	h.withVersions()
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "live", FunctionVersion: "1"}))(t)
	for _, text := range []string{"f", "f:1", "f:live"} {
		must(h.AddPermission(t.Context(), call, &addition{FunctionName: text, StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com"}))(t)
	}
	for _, text := range []string{"f", "f:1", "f:live"} {
		want := `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-central-1:111111111111:function:` + text + `"}]}`
		got := must(h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: text}))(t)
		if *got.Policy != want {
			t.Errorf("policy of %s: %s", text, *got.Policy)
		}
		if _, err := h.InvokeFor(t.Context(), Source{Account: account}, "arn:aws:lambda:eu-central-1:111111111111:function:"+text, nil); err != nil {
			t.Fatal(err)
		}
		if last := h.authz.last()[len(h.authz.last())-1]; last.ResourcePolicy != want {
			t.Errorf("%s is invoked by %s", text, last.ResourcePolicy)
		}
	}
	_, err := h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f:2"})
	refused(t, "no policy", err, "ResourceNotFoundException", "The resource you requested does not exist.")
	must(h.RemovePermission(t.Context(), call, &removal{FunctionName: "f", Qualifier: new("live"), StatementId: "s"}))(t)
	_, err = h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f:live"})
	refused(t, "removed policy", err, "ResourceNotFoundException", "The resource you requested does not exist.")
}

func TestListAliasesOfAVersion(t *testing.T) {
	h := newHarness(t)
	h.withVersions()
	for name, in := range map[string]lambdaapi.CreateAliasRequest{
		"first": {FunctionVersion: "1"}, "second": {FunctionVersion: "2"}, "both": {FunctionVersion: "1", RoutingConfig: routing(map[string]float64{"2": 0.5})},
	} {
		in.FunctionName, in.Name = "f", name
		must(h.CreateAlias(t.Context(), call, &in))(t)
	}
	var got string
	for _, a := range must(h.ListAliases(t.Context(), call, &lambdaapi.ListAliasesRequest{FunctionName: "f", FunctionVersion: new("2")}))(t).Aliases {
		got += *a.Name + " "
	}
	if got != "both second " {
		t.Errorf("aliases %s", got)
	}
}
