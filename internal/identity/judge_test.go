package identity

import (
	"testing"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/identity/policy"
)

func TestJudgeAsksOneDocument(t *testing.T) {
	a := New(nil, clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1))
	call := &api.Call{Account: "111111111111", Region: "us-east-1", Principal: api.Principal{Type: api.PrincipalAnonymous}, SourceIP: "192.0.2.1"}
	statement := func(effect, who, more string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `",` + who + `"Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*:*:a/*"` + more + `}]}`
	}
	const everybody = `"Principal":"*",`
	const nearby = `,"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`
	for _, tt := range []struct {
		name              string
		document          string
		kind              policy.Kind
		resource          string
		allowed, explicit bool
	}{
		{"allows", statement("Allow", "", ""), policy.Inline, "arn:aws:execute-api:us-east-1:111111111111:a/prod/GET/", true, false},
		{"denies", statement("Deny", "", ""), policy.Inline, "arn:aws:execute-api:us-east-1:111111111111:a/prod/GET/", false, true},
		{"says nothing", statement("Deny", "", ""), policy.Inline, "arn:aws:execute-api:us-east-1:111111111111:b/prod/GET/", false, false},
		{"attached, allows", statement("Allow", everybody, nearby), policy.Resource, "arn:aws:execute-api:us-east-1:111111111111:a/prod/GET/", true, false},
		{"attached, denies", statement("Deny", everybody, nearby), policy.Resource, "arn:aws:execute-api:us-east-1:111111111111:a/prod/GET/", false, true},
		{"attached, speaks of somebody", statement("Allow", `"Principal":{"AWS":"111111111111"},`, ""), policy.Resource, "arn:aws:execute-api:us-east-1:111111111111:a/prod/GET/", false, false},
	} {
		d, err := a.Judge(t.Context(), call, tt.document, tt.kind, "execute-api:Invoke", tt.resource)
		if err != nil || d.Allowed != tt.allowed || d.Explicit != tt.explicit {
			t.Errorf("%s: %+v, %v", tt.name, d, err)
		}
	}
	if _, err := a.Judge(t.Context(), call, "nonsense", policy.Inline, "execute-api:Invoke", "*"); err == nil {
		t.Error("a document that is none was judged")
	}
}
