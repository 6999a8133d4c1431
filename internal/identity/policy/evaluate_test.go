package policy

import (
	"fmt"
	"strings"
	"testing"
)

const (
	ours   = "123456789012"
	theirs = "999999999999"
)

var (
	alice   = Principal{Type: User, Account: ours, ARN: "arn:aws:iam::" + ours + ":user/alice", ID: "AIDAALICEALICEALICE00"}
	worker  = Principal{Type: AssumedRole, Account: ours, ARN: "arn:aws:sts::" + ours + ":assumed-role/worker/s1", RoleARN: "arn:aws:iam::" + ours + ":role/worker", ID: "AROAWORKERWORKERWORKE:s1"}
	mallory = Principal{Type: User, Account: theirs, ARN: "arn:aws:iam::" + theirs + ":user/mallory", ID: "AIDAMALLORYMALLORY000"}
	root    = Principal{Type: Root, Account: ours, ARN: "arn:aws:iam::" + ours + ":root", ID: ours}
	foreign = Principal{Type: Root, Account: theirs, ARN: "arn:aws:iam::" + theirs + ":root", ID: theirs}
	lambda  = Principal{Type: Service, Name: "lambda.amazonaws.com"}
	nobody  = Principal{Type: Anonymous}
)

func mustParse(t testing.TB, kind Kind, statements ...string) *Policy {
	t.Helper()
	if len(statements) == 0 {
		return nil
	}
	p, err := Parse(`{"Version":"2012-10-17","Statement":[{`+strings.Join(statements, "},{")+`}]}`, kind)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// to returns a statement of a resource's policy, for a principal as JSON.
func to(effect, principal string) string {
	return fmt.Sprintf(`"Sid":"%s","Effect":%q,"Principal":%s,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, effect, effect, principal)
}

func TestWhichPoliciesHaveToAllow(t *testing.T) {
	const (
		allow  = `"Effect":"Allow","Action":"s3:Get*","Resource":"*"`
		deny   = `"Effect":"Deny","Action":"s3:Get*","Resource":"*"`
		other  = `"Effect":"Allow","Action":"s3:Put*","Resource":"*"`
		noId   = "because no identity-based policy allows the s3:GetObject action"
		noRes  = "because no resource-based policy allows the s3:GetObject action"
		noBnd  = "because no permissions boundary allows the s3:GetObject action"
		noSess = "because no session policy allows the s3:GetObject action"
		noRole = "because no role trust policy allows the s3:GetObject action"
		yes    = ""
	)
	type list = []string
	user, role, session := `{"AWS":"`+alice.ARN+`"}`, `{"AWS":"`+worker.RoleARN+`"}`, `{"AWS":"`+worker.ARN+`"}`
	account, stranger, service := `{"AWS":"`+ours+`"}`, `{"AWS":"arn:aws:iam::`+theirs+`:root"}`, `{"Service":"lambda.amazonaws.com"}`
	for _, tt := range []struct {
		name                                  string
		who                                   Principal
		identity, boundary, session, resource list
		want                                  string // why not
	}{
		{"user without any policy", alice, nil, nil, nil, nil, noId},
		{"user whose policy allows", alice, list{allow}, nil, nil, nil, yes},
		{"user whose policy allows something else", alice, list{other}, nil, nil, nil, noId},
		{"user whose policy allows and denies", alice, list{allow, deny}, nil, nil, nil, "with an explicit deny in an identity-based policy"},
		{"user within a boundary", alice, list{allow}, list{allow}, nil, nil, yes},
		{"user beyond a boundary", alice, list{allow}, list{other}, nil, nil, noBnd},
		{"user with a boundary alone", alice, nil, list{allow}, nil, nil, noId},
		{"user denied by a boundary", alice, list{allow}, list{allow, deny}, nil, nil, "with an explicit deny in a permissions boundary"},
		{"session within its policies", worker, list{allow}, nil, list{allow}, nil, yes},
		{"session beyond its policies", worker, list{allow}, nil, list{other}, nil, noSess},
		{"session denied by its policies", worker, list{allow}, nil, list{allow, deny}, nil, "with an explicit deny in a session policy"},
		{"session whose policies allow more than the role", worker, list{other}, nil, list{allow}, nil, noId},

		{"user whom the resource names", alice, nil, nil, nil, list{to("Allow", user)}, yes},
		{"user whom the resource names, beyond a boundary", alice, nil, list{other}, nil, list{to("Allow", user)}, yes},
		{"user whom the resource names by id", alice, nil, nil, nil, list{to("Allow", `{"AWS":"`+alice.ID+`"}`)}, yes},
		{"user whom the resource denies", alice, list{allow}, nil, nil, list{to("Deny", user)}, "with an explicit deny in a resource-based policy"},
		{"user of an account that the resource names", alice, nil, nil, nil, list{to("Allow", account)}, noId},
		{"user of an account that the resource names, allowed", alice, list{allow}, nil, nil, list{to("Allow", account)}, yes},
		{"user, where everybody may", alice, nil, nil, nil, list{to("Allow", `"*"`)}, yes},
		{"user, where others are denied", alice, list{allow}, nil, nil, list{to("Deny", stranger)}, yes},
		{"user denied through the account", alice, list{allow}, nil, nil, list{to("Deny", account)}, "with an explicit deny in a resource-based policy"},
		{"role that the resource names", worker, nil, nil, nil, list{to("Allow", role)}, yes},
		{"role that the resource names by id", worker, nil, nil, nil, list{to("Allow", `{"AWS":"AROAWORKERWORKERWORKE"}`)}, yes},
		{"role that the resource names, beyond a boundary", worker, nil, list{other}, nil, list{to("Allow", role)}, noBnd},
		{"role that the resource names, beyond session policies", worker, nil, nil, list{other}, list{to("Allow", role)}, noSess},
		{"session that the resource names, beyond all", worker, nil, list{other}, list{other}, list{to("Allow", session)}, yes},
		{"session, where everybody may, beyond session policies", worker, nil, nil, list{other}, list{to("Allow", `"*"`)}, noSess},

		{"stranger without a policy of the resource", mallory, list{allow}, nil, nil, nil, noRes},
		{"stranger allowed by both", mallory, list{allow}, nil, nil, list{to("Allow", stranger)}, yes},
		{"stranger allowed by the resource alone", mallory, nil, nil, nil, list{to("Allow", stranger)}, noId},
		{"stranger named by the resource alone", mallory, nil, nil, nil, list{to("Allow", `{"AWS":"`+mallory.ARN+`"}`)}, noId},
		{"stranger beyond a boundary", mallory, list{allow}, list{other}, nil, list{to("Allow", `{"AWS":"`+mallory.ARN+`"}`)}, noBnd},

		{"root", root, nil, nil, nil, nil, yes},
		{"root, denied by the resource", root, nil, nil, nil, list{to("Deny", account)}, "with an explicit deny in a resource-based policy"},
		{"root of another account", foreign, nil, nil, nil, nil, noRes},
		{"root of another account that is named", foreign, nil, nil, nil, list{to("Allow", stranger)}, yes},
		{"service that is named", lambda, nil, nil, nil, list{to("Allow", service)}, yes},
		{"service that is not named", lambda, nil, nil, nil, list{to("Allow", account)}, noRes},
		{"service, where everybody may", lambda, nil, nil, nil, list{to("Allow", `{"AWS":"*"}`)}, yes},
		{"anonymous", nobody, nil, nil, nil, nil, noRes},
		{"anonymous, where everybody may", nobody, nil, nil, nil, list{to("Allow", `"*"`)}, yes},
		{"anonymous, where all of an account may", nobody, nil, nil, nil, list{to("Allow", account)}, noRes},
		{"anonymous, denied", nobody, nil, nil, nil, list{to("Allow", `"*"`), to("Deny", `"*"`)}, "with an explicit deny in a resource-based policy"},

		{"deny to all but alice, for alice", alice, list{allow}, nil, nil, list{strings.Replace(to("Deny", user), "Principal", "NotPrincipal", 1)}, yes},
		{"deny to all but alice, for a role", worker, list{allow}, nil, nil, list{strings.Replace(to("Deny", user), "Principal", "NotPrincipal", 1)}, "with an explicit deny in a resource-based policy"},
		{"deny to all but an account, for a user of it", alice, list{allow}, nil, nil, list{strings.Replace(to("Deny", account), "Principal", "NotPrincipal", 1)}, "with an explicit deny in a resource-based policy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &Request{Principal: tt.who, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/key", Account: ours,
				Identity: []*Policy{mustParse(t, Managed, tt.identity...)}, Boundary: mustParse(t, Managed, tt.boundary...),
				Attached: mustParse(t, Resource, tt.resource...)}
			if tt.session != nil {
				r.Session = []*Policy{mustParse(t, Inline, tt.session...)}
			}
			checkDecision(t, r, tt.want)
		})
	}
	t.Run("a trust policy is called so", func(t *testing.T) {
		r := &Request{Principal: alice, Action: "s3:GetObject", Account: ours, Trust: true}
		checkDecision(t, r, noRole)
	})
}

func checkDecision(t *testing.T, r *Request, want string) {
	t.Helper()
	d := Evaluate(r)
	switch {
	case d.Allowed && want != "":
		t.Errorf("Evaluate = %+v, want no, %s", d, want)
	case !d.Allowed && d.Reason(r.Action) != want:
		t.Errorf("Evaluate = no, %s; want no, %s", d.Reason(r.Action), want)
	}
}

func TestWhoMayAssumeARole(t *testing.T) {
	trust := func(principal string) string {
		return `"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"`
	}
	const may = `"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::` + ours + `:role/*"`
	const (
		noTrust = "because no role trust policy allows the sts:AssumeRole action"
		noId    = "because no identity-based policy allows the sts:AssumeRole action"
	)
	for _, tt := range []struct {
		name            string
		who             Principal
		trust, identity string
		want            string
	}{
		{"the service that is trusted", lambda, trust(`{"Service":"lambda.amazonaws.com"}`), "", ""},
		{"another service", lambda, trust(`{"Service":"ec2.amazonaws.com"}`), "", noTrust},
		{"a user that is trusted", alice, trust(`{"AWS":"` + alice.ARN + `"}`), "", ""},
		{"a user of an account that is trusted", alice, trust(`{"AWS":"` + ours + `"}`), "", noId},
		{"the same, allowed", alice, trust(`{"AWS":"` + ours + `"}`), may, ""},
		{"a user that is allowed and not trusted", alice, trust(`{"Service":"lambda.amazonaws.com"}`), may, noTrust},
		{"a stranger that is trusted", mallory, trust(`{"AWS":"` + theirs + `"}`), "", noId},
		{"the same, allowed", mallory, trust(`{"AWS":"` + theirs + `"}`), may, ""},
		{"root of the account, trusted", root, trust(`{"AWS":"` + ours + `"}`), "", ""},
		{"root of the account, not trusted", root, trust(`{"Service":"lambda.amazonaws.com"}`), "", noTrust},
		{"a user that is denied", alice, trust(`{"AWS":"*"}`) + `},{"Effect":"Deny","Principal":{"AWS":"` + alice.ARN + `"},"Action":"sts:*Role"`, may,
			"with an explicit deny in the role trust policy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &Request{Principal: tt.who, Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + ours + ":role/r", Account: ours, Trust: true,
				Attached: mustParse(t, Trust, tt.trust)}
			if tt.identity != "" {
				r.Identity = []*Policy{mustParse(t, Managed, tt.identity)}
			}
			checkDecision(t, r, tt.want)
		})
	}
}

// TestStatementsSpeakOf asks what one statement, as JSON, allows.
func TestStatementsSpeakOf(t *testing.T) {
	for _, tt := range []struct {
		statement, action, resource string
		want                        bool
	}{
		{`"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/a//b", true},
		{`"Action":"S3:getobject","Resource":"arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/a", true},
		{`"Action":"s3:GetObject","Resource":"arn:aws:s3:::B/*"`, "s3:GetObject", "arn:aws:s3:::b/a", false},
		{`"Action":"s3:GetObject","Resource":"arn:aws:s3:::b"`, "s3:GetObject", "arn:aws:s3:::b/a", false},
		{`"Action":"s3:Get*","Resource":"*"`, "s3:GetObjectAcl", "*", true},
		{`"Action":["s3:Put?bject","s3:*Tagging"],"Resource":"*"`, "s3:PutObjectTagging", "*", true},
		{`"Action":"*","Resource":"*"`, "dynamodb:ListTables", "*", true},
		{`"NotAction":"iam:*","Resource":"*"`, "s3:GetObject", "*", true},
		{`"NotAction":"iam:*","Resource":"*"`, "iam:GetUser", "*", false},
		{`"Action":"s3:*","NotResource":["arn:aws:s3:::payroll","arn:aws:s3:::payroll/*"]`, "s3:GetObject", "arn:aws:s3:::payroll/x", false},
		{`"Action":"s3:*","NotResource":["arn:aws:s3:::payroll","arn:aws:s3:::payroll/*"]`, "s3:GetObject", "arn:aws:s3:::b/x", true},
		{`"Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/MyTable"`, "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:000000000000:table/MyTable", true},
		{`"Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/MyTable"`, "dynamodb:ListTables", "*", false},
		{`"Action":"iam:*AccessKey*","Resource":"arn:aws:iam::*:user/${aws:username}"`, "iam:CreateAccessKey", alice.ARN, true},
		{`"Action":"iam:*AccessKey*","Resource":"arn:aws:iam::*:user/${aws:username}"`, "iam:CreateAccessKey", "arn:aws:iam::123456789012:user/bob", false},
	} {
		r := &Request{Principal: alice, Action: tt.action, Resource: tt.resource, Account: ours, Context: Context{"aws:username": {"alice"}},
			Identity: []*Policy{mustParse(t, Managed, `"Effect":"Allow",`+tt.statement)}}
		if got := Evaluate(r).Allowed; got != tt.want {
			t.Errorf("%s: %s on %s is %v, want %v", tt.statement, tt.action, tt.resource, got, tt.want)
		}
	}
}

func FuzzParseAndEvaluate(f *testing.F) {
	f.Add(allow12(`"Condition":{"ForAnyValue:StringLikeIfExists":{"aws:username":["a*${aws:username}b?"]},"DateLessThan":{"aws:CurrentTime":"2026"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`), "s3:ListBucket", "arn:aws:s3:::b")
	f.Add(statement12(`"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::1:root"],"Service":"a.amazonaws.com"},"Action":"sts:AssumeRole"`), "sts:AssumeRole", "*")
	f.Add(statement12(`"Effect":"Deny","NotPrincipal":"*","NotAction":["*a*b?*"],"NotResource":"arn:aws:s3:::${aws:username, 'x'}","Condition":{"Null":{"a":true},"ArnLike":{"aws:SourceArn":"arn:*"}}`), "a:b", "c")
	f.Fuzz(func(t *testing.T, doc, action, resource string) {
		ctx := Context{}
		ctx.Set("aws:username", action)
		ctx.Set("aws:SourceIp", "10.1.2.3")
		ctx.Set("aws:CurrentTime", "2026-05-04T12:00:00Z")
		ctx.Set("aws:SourceArn", resource)
		for _, kind := range []Kind{Managed, Inline, Trust, Resource} {
			p, err := Parse(doc, kind)
			if err != nil {
				if _, ok := err.(*Malformed); !ok || err.Error() == "" {
					t.Fatalf("Parse = %#v", err)
				}
				continue
			}
			for _, who := range []Principal{alice, worker, mallory, root, lambda, nobody} {
				r := &Request{Principal: who, Action: action, Resource: resource, Account: ours, Context: ctx, Identity: []*Policy{p}, Attached: p, Trust: kind == Trust}
				d := Evaluate(r)
				if d.Allowed && d.Explicit {
					t.Fatalf("Evaluate = %+v", d)
				}
				if !p.Asks() {
					without := *r
					if without.Context = nil; Evaluate(&without) != d {
						t.Fatalf("a policy that asks nothing has another verdict without a context than %+v", d)
					}
				}
				// More policies never allow what one of them denies.
				r.Boundary, r.Session = p, []*Policy{p}
				if e := Evaluate(r); d.Explicit && e.Allowed {
					t.Fatalf("denied, and with more policies allowed: %+v", e)
				}
			}
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	var statements []string
	for i := range 20 {
		statements = append(statements, fmt.Sprintf(`"Effect":"Allow","Action":["svc%d:Get*","svc%d:List*"],"Resource":"arn:aws:svc%d:*:*:thing/*"`, i, i, i))
	}
	statements = append(statements, `"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem"],"Resource":"arn:aws:dynamodb:*:*:table/${aws:username}*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`)
	r := &Request{Principal: alice, Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:us-east-1:" + ours + ":table/alice-music", Account: ours,
		Context: Context{"aws:username": {"alice"}, "aws:sourceip": {"10.1.2.3"}}, Identity: []*Policy{mustParse(b, Managed, statements...)}}
	b.ReportAllocs()
	for b.Loop() {
		if !Evaluate(r).Allowed {
			b.Fatal("denied")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	doc := allow12(`"Condition":{"StringEquals":{"aws:username":["a","b"]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(doc, Managed); err != nil {
			b.Fatal(err)
		}
	}
}
