package identity

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
)

const (
	account = "000000000000"
	table   = "arn:aws:dynamodb:us-east-1:000000000000:table/music"
	object  = "arn:aws:s3:::bucket/key"
)

var (
	alice  = api.Principal{Type: api.PrincipalUser, Account: account, ARN: "arn:aws:iam::000000000000:user/team/alice", ID: "AIDAALICE"}
	worker = api.Principal{Type: api.PrincipalAssumedRole, Account: account, ARN: "arn:aws:sts::000000000000:assumed-role/worker/s1",
		RoleARN: "arn:aws:iam::000000000000:role/worker", ID: "AROAWORKER:s1"}
	lambda = api.Principal{Type: api.PrincipalService, ID: "lambda.amazonaws.com"}
	nobody = api.Principal{Type: api.PrincipalAnonymous}
)

var _ api.Authorizer = (*Authorizer)(nil)

// policies are the documents of principals, by their ARNs.
type policies map[string]Documents

func (p policies) Policies(_ context.Context, who api.Principal) (Documents, error) {
	return p[who.ARN], nil
}

func newAuthorizer(p Policies) *Authorizer {
	return New(p, clock.NewFake(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC), 1))
}

// document is a policy of one statement, that allows unless it says "Deny".
func document(members string) string {
	if !strings.Contains(members, `"Effect"`) {
		members = `"Effect":"Allow",` + members
	}
	return `{"Version":"2012-10-17","Statement":[{` + members + `}]}`
}

func callOf(p api.Principal) *api.Call {
	return &api.Call{Account: account, Region: "us-east-1", Principal: p, SourceIP: "203.0.113.9", UserAgent: "aws-cli/2"}
}

func checkRefused(t *testing.T, err error, message string) {
	t.Helper()
	if message == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	e, ok := errors.AsType[*awserr.Error](err)
	if !ok || e.Code != awserr.CodeAccessDenied || e.Message != message {
		t.Errorf("got  %v\nwant %s: %s", err, awserr.CodeAccessDenied, message)
	}
}

func TestAuthorize(t *testing.T) {
	const put = `"Action":"dynamodb:PutItem","Resource":"` + table + `"`
	for _, tt := range []struct {
		name             string
		who              api.Principal
		documents        Documents
		action, resource string
		facts            []api.Fact
		refused          string // AWS's message, or "" for allowed
	}{
		{"root", api.Root(account), Documents{}, "dynamodb:PutItem", table, nil, ""},
		{"user with a policy", alice, Documents{Identity: []string{document(put)}}, "dynamodb:PutItem", table, nil, ""},
		{"user without a policy", alice, Documents{}, "dynamodb:PutItem", table, nil,
			"User: arn:aws:iam::000000000000:user/team/alice is not authorized to perform: dynamodb:PutItem on resource: " + table + " because no identity-based policy allows the dynamodb:PutItem action"},
		{"session without a policy", worker, Documents{}, "dynamodb:PutItem", table, nil,
			"User: arn:aws:sts::000000000000:assumed-role/worker/s1 is not authorized to perform: dynamodb:PutItem on resource: " + table + " because no identity-based policy allows the dynamodb:PutItem action"},
		{"user that is denied", alice, Documents{Identity: []string{document(put), document(`"Effect":"Deny",` + put)}}, "dynamodb:PutItem", table, nil,
			"User: arn:aws:iam::000000000000:user/team/alice is not authorized to perform: dynamodb:PutItem on resource: " + table + " with an explicit deny in an identity-based policy"},
		{"user beyond a boundary", alice, Documents{Identity: []string{document(put)}, Boundary: new(document(`"Action":"s3:*","Resource":"*"`))}, "dynamodb:PutItem", table, nil,
			"User: arn:aws:iam::000000000000:user/team/alice is not authorized to perform: dynamodb:PutItem on resource: " + table + " because no permissions boundary allows the dynamodb:PutItem action"},

		{"S3 in its own words", alice, Documents{}, "s3:GetObject", object, nil,
			`User: arn:aws:iam::000000000000:user/team/alice is not authorized to perform: s3:GetObject on resource: "` + object + `" because no identity-based policy allows the s3:GetObject action`},
		{"S3 to the anonymous", nobody, Documents{}, "s3:GetObject", object, nil, "Access Denied"},
		{"S3 to a stranger", alice, Documents{Identity: []string{document(`"Action":"*","Resource":"*"`)}}, "s3:GetObject", object,
			[]api.Fact{api.Given("aws:ResourceAccount", "111111111111")}, "Access Denied"},
		{"S3 to a stranger whom the bucket admits", alice, Documents{Identity: []string{document(`"Action":"*","Resource":"*"`)}}, "s3:GetObject", object,
			[]api.Fact{api.Given("aws:ResourceAccount", "111111111111"), api.WithResourcePolicy(document(`"Principal":{"AWS":"000000000000"},"Action":"s3:*","Resource":"*"`))}, ""},
		{"S3 to the anonymous whom the bucket admits", nobody, Documents{}, "s3:GetObject", object,
			[]api.Fact{api.WithResourcePolicy(document(`"Principal":"*","Action":"s3:GetObject","Resource":"*"`))}, ""},
		{"root that a bucket locks out", api.Root(account), Documents{}, "s3:GetObject", object,
			[]api.Fact{api.WithResourcePolicy(document(`"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`))},
			`User: arn:aws:iam::000000000000:root is not authorized to perform: s3:GetObject on resource: "` + object + `" with an explicit deny in a resource-based policy`},
		{"root that opens the bucket again", api.Root(account), Documents{}, "s3:DeleteBucketPolicy", "arn:aws:s3:::bucket",
			[]api.Fact{api.WithResourcePolicy(document(`"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`))}, ""},

		{"table of another account", alice, Documents{Identity: []string{document(`"Action":"*","Resource":"*"`)}}, "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:111111111111:table/music", nil,
			"User: arn:aws:iam::000000000000:user/team/alice is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:111111111111:table/music because no resource-based policy allows the dynamodb:PutItem action"},
		{"policy managed by AWS", alice, Documents{Identity: []string{document(`"Action":"iam:GetPolicy","Resource":"*"`)}}, "iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", nil, ""},

		{"service that the function admits", lambda, Documents{}, "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:f",
			[]api.Fact{api.Given("AWS:SourceArn", "arn:aws:execute-api:us-east-1:000000000000:a1/prod/POST/users"),
				api.WithResourcePolicy(document(`"Principal":{"Service":"lambda.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:000000000000:a1/prod/POST/users"}}`))}, ""},
		{"service from another source", lambda, Documents{}, "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:f",
			[]api.Fact{api.Given("aws:SourceArn", "arn:aws:execute-api:us-east-1:000000000000:a1/prod/GET/users"),
				api.WithResourcePolicy(document(`"Principal":{"Service":"lambda.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:*:*:*/*/POST/*"}}`))},
			"User: lambda.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:f because no resource-based policy allows the lambda:InvokeFunction action"},
		{"service without a policy of the resource", lambda, Documents{}, "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:f", nil,
			"User: lambda.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:f because no resource-based policy allows the lambda:InvokeFunction action"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAuthorizer(policies{tt.who.ARN: tt.documents})
			for range 2 { // the second time from the cache
				checkRefused(t, a.Authorize(t.Context(), callOf(tt.who), tt.action, tt.resource, tt.facts...), tt.refused)
			}
		})
	}
}

