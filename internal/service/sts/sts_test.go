package sts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/service/sts"
	"cloudless/internal/storage/memkv"
)

const (
	account  = "111111111111"
	reader   = "arn:aws:iam::111111111111:role/team/reader"
	worker   = "arn:aws:iam::111111111111:role/worker" // trusts lambda.amazonaws.com alone
	readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

var (
	today = time.Date(2026, 11, 24, 2, 30, 0, 0, time.UTC)
	alice = &api.Call{Account: account, Principal: api.Principal{
		Type: api.PrincipalUser, Account: account, ARN: "arn:aws:iam::111111111111:user/alice", ID: "AIDAALICEALICEALICEAL", AccessKeyID: "AKIAALICEALICEALICEA"}}
	root = &api.Call{Account: account, Principal: api.Root(account)}
)

// world stands in for all that STS asks.
type world struct {
	*sts.Service
	clock    *clock.Fake
	store    *memkv.Store
	policies map[string]string
	asked    []api.Fact // of the last question about trust
	denied   string     // an action
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(today, 1), store: memkv.New(), policies: map[string]string{readOnly: `{"read":"only"}`}}
	t.Cleanup(func() { w.store.Close() })
	w.Service = w.node()
	return w
}

// node returns another service over the same store.
func (w *world) node() *sts.Service {
	return sts.New(sts.Config{Store: w.store, Clock: w.clock, Authorizer: w, Roles: w, Trust: w, Policies: w, Documents: w})
}

func (w *world) Role(_ context.Context, arn string) (sts.Role, error) {
	switch arn {
	case reader:
		return sts.Role{Account: account, ARN: reader, Name: "reader", ID: "AROAREADERREADERREADE", TrustPolicy: "users", MaxSessionSeconds: 7200}, nil
	case worker:
		return sts.Role{Account: account, ARN: worker, Name: "worker", ID: "AROAWORKERWORKERWORKE", TrustPolicy: "lambda.amazonaws.com", MaxSessionSeconds: 3600}, nil
	}
	return sts.Role{}, &awserr.Error{Code: "NoSuchEntity", Status: 404, Message: "no role"}
}

func (w *world) MayAssume(_ context.Context, call *api.Call, roleARN, trustPolicy, action string, facts ...api.Fact) error {
	w.asked = facts
	p := call.Principal
	if action == "sts:AssumeRole" && (p.Type == api.PrincipalService && p.ID == trustPolicy || p.Type != api.PrincipalService && trustPolicy == "users") {
		return nil
	}
	return awserr.AccessDenied("User: " + p.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + roleARN + " because no role trust policy allows the sts:AssumeRole action")
}

func (w *world) PolicyDocument(_ context.Context, inAccount, arn string) (string, error) {
	if document, ok := w.policies[arn]; ok && inAccount == account {
		return document, nil
	}
	return "", &awserr.Error{Code: "NoSuchEntity", Status: 404, Message: "no policy"}
}

func (w *world) Check(document string) error {
	if !json.Valid([]byte(document)) {
		return errors.New("Syntax errors in policy.")
	}
	return nil
}

func (w *world) Authorize(_ context.Context, _ *api.Call, action, _ string, _ ...api.Fact) error {
	if action == w.denied {
		return awserr.AccessDenied("no")
	}
	return nil
}

func wantError(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	got, ok := errors.AsType[*awserr.Error](err)
	if !ok || got.Code != code || got.Message != message {
		t.Errorf("%s = %v\nwant %s: %s", what, err, code, message)
	}
}

