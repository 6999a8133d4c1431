package iam_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/service/iam"
	"cloudless/internal/storage/memkv"
)

const (
	account   = "111111111111"
	trustEC2  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	denyAll   = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	basicRole = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
	readOnly  = "arn:aws:iam::aws:policy/ReadOnlyAccess"
)

var (
	today = time.Date(2026, 11, 24, 2, 30, 0, 0, time.UTC)
	root  = &api.Call{Account: account, Region: "us-east-1", Principal: api.Root(account)}
)

// world is a service and what it stands on.
type world struct {
	*iam.Service
	clock *clock.Fake
	authz *authorizer
	store *memkv.Store
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(today, 1), authz: &authorizer{}, store: memkv.New()}
	t.Cleanup(func() { w.store.Close() })
	w.Service = iam.New(iam.Config{Store: w.store, Clock: w.clock, Authorizer: w.authz, Documents: documents{}})
	return w
}

// documents takes JSON objects for policy documents.
type documents struct{}

func (documents) Check(document string, kind iam.DocumentKind) error {
	var object map[string]any
	if json.Unmarshal([]byte(document), &object) == nil {
		return nil
	}
	if kind == iam.TrustDocument {
		return errors.New("This policy contains invalid Json")
	}
	return errors.New("Syntax errors in policy.")
}

// authorizer remembers what it was asked, and refuses some actions.
type authorizer struct {
	mu     sync.Mutex
	asked  []question
	denied string // an action
}

type question struct {
	action, resource string
	facts            []api.Fact
}

func (a *authorizer) Authorize(_ context.Context, _ *api.Call, action, resource string, facts ...api.Fact) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, question{action, resource, facts})
	if action == a.denied {
		return awserr.AccessDenied("no")
	}
	return nil
}

// last returns the last question.
func (a *authorizer) last() question {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked[len(a.asked)-1]
}

// given returns the values of a condition key, or nil.
func (q question) given(key string) []string {
	for _, f := range q.facts {
		if f.Key == key {
			return f.Values
		}
	}
	return nil
}

// done fails the test if err is an error, and passes on what came with it.
func done[T any](t *testing.T) func(T, error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// wantError checks code and message of a refusal.
func wantError(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	got, ok := errors.AsType[*awserr.Error](err)
	if !ok || got.Code != code || got.Message != message {
		t.Errorf("%s = %v\nwant %s: %s", what, err, code, message)
	}
}

func (w *world) createRole(t *testing.T, name string) *iamapi.Role {
	t.Helper()
	return done[*iamapi.CreateRoleResponse](t)(w.CreateRole(t.Context(), root, &iamapi.CreateRoleRequest{
		RoleName: name, AssumeRolePolicyDocument: trustEC2})).Role
}

func TestARoleHasTheShapesThatAWSGivesIt(t *testing.T) {
	w := newWorld(t)
	created := done[*iamapi.CreateRoleResponse](t)(w.CreateRole(t.Context(), root, &iamapi.CreateRoleRequest{
		RoleName: "Reader", Path: new("/team/"), AssumeRolePolicyDocument: trustEC2,
	})).Role
	if created.Arn != "arn:aws:iam::111111111111:role/team/Reader" || created.Path != "/team/" || !created.CreateDate.Equal(today) {
		t.Errorf("CreateRole = %+v", created)
	}
	if !strings.HasPrefix(created.RoleId, "AROA") || len(created.RoleId) != 21 {
		t.Errorf("RoleId = %s, want AROA and 17 characters", created.RoleId)
	}
	if created.MaxSessionDuration != nil || created.RoleLastUsed != nil || created.Tags != nil {
		t.Errorf("CreateRole tells more than AWS: %+v", created)
	}
	got := done[*iamapi.GetRoleResponse](t)(w.GetRole(t.Context(), root, &iamapi.GetRoleRequest{RoleName: "reader"})).Role
	if got.RoleName != "Reader" || got.RoleId != created.RoleId || *got.MaxSessionDuration != 3600 || got.RoleLastUsed == nil {
		t.Errorf("GetRole = %+v", got)
	}
	want := `%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B` +
		`%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D`
	if *got.AssumeRolePolicyDocument != want {
		t.Errorf("AssumeRolePolicyDocument = %s\nwant %s", *got.AssumeRolePolicyDocument, want)
	}
}

func TestCreateRoleRefuses(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "taken")
	for _, tt := range []struct {
		name          string
		in            iamapi.CreateRoleRequest
		code, message string
	}{
		{"a name that differs in case alone", iamapi.CreateRoleRequest{RoleName: "Taken", AssumeRolePolicyDocument: trustEC2},
			"EntityAlreadyExists", "Role with name Taken already exists."},
		{"a document that is none", iamapi.CreateRoleRequest{RoleName: "new", AssumeRolePolicyDocument: "https://s3.amazonaws.com/x.json"},
			"MalformedPolicyDocument", "This policy contains invalid Json"},
		{"a trust policy that is too long", iamapi.CreateRoleRequest{RoleName: "new", AssumeRolePolicyDocument: `{"a":"` + strings.Repeat("x", 2048) + `"}`},
			"LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"},
		{"a boundary that is no ARN", iamapi.CreateRoleRequest{RoleName: "new", AssumeRolePolicyDocument: trustEC2, PermissionsBoundary: new("ReadOnlyAccess-what")},
			"InvalidInput", "ARN ReadOnlyAccess-what is not valid."},
		{"a boundary that is not there", iamapi.CreateRoleRequest{RoleName: "new", AssumeRolePolicyDocument: trustEC2, PermissionsBoundary: new("arn:aws:iam::111111111111:policy/none")},
			"NoSuchEntity", "Scope ARN: arn:aws:iam::111111111111:policy/none does not exist or is not attachable."},
		{"two tags of one key", iamapi.CreateRoleRequest{RoleName: "new", AssumeRolePolicyDocument: trustEC2, Tags: []iamapi.Tag{{Key: "a"}, {Key: "A"}}},
			"InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
	} {
		_, err := w.CreateRole(t.Context(), root, &tt.in)
		wantError(t, "CreateRole with "+tt.name, err, tt.code, tt.message)
	}
	_, err := w.GetRole(t.Context(), root, &iamapi.GetRoleRequest{RoleName: "new"})
	wantError(t, "GetRole after refusals", err, "NoSuchEntity", "The role with name new cannot be found.")
}

func TestAttachRolePolicyRefuses(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "r")
	for _, tt := range []struct{ role, arn, code, message string }{
		{"r", "policy-name-of-more-than-20", "ValidationException", "Invalid ARN:  Could not be parsed!"},
		{"r", "arn:aws:iam::111111111111:policy/gone", "NoSuchEntity", "Policy arn:aws:iam::111111111111:policy/gone does not exist or is not attachable."},
		{"r", "arn:aws:iam::aws:policy/NoSuchPolicy", "NoSuchEntity", "Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable."},
		{"r", "arn:aws:iam::aws:policy/aws-service-role/AWSConfigServiceRolePolicy", "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role."},
		{"nobody", readOnly, "NoSuchEntity", "The role with name nobody cannot be found."},
	} {
		_, err := w.AttachRolePolicy(t.Context(), root, &iamapi.AttachRolePolicyRequest{RoleName: tt.role, PolicyArn: tt.arn})
		wantError(t, "AttachRolePolicy of "+tt.arn, err, tt.code, tt.message)
	}
}