func TestSessionPoliciesNarrowARole(t *testing.T) {
	a := newAuthorizer(policies{worker.ARN: {Identity: []string{document(`"Action":"dynamodb:*","Resource":"*"`)}}})
	for _, tt := range []struct {
		name    string
		session []string
		allowed bool
	}{
		{"none", nil, true},
		{"one that allows", []string{document(`"Action":"dynamodb:PutItem","Resource":"*"`)}, true},
		{"one of two that allows", []string{document(`"Action":"s3:*","Resource":"*"`), document(`"Action":"dynamodb:*","Resource":"*"`)}, true},
		{"one that does not", []string{document(`"Action":"dynamodb:GetItem","Resource":"*"`)}, false},
		{"an empty list", []string{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := worker
			p.SessionPolicies = tt.session
			want := ""
			if !tt.allowed {
				want = "User: " + worker.ARN + " is not authorized to perform: dynamodb:PutItem on resource: " + table + " because no session policy allows the dynamodb:PutItem action"
			}
			checkRefused(t, a.Authorize(t.Context(), callOf(p), "dynamodb:PutItem", table), want)
		})
	}
}

// TestConditionKeysOfEveryCall asks one condition at a time of a call.
func TestConditionKeysOfEveryCall(t *testing.T) {
	plain := func(*api.Call) {}
	ofFunction := worker
	ofFunction.SourceFunctionARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
	for _, tt := range []struct {
		who       api.Principal
		edit      func(*api.Call)
		condition string
		want      bool
	}{
		{alice, plain, `"StringEquals":{"aws:username":"alice"}`, true},
		{worker, plain, `"Null":{"aws:username":"true"}`, true},
		{alice, plain, `"StringEquals":{"aws:userid":"AIDAALICE"}`, true},
		{worker, plain, `"StringEquals":{"aws:userid":"AROAWORKER:s1"}`, true},
		{worker, plain, `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:role/worker"}`, true},
		{worker, plain, `"StringEquals":{"aws:PrincipalType":"AssumedRole"}`, true},
		{ofFunction, plain, `"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:f"}`, true},
		{ofFunction, plain, `"ArnLike":{"lambda:SourceFunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:g"}`, false},
		{worker, plain, `"Null":{"lambda:SourceFunctionArn":"true"}`, true},
		{alice, plain, `"StringEquals":{"aws:PrincipalAccount":"000000000000","aws:ResourceAccount":"${aws:PrincipalAccount}"}`, true},
		{alice, plain, `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`, true},
		{alice, plain, `"StringLike":{"aws:UserAgent":"aws-cli/*"}`, true},
		{alice, plain, `"Bool":{"aws:SecureTransport":"false"}`, true},
		{alice, func(c *api.Call) { c.Secure = true }, `"Bool":{"aws:SecureTransport":"true"}`, true},
		{alice, plain, `"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, true},
		{alice, plain, `"DateEquals":{"aws:CurrentTime":"2026-05-04T12:00:00Z"}`, true},
		{alice, plain, `"NumericEquals":{"aws:EpochTime":"1777896000"}`, true},
		{alice, plain, `"Bool":{"aws:ViaAWSService":"false","aws:PrincipalIsAWSService":"false"}`, true},
		{alice, func(c *api.Call) { c.Service = "cloudformation.amazonaws.com" }, `"Bool":{"aws:ViaAWSService":"true"}`, true},
		{alice, func(c *api.Call) { c.Service = "cloudformation.amazonaws.com" }, `"ForAnyValue:StringEquals":{"aws:CalledVia":"cloudformation.amazonaws.com"}`, true},
		{alice, func(c *api.Call) { c.Service = "cloudformation.amazonaws.com" }, `"Null":{"aws:SourceIp":"true"}`, true},
		{alice, plain, `"StringEquals":{"aws:PrincipalType":"AssumedRole"}`, false},
	} {
		call := callOf(tt.who)
		tt.edit(call)
		a := newAuthorizer(policies{tt.who.ARN: {Identity: []string{document(`"Action":"*","Resource":"*","Condition":{` + tt.condition + `}`)}}})
		if err := a.Authorize(t.Context(), call, "dynamodb:PutItem", table); (err == nil) != tt.want {
			t.Errorf("%s of %s: %v", tt.condition, tt.who.ARN, err)
		}
	}
}

func TestServicesAreTold(t *testing.T) {
	a := newAuthorizer(policies{})
	call := callOf(api.Principal{Type: api.PrincipalService})
	call.Service = "s3.amazonaws.com"
	err := a.Authorize(t.Context(), call, "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:f", api.WithResourcePolicy(
		document(`"Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalServiceName":"s3.amazonaws.com"},"Bool":{"aws:PrincipalIsAWSService":"true","aws:ViaAWSService":"false"}}`)))
	if err != nil {
		t.Error(err)
	}
}

// failing is a Policies that cannot answer.
type failing struct{ err error }

func (f failing) Policies(context.Context, api.Principal) (Documents, error) {
	return Documents{}, f.err
}

func TestWhatCannotBeReadAllowsNothing(t *testing.T) {
	broken := errors.New("disk on fire")
	all := document(`"Action":"*","Resource":"*"`)
	for _, tt := range []struct {
		name     string
		policies Policies
		session  []string
		facts    []api.Fact
	}{
		{"store", failing{broken}, nil, nil},
		{"identity policy", policies{worker.ARN: {Identity: []string{all, "{"}}}, nil, nil},
		{"boundary", policies{worker.ARN: {Identity: []string{all}, Boundary: new("")}}, nil, nil},
		{"session policy", policies{worker.ARN: {Identity: []string{all}}}, []string{all, "{}"}, nil},
		{"policy of the resource", policies{worker.ARN: {Identity: []string{all}}}, nil, []api.Fact{api.WithResourcePolicy("{}")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := worker
			p.SessionPolicies = tt.session
			err := newAuthorizer(tt.policies).Authorize(t.Context(), callOf(p), "dynamodb:PutItem", table, tt.facts...)
			if e := awserr.From(err); err == nil || e.Code != awserr.CodeInternalFailure {
				t.Errorf("Authorize = %v, want an internal failure", err)
			}
		})
	}
	if err := newAuthorizer(failing{broken}).Authorize(t.Context(), callOf(worker), "a:b", table); !errors.Is(err, broken) {
		t.Errorf("Authorize = %v, which hides the cause", err)
	}
}

func TestChangedPoliciesCountAtOnce(t *testing.T) {
	p := policies{alice.ARN: {Identity: []string{document(`"Action":"dynamodb:*","Resource":"*"`)}}}
	a := newAuthorizer(p)
	if err := a.Authorize(t.Context(), callOf(alice), "dynamodb:PutItem", table); err != nil {
		t.Fatal(err)
	}
	p[alice.ARN] = Documents{}
	if err := a.Authorize(t.Context(), callOf(alice), "dynamodb:PutItem", table); err == nil {
		t.Error("the policy still counts")
	}
}

func BenchmarkAuthorize(b *testing.B) {
	p := policies{worker.ARN: {Identity: []string{document(`"Action":"s3:*","Resource":"*"`), document(`"Action":["dynamodb:PutItem","dynamodb:GetItem"],"Resource":"arn:aws:dynamodb:*:*:table/*"`)}}}
	a := newAuthorizer(p)
	call := callOf(worker)
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Authorize(b.Context(), call, "dynamodb:PutItem", table); err != nil {
			b.Fatal(err)
		}
	}
}