func (w *world) assume(t *testing.T, call *api.Call, in stsapi.AssumeRoleRequest) *stsapi.AssumeRoleResponse {
	t.Helper()
	if in.RoleArn == "" {
		in.RoleArn = reader
	}
	if in.RoleSessionName == "" {
		in.RoleSessionName = "s1"
	}
	out, err := w.AssumeRole(t.Context(), call, &in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASessionOfARoleIsFoundByItsToken(t *testing.T) {
	w := newWorld(t)
	out := w.assume(t, alice, stsapi.AssumeRoleRequest{ExternalId: new("x1")})
	if out.AssumedRoleUser.Arn != "arn:aws:sts::111111111111:assumed-role/reader/s1" || out.AssumedRoleUser.AssumedRoleId != "AROAREADERREADERREADE:s1" {
		t.Errorf("AssumedRoleUser = %+v", out.AssumedRoleUser)
	}
	c := out.Credentials
	if len(c.AccessKeyId) != 20 || c.AccessKeyId[:4] != "ASIA" || len(c.SecretAccessKey) != 40 || !c.Expiration.Equal(today.Add(time.Hour)) || out.PackedPolicySize != nil {
		t.Errorf("AssumeRole = %+v, %v", c, out.PackedPolicySize)
	}
	if !slices.ContainsFunc(w.asked, func(f api.Fact) bool { return f.Key == "sts:ExternalId" && f.Values[0] == "x1" }) {
		t.Errorf("the trust policy was not told of the ExternalId: %v", w.asked)
	}
	for name, node := range map[string]*sts.Service{"the same node": w.Service, "another node, or a restart": w.node()} {
		key, err := node.Key(t.Context(), c.AccessKeyId, c.SessionToken)
		if err != nil {
			t.Fatalf("Key at %s = %v", name, err)
		}
		p := key.Principal
		if key.ID != c.AccessKeyId || key.Secret != c.SecretAccessKey || key.SessionToken != c.SessionToken || !key.Expires.Equal(c.Expiration) ||
			p.Type != api.PrincipalAssumedRole || p.Account != account || p.ARN != out.AssumedRoleUser.Arn || p.ID != out.AssumedRoleUser.AssumedRoleId ||
			p.RoleARN != reader || p.AccessKeyID != c.AccessKeyId || p.SessionPolicies != nil {
			t.Errorf("Key at %s = %+v", name, key)
		}
	}
}

func TestNoOtherTokenOpensASession(t *testing.T) {
	w := newWorld(t)
	mine := w.assume(t, alice, stsapi.AssumeRoleRequest{}).Credentials
	other := w.assume(t, alice, stsapi.AssumeRoleRequest{}).Credentials
	foreign := newWorld(t)
	foreign.clock.Read(make([]byte, 7)) // so that it draws another sealing key
	elsewhere := foreign.assume(t, alice, stsapi.AssumeRoleRequest{}).Credentials
	for _, c := range []*stsapi.Credentials{mine, other, mine} { // which are kept from then on
		if _, err := w.Key(t.Context(), c.AccessKeyId, c.SessionToken); err != nil {
			t.Fatal(err)
		}
	}
	flip := func(i int) string {
		b := []byte(mine.SessionToken)
		if b[i] == 'A' {
			b[i] = 'B'
		} else {
			b[i] = 'A'
		}
		return string(b)
	}
	for _, tt := range []struct{ name, id, token string }{
		{"no token", mine.AccessKeyId, ""},
		{"no base64", mine.AccessKeyId, "!"},
		{"the token of another key", mine.AccessKeyId, other.SessionToken},
		{"the token with another id", "ASIAAAAAAAAAAAAAAAAA", mine.SessionToken},
		{"another form", mine.AccessKeyId, flip(0)},
		{"another sealing key", mine.AccessKeyId, flip(5)},
		{"another nonce", mine.AccessKeyId, flip(10)},
		{"another session", mine.AccessKeyId, flip(40)},
		{"a cut token", mine.AccessKeyId, mine.SessionToken[:20]},
		{"a token of another installation", elsewhere.AccessKeyId, elsewhere.SessionToken},
		{"a user's key", "AKIAALICEALICEALICEA", mine.SessionToken},
	} {
		_, err := w.Key(t.Context(), tt.id, tt.token)
		wantError(t, "Key with "+tt.name, err, awserr.CodeUnrecognizedClient, "The security token included in the request is invalid.")
	}
}

func TestAssumeRoleRefuses(t *testing.T) {
	session := &api.Call{Account: account, Principal: api.Principal{Type: api.PrincipalAssumedRole, Account: account, ARN: "arn:aws:sts::111111111111:assumed-role/x/y"}}
	for _, tt := range []struct {
		name          string
		call          *api.Call
		in            stsapi.AssumeRoleRequest
		code, message string
	}{
		{"a role that is not there", alice, stsapi.AssumeRoleRequest{RoleArn: "arn:aws:iam::111111111111:role/none"}, awserr.CodeAccessDenied,
			"User: arn:aws:iam::111111111111:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/none"},
		{"a role that trusts others", alice, stsapi.AssumeRoleRequest{RoleArn: worker}, awserr.CodeAccessDenied,
			"User: arn:aws:iam::111111111111:user/alice is not authorized to perform: sts:AssumeRole on resource: " + worker + " because no role trust policy allows the sts:AssumeRole action"},
		{"more time than the role gives", alice, stsapi.AssumeRoleRequest{DurationSeconds: new(int64(7201))}, awserr.CodeValidation,
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"more time than a chained session has", session, stsapi.AssumeRoleRequest{DurationSeconds: new(int64(3601))}, awserr.CodeValidation,
			"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
		{"a session policy that is none", alice, stsapi.AssumeRoleRequest{Policy: new("{")}, "MalformedPolicyDocument", "Syntax errors in policy."},
		{"a session policy that is too long", alice, stsapi.AssumeRoleRequest{Policy: new(`"` + strings.Repeat("x", 2100) + `"`)}, "PackedPolicyTooLarge",
			"Packed policy consumes 103% of allotted space, please use smaller policy."},
		{"a managed policy that is not there", alice, stsapi.AssumeRoleRequest{PolicyArns: []stsapi.PolicyDescriptorType{{Arn: new("arn:aws:iam::aws:policy/None")}}}, awserr.CodeValidation,
			"Policy arn:aws:iam::aws:policy/None does not exist or is not attachable."},
		{"two tags of one key", alice, stsapi.AssumeRoleRequest{Tags: []stsapi.Tag{{Key: "a"}, {Key: "A"}}}, "InvalidParameterValue",
			"Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"a transitive key without its tag", alice, stsapi.AssumeRoleRequest{Tags: []stsapi.Tag{{Key: "a"}}, TransitiveTagKeys: []string{"b"}}, "InvalidParameterValue",
			"The specified transitive tag key must be included in the requested tags."},
		{"tags", alice, stsapi.AssumeRoleRequest{Tags: []stsapi.Tag{{Key: "a"}}}, awserr.CodeNotImplemented, "cloudless does not implement the Tags of a session yet."},
		{"a token code", alice, stsapi.AssumeRoleRequest{TokenCode: new("123456")}, awserr.CodeNotImplemented, "cloudless does not implement multi-factor authentication yet."},
	} {
		w := newWorld(t)
		if tt.in.RoleArn == "" {
			tt.in.RoleArn = reader
		}
		tt.in.RoleSessionName = "s1"
		_, err := w.AssumeRole(t.Context(), tt.call, &tt.in)
		wantError(t, "AssumeRole with "+tt.name, err, tt.code, tt.message)
	}
}

func TestASessionLastsAsLongAsAsked(t *testing.T) {
	w := newWorld(t)
	c := w.assume(t, alice, stsapi.AssumeRoleRequest{DurationSeconds: new(int64(7200))}).Credentials
	if !c.Expiration.Equal(today.Add(2 * time.Hour)) {
		t.Errorf("Expiration = %v", c.Expiration)
	}
}

func TestSessionPoliciesBindTheSession(t *testing.T) {
	w := newWorld(t)
	out := w.assume(t, alice, stsapi.AssumeRoleRequest{Policy: new(allowAll), PolicyArns: []stsapi.PolicyDescriptorType{{Arn: new(readOnly)}}})
	if out.PackedPolicySize == nil || *out.PackedPolicySize != 7 { // 85 and 38 characters of 2048
		t.Errorf("PackedPolicySize = %v, want 7", out.PackedPolicySize)
	}
	policies := func() []string {
		t.Helper()
		key, err := w.Key(t.Context(), out.Credentials.AccessKeyId, out.Credentials.SessionToken)
		if err != nil {
			t.Fatal(err)
		}
		return key.Principal.SessionPolicies
	}
	if got := policies(); !slices.Equal(got, []string{allowAll, `{"read":"only"}`}) {
		t.Errorf("SessionPolicies = %q", got)
	}
	w.policies[readOnly] = `{"read":"less"}`
	if got := policies(); !slices.Equal(got, []string{allowAll, `{"read":"less"}`}) {
		t.Errorf("SessionPolicies = %q, want the document of today", got)
	}

	out = w.assume(t, alice, stsapi.AssumeRoleRequest{PolicyArns: []stsapi.PolicyDescriptorType{{Arn: new(readOnly)}}})
	delete(w.policies, readOnly)
	if got := policies(); got == nil || len(got) != 0 {
		t.Errorf("SessionPolicies = %v, want none that allows anything, which is not nil", got)
	}
}

func TestGetSessionTokenKeepsTheCaller(t *testing.T) {
	for _, tt := range []struct {
		name  string
		call  *api.Call
		asked *int64
		lasts time.Duration
	}{
		{"a user", alice, nil, 12 * time.Hour},
		{"a user for a day", alice, new(int64(86400)), 24 * time.Hour},
		{"root", root, nil, time.Hour},
		{"root for a day", root, new(int64(86400)), time.Hour},
	} {
		w := newWorld(t)
		out, err := w.GetSessionToken(t.Context(), tt.call, &stsapi.GetSessionTokenRequest{DurationSeconds: tt.asked})
		if err != nil {
			t.Fatalf("GetSessionToken for %s: %v", tt.name, err)
		}
		if got := out.Credentials.Expiration.Sub(today); got != tt.lasts {
			t.Errorf("GetSessionToken for %s lasts %v, want %v", tt.name, got, tt.lasts)
		}
		key, err := w.Key(t.Context(), out.Credentials.AccessKeyId, out.Credentials.SessionToken)
		if err != nil {
			t.Fatal(err)
		}
		if key.Principal.ARN != tt.call.Principal.ARN || key.Principal.ID != tt.call.Principal.ID || key.Principal.Type != tt.call.Principal.Type {
			t.Errorf("Key for %s = %+v", tt.name, key.Principal)
		}
		again := &api.Call{Account: account, Principal: key.Principal}
		_, err = w.GetSessionToken(t.Context(), again, &stsapi.GetSessionTokenRequest{})
		wantError(t, "GetSessionToken in a session", err, awserr.CodeAccessDenied, "Cannot call GetSessionToken with session credentials")
	}
}

func TestGetCallerIdentityNeedsNoPermission(t *testing.T) {
	w := newWorld(t)
	w.denied = "sts:GetCallerIdentity"
	for _, call := range []*api.Call{alice, root} {
		out, err := w.GetCallerIdentity(t.Context(), call, &stsapi.GetCallerIdentityRequest{})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(*out.Account, *out.Arn, *out.UserId)
		if want := fmt.Sprint(account, call.Principal.ARN, call.Principal.ID); got != want {
			t.Errorf("GetCallerIdentity = %s, want %s", got, want)
		}
	}
}

func TestAnAccessKeyTellsItsAccount(t *testing.T) {
	w := newWorld(t)
	mine := w.assume(t, alice, stsapi.AssumeRoleRequest{}).Credentials.AccessKeyId
	for _, tt := range []struct{ id, account string }{
		{mine, account},
		{"ASIAQNZGKIQY56JQ7WML", "029608264753"}, // a key of AWS's that was published
		{"ASIAQAAAAAAAAAAAAAAA", "000000000000"},
		{"AKIA7777777777777777", ""}, // 2⁴⁰-1 has 13 digits
		{"AKIAAAAAAAAAAAAAAAAA", ""}, // the first bit is missing
		{"AKIA", ""},
		{"AKIA0000000000000000", ""}, // no base 32
	} {
		out, err := w.GetAccessKeyInfo(t.Context(), alice, &stsapi.GetAccessKeyInfoRequest{AccessKeyId: tt.id})
		switch {
		case tt.account == "" && awserr.Code(err) != awserr.CodeValidation:
			t.Errorf("GetAccessKeyInfo of %s = %v, %v, want a refusal", tt.id, out, err)
		case tt.account != "" && (err != nil || *out.Account != tt.account):
			t.Errorf("GetAccessKeyInfo of %s = %v, %v, want %s", tt.id, out, err, tt.account)
		}
	}
	w.denied = "sts:GetAccessKeyInfo"
	_, err := w.GetAccessKeyInfo(t.Context(), alice, &stsapi.GetAccessKeyInfoRequest{AccessKeyId: mine})
	wantError(t, "GetAccessKeyInfo", err, awserr.CodeAccessDenied, "no")
}

func TestAServiceActsInTheRolesThatTrustIt(t *testing.T) {
	w := newWorld(t)
	key, err := w.SessionFor(t.Context(), "lambda.amazonaws.com", worker, "my-function", 12*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if key.Principal.ARN != "arn:aws:sts::111111111111:assumed-role/worker/my-function" || !key.Expires.Equal(today.Add(12*time.Hour)) {
		t.Errorf("SessionFor = %+v", key)
	}
	found, err := w.Key(t.Context(), key.ID, key.SessionToken)
	if err != nil || found.Secret != key.Secret || found.Principal.ID != key.Principal.ID {
		t.Errorf("Key = %+v, %v", found, err)
	}
	for service, role := range map[string]string{
		"lambda.amazonaws.com":     reader,
		"apigateway.amazonaws.com": worker,
		"events.amazonaws.com":     "arn:aws:iam::111111111111:role/none",
	} {
		if _, err := w.SessionFor(t.Context(), service, role, "s", time.Hour); awserr.Code(err) != awserr.CodeAccessDenied {
			t.Errorf("SessionFor(%s, %s) = %v, want AccessDenied", service, role, err)
		}
	}
}

// TestASessionTellsWhichFunctionItWasMadeFor asks for the principal of sessions
// that Lambda makes, for a function and for itself.
func TestASessionTellsWhichFunctionItWasMadeFor(t *testing.T) {
	const function = "arn:aws:lambda:eu-central-1:111111111111:function:my-function"
	w := newWorld(t)
	for _, tt := range []struct {
		name string
		make func() (api.Key, error)
		want string
	}{
		{"for a function", func() (api.Key, error) {
			return w.SessionForFunction(t.Context(), function, worker, "my-function", time.Hour)
		}, function},
		{"for Lambda itself", func() (api.Key, error) {
			return w.SessionFor(t.Context(), "lambda.amazonaws.com", worker, "my-function", time.Hour)
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key, err := tt.make()
			if err != nil {
				t.Fatal(err)
			}
			found, err := w.Key(t.Context(), key.ID, key.SessionToken)
			if err != nil || key.Principal.SourceFunctionARN != tt.want || found.Principal.SourceFunctionARN != tt.want {
				t.Errorf("the session is of %q, and when it is read of %q (%v), want %q",
					key.Principal.SourceFunctionARN, found.Principal.SourceFunctionARN, err, tt.want)
			}
		})
	}
}

func BenchmarkKey(b *testing.B) {
	w := &world{clock: clock.NewFake(today, 1), store: memkv.New()}
	defer w.store.Close()
	w.Service = w.node()
	key, err := w.SessionFor(b.Context(), "lambda.amazonaws.com", worker, "my-function", time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Key(b.Context(), key.ID, key.SessionToken); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(key.SessionToken)), "token-bytes")
}
