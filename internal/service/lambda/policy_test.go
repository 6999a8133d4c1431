package lambda

import (
	"cmp"
	"context"
	"strings"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

type (
	addition = lambdaapi.AddPermissionRequest
	removal  = lambdaapi.RemovePermissionRequest
)

// AWS writes the members of a statement in this order, and clients compare.
func TestAddPermissionWritesTheStatementAsAWSDoes(t *testing.T) {
	const resource = `"Resource":"arn:aws:lambda:eu-central-1:111111111111:function:f"`
	for _, tt := range []struct {
		name string
		in   addition
		want string
	}{
		{"a service", addition{Principal: "s3.amazonaws.com"},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",` + resource + `}`},
		{"a service for a resource", addition{Principal: "apigateway.amazonaws.com", SourceArn: new("arn:aws:execute-api:eu-central-1:111111111111:a/*/POST/<b>&")},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction",` + resource +
				`,"Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-central-1:111111111111:a/*/POST/<b>&"}}}`},
		{"a service for a bucket of an account", addition{Principal: "s3.amazonaws.com", SourceArn: new("arn:aws:s3:::b"), SourceAccount: new("222222222222")},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",` + resource +
				`,"Condition":{"StringEquals":{"AWS:SourceAccount":"222222222222"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}}`},
		{"an account", addition{Principal: "222222222222"},
			`{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"lambda:InvokeFunction",` + resource + `}`},
		{"a user", addition{Principal: "arn:aws:iam::222222222222:user/alice"},
			`{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:user/alice"},"Action":"lambda:InvokeFunction",` + resource + `}`},
		{"everybody of an organization", addition{Principal: "*", PrincipalOrgID: new("o-1234567890")},
			`{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction",` + resource +
				`,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}}`},
		{"everybody by address", addition{Principal: "*", Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE"},
			`{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl",` + resource +
				`,"Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}`},
		{"everybody who comes by address", addition{Principal: "*", InvokedViaFunctionUrl: new(true)},
			`{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction",` + resource +
				`,"Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}`},
		{"a skill", addition{Principal: "alexa-appkit.amazon.com", EventSourceToken: new("amzn1.ask.skill.1")},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"alexa-appkit.amazon.com"},"Action":"lambda:InvokeFunction",` + resource +
				`,"Condition":{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.1"}}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.create("f")
			tt.in.FunctionName, tt.in.StatementId, tt.in.Action = "f", "s", cmp.Or(tt.in.Action, "lambda:InvokeFunction")
			out := must(h.AddPermission(t.Context(), call, &tt.in))(t)
			if *out.Statement != tt.want {
				t.Errorf("AddPermission =\n%s\nwant\n%s", *out.Statement, tt.want)
			}
			h.restart() // what has been stored reads the same
			got := must(h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f"}))(t)
			if want := `{"Version":"2012-10-17","Id":"default","Statement":[` + tt.want + `]}`; *got.Policy != want {
				t.Errorf("GetPolicy =\n%s\nwant\n%s", *got.Policy, want)
			}
		})
	}
}

// fakePrincipals are those that there are.
type fakePrincipals map[string]bool

func (p fakePrincipals) Exists(_ context.Context, arn string) (bool, error) { return p[arn], nil }

func TestAPrincipalOfTheAccountHasToBeThere(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.principals = fakePrincipals{"arn:aws:iam::111111111111:user/team/alice": true}
	add := func(sid, principal string) error {
		_, err := h.AddPermission(t.Context(), call, &addition{FunctionName: "f", StatementId: sid, Action: "lambda:InvokeFunction", Principal: principal})
		return err
	}
	for _, principal := range []string{"arn:aws:iam::111111111111:user/nosuch", "arn:aws:iam::111111111111:role/nosuch"} {
		refused(t, principal, add("x", principal), "InvalidParameterValueException", "The provided principal was invalid. Please check the principal and try again.")
	}
	for i, principal := range []string{"arn:aws:iam::111111111111:user/team/alice", "arn:aws:iam::222222222222:role/theirs", "arn:aws:iam::111111111111:root", "111111111111"} {
		if err := add(strings.Repeat("s", i+1), principal); err != nil {
			t.Errorf("%s: %v", principal, err)
		}
	}
}

func TestAPolicyGrowsAndShrinks(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	revision := func() string {
		t.Helper()
		return *must(h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f"}))(t).RevisionId
	}
	add := func(sid string, given *string) error {
		_, err := h.AddPermission(t.Context(), call, &addition{FunctionName: "f", StatementId: sid, Action: "lambda:InvokeFunction", Principal: sid + ".amazonaws.com", RevisionId: given})
		return err
	}
	remove := func(sid string, given *string) error {
		_, err := h.RemovePermission(t.Context(), call, &removal{FunctionName: "f", StatementId: sid, RevisionId: given})
		return err
	}
	const stale = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id"

	_, err := h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f"})
	refused(t, "no policy", err, "ResourceNotFoundException", "The resource you requested does not exist.")
	refused(t, "a revision of no policy", add("s3", new("wrong")), "PreconditionFailedException", stale)
	if err := add("s3", nil); err != nil {
		t.Fatal(err)
	}
	first := revision()
	if err := add("sqs", &first); err != nil {
		t.Fatal(err)
	}
	second := revision()
	if second == first {
		t.Error("the policy has its old revision")
	}
	refused(t, "the same id", add("sqs", nil), "ResourceConflictException", "The statement id (sqs) provided already exists. Please provide a new statement id, or remove the existing statement.")
	refused(t, "an old revision", add("sns", &first), "PreconditionFailedException", stale)
	refused(t, "an old revision at removal", remove("s3", &first), "PreconditionFailedException", stale)
	refused(t, "an unknown id", remove("non-existent", nil), "ResourceNotFoundException", "Statement non-existent is not found in resource policy.")
	if revision() != second {
		t.Error("refusals changed the revision")
	}
	if err := remove("sqs", &second); err != nil {
		t.Fatal(err)
	}
	if err := remove("s3", nil); err != nil {
		t.Fatal(err)
	}
	_, err = h.GetPolicy(t.Context(), call, &lambdaapi.GetPolicyRequest{FunctionName: "f"})
	refused(t, "all removed", err, "ResourceNotFoundException", "The resource you requested does not exist.")
}

func TestAddPermissionRefuses(t *testing.T) {
	for _, tt := range []struct {
		name          string
		in            addition
		code, message string
	}{
		{"$LATEST", addition{FunctionName: "f", Qualifier: new("$LATEST"), Principal: "s3.amazonaws.com"},
			"InvalidParameterValueException", "We currently do not support adding policies for $LATEST."},
		{"nobody", addition{FunctionName: "f", Principal: "12345"},
			"InvalidParameterValueException", "The provided principal was invalid. Please check the principal and try again."},
		{"an unknown function", addition{FunctionName: "nosuch", Principal: "s3.amazonaws.com"},
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:nosuch"},
		{"an unknown version", addition{FunctionName: "f:7", Principal: "s3.amazonaws.com"},
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:f:7"},
		{"an unknown alias", addition{FunctionName: "f:live", Principal: "s3.amazonaws.com"},
			"ResourceNotFoundException", "Cannot find alias arn: arn:aws:lambda:eu-central-1:111111111111:function:f:live"},
		{"the kind of an address for another action", addition{FunctionName: "f", Principal: "*", FunctionUrlAuthType: "NONE"},
			"InvalidParameterValueException", "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"},
		{"only by its address, for another action", addition{FunctionName: "f", Principal: "*", Action: "lambda:InvokeFunctionUrl", InvokedViaFunctionUrl: new(true)},
			"InvalidParameterValueException", "InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action"},
	} {
		h := newHarness(t)
		h.create("f")
		tt.in.StatementId, tt.in.Action = "s", cmp.Or(tt.in.Action, "lambda:InvokeFunction")
		_, err := h.AddPermission(t.Context(), call, &tt.in)
		refused(t, tt.name, err, tt.code, tt.message)
	}
}