func TestWhoMayNotAskDoesNotLearnWhichRolesExist(t *testing.T) {
	w := newWorld(t)
	w.createRole(t, "there")
	w.authz.denied = "iam:GetRole"
	for _, name := range []string{"there", "not-there"} {
		_, err := w.GetRole(t.Context(), root, &iamapi.GetRoleRequest{RoleName: name})
		wantError(t, "GetRole of "+name, err, awserr.CodeAccessDenied, "no")
		if got, want := w.authz.last().resource, "arn:aws:iam::111111111111:role/"+name; got != want {
			t.Errorf("GetRole asked about %s, want %s", got, want)
		}
	}
}

// documentsOf returns what binds a principal.
func (w *world) documentsOf(t *testing.T, p api.Principal) []string {
	t.Helper()
	return done[*iam.Policies](t)(w.PoliciesOf(t.Context(), p)).Identity
}

func session(r *iamapi.Role) api.Principal {
	return api.Principal{Type: api.PrincipalAssumedRole, Account: account, ID: r.RoleId + ":s", RoleARN: r.Arn}
}

func TestADecisionSeesAnAttachedPolicyAtOnce(t *testing.T) {
	w := newWorld(t)
	s := session(w.createRole(t, "r"))
	if got := w.documentsOf(t, s); len(got) != 0 {
		t.Fatalf("PoliciesOf a new role = %q", got)
	}
	if _, err := w.AttachRolePolicy(t.Context(), root, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: basicRole}); err != nil {
		t.Fatal(err)
	}
	if got := w.authz.last().given("iam:PolicyARN"); !slices.Equal(got, []string{basicRole}) {
		t.Errorf("AttachRolePolicy gave iam:PolicyARN %q", got)
	}
	if got := w.documentsOf(t, s); len(got) != 1 || !strings.Contains(got[0], "logs:CreateLogGroup") {
		t.Errorf("PoliciesOf = %q, want AWS's document", got)
	}
}

// with returns a service over the same store that asks another authorizer.
func (w *world) with(authz api.Authorizer) *iam.Service {
	return iam.New(iam.Config{Store: w.store, Clock: w.clock, Authorizer: authz, Documents: documents{}})
}
