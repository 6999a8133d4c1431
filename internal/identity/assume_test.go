package identity

import (
	"testing"

	"cloudless/internal/api"
)

func TestMayAssume(t *testing.T) {
	const role = "arn:aws:iam::000000000000:role/worker"
	trust := func(principal string) string {
		return document(`"Principal":` + principal + `,"Action":"sts:AssumeRole"`)
	}
	denied := func(who string, reason string) string {
		return "User: " + who + " is not authorized to perform: sts:AssumeRole on resource: " + role + " " + reason
	}
	const noTrust = "because no role trust policy allows the sts:AssumeRole action"
	for _, tt := range []struct {
		name      string
		who       api.Principal
		documents Documents
		trust     string
		facts     []api.Fact
		refused   string
	}{
		{"service", lambda, Documents{}, trust(`{"Service":"lambda.amazonaws.com"}`), nil, ""},
		{"another service", lambda, Documents{}, trust(`{"Service":"ec2.amazonaws.com"}`), nil, denied("lambda.amazonaws.com", noTrust)},
		{"user that is named", alice, Documents{}, trust(`{"AWS":"` + alice.ARN + `"}`), nil, ""},
		{"user of the account", alice, Documents{}, trust(`{"AWS":"000000000000"}`), nil, denied(alice.ARN, "because no identity-based policy allows the sts:AssumeRole action")},
		{"user of the account that may", alice, Documents{Identity: []string{document(`"Action":"sts:AssumeRole","Resource":"` + role + `"`)}}, trust(`{"AWS":"000000000000"}`), nil, ""},
		{"root of the account", api.Root(account), Documents{}, trust(`{"AWS":"000000000000"}`), nil, ""},
		{"root that is not trusted", api.Root(account), Documents{}, trust(`{"Service":"lambda.amazonaws.com"}`), nil, denied("arn:aws:iam::000000000000:root", noTrust)},
		{"external id", alice, Documents{}, document(`"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}`),
			[]api.Fact{api.Given("sts:ExternalId", "x")}, ""},
		{"wrong external id", alice, Documents{}, document(`"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}`),
			[]api.Fact{api.Given("sts:ExternalId", "y")}, denied(alice.ARN, noTrust)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAuthorizer(policies{tt.who.ARN: tt.documents})
			checkRefused(t, a.MayAssume(t.Context(), callOf(tt.who), role, tt.trust, "sts:AssumeRole", tt.facts...), tt.refused)
		})
	}
}
