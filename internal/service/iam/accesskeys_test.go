package iam_test

import (
	"testing"
	"time"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
)

const invalidToken = "The security token included in the request is invalid."

func TestAnAccessKeyStandsForItsUser(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	u := w.createUser(t, "u")
	k := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})).AccessKey
	if len(k.AccessKeyId) != 20 || k.AccessKeyId[:4] != "AKIA" || len(k.SecretAccessKey) != 40 || k.Status != "Active" || k.UserName != "u" {
		t.Errorf("CreateAccessKey = %+v", k)
	}
	got := done[api.Key](t)(w.Key(ctx, k.AccessKeyId))
	want := api.Principal{Type: api.PrincipalUser, Account: account, ARN: u.Arn, ID: u.UserId, AccessKeyID: k.AccessKeyId}
	if got.Secret != k.SecretAccessKey || got.SessionToken != "" || !got.Expires.IsZero() || got.Principal.ARN != want.ARN ||
		got.Principal.ID != want.ID || got.Principal.Type != want.Type || got.Principal.Account != want.Account {
		t.Errorf("Key = %+v, want %+v", got, want)
	}

	set := func(status string) {
		t.Helper()
		done[*iamapi.UpdateAccessKeyOutput](t)(w.UpdateAccessKey(ctx, root, &iamapi.UpdateAccessKeyRequest{UserName: new("u"), AccessKeyId: k.AccessKeyId, Status: status}))
	}
	set("Inactive")
	_, err := w.Key(ctx, k.AccessKeyId)
	wantError(t, "Key of an inactive key", err, awserr.CodeUnrecognizedClient, invalidToken)
	set("Active")
	if _, err := w.Key(ctx, k.AccessKeyId); err != nil {
		t.Errorf("Key of a key that is active again = %v", err)
	}

	second := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})).AccessKey
	_, err = w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})
	wantError(t, "CreateAccessKey of a third", err, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	list := done[*iamapi.ListAccessKeysResponse](t)(w.ListAccessKeys(ctx, root, &iamapi.ListAccessKeysRequest{UserName: new("u")})).AccessKeyMetadata
	if len(list) != 2 {
		t.Errorf("ListAccessKeys = %+v", list)
	}
	for _, id := range []string{k.AccessKeyId, second.AccessKeyId} {
		done[*iamapi.DeleteAccessKeyOutput](t)(w.DeleteAccessKey(ctx, root, &iamapi.DeleteAccessKeyRequest{UserName: new("u"), AccessKeyId: id}))
		_, err = w.Key(ctx, id)
		wantError(t, "Key of a deleted key", err, awserr.CodeUnrecognizedClient, invalidToken)
		_, err = w.DeleteAccessKey(ctx, root, &iamapi.DeleteAccessKeyRequest{UserName: new("u"), AccessKeyId: id})
		wantError(t, "DeleteAccessKey twice", err, "NoSuchEntity", "The Access Key with id "+id+" cannot be found.")
	}
}

func TestAKeyStandsForItsUserAsItIsNow(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createUser(t, "u")
	k := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})).AccessKey
	for _, name := range []string{"u", "v", "w"} {
		done[*iamapi.UpdateUserOutput](t)(w.UpdateUser(ctx, root, &iamapi.UpdateUserRequest{UserName: k.UserName, NewUserName: new(name)}))
		k.UserName = name
		for range 2 {
			if got := done[api.Key](t)(w.Key(ctx, k.AccessKeyId)); got.Principal.ARN != "arn:aws:iam::"+account+":user/"+name || got.Secret != k.SecretAccessKey {
				t.Errorf("Key of a user that is now called %s = %+v", name, got)
			}
		}
	}
}

func TestNobodyTouchesTheKeyOfAnother(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createUser(t, "u")
	w.createUser(t, "v")
	k := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})).AccessKey
	_, err := w.DeleteAccessKey(ctx, root, &iamapi.DeleteAccessKeyRequest{UserName: new("v"), AccessKeyId: k.AccessKeyId})
	wantError(t, "DeleteAccessKey by another's name", err, "NoSuchEntity", "The Access Key with id "+k.AccessKeyId+" cannot be found.")
	if _, err := w.Key(ctx, k.AccessKeyId); err != nil {
		t.Errorf("Key = %v", err)
	}
}

func TestWithoutANameTheCallerIsMeant(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	u := w.createUser(t, "alice")
	alice := &api.Call{Account: account, Principal: principal(u)}
	if got := done[*iamapi.GetUserResponse](t)(w.GetUser(ctx, alice, &iamapi.GetUserRequest{})).User; got.UserName != "alice" {
		t.Errorf("GetUser = %+v", got)
	}
	if q := w.authz.last(); q.action != "iam:GetUser" || q.resource != u.Arn {
		t.Errorf("GetUser asked for %s on %s", q.action, q.resource)
	}
	k := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, alice, &iamapi.CreateAccessKeyRequest{})).AccessKey
	if k.UserName != "alice" {
		t.Errorf("CreateAccessKey = %+v", k)
	}
	if list := done[*iamapi.ListAccessKeysResponse](t)(w.ListAccessKeys(ctx, alice, &iamapi.ListAccessKeysRequest{})).AccessKeyMetadata; len(list) != 1 || *list[0].UserName != "alice" {
		t.Errorf("ListAccessKeys = %+v", list)
	}

	of := &api.Call{Account: account, Principal: session(w.createRole(t, "r"))}
	_, err := w.GetUser(ctx, of, &iamapi.GetUserRequest{})
	wantError(t, "GetUser by a session", err, awserr.CodeValidation, "Must specify userName when calling with non-User credentials")

	rootUser := done[*iamapi.GetUserResponse](t)(w.GetUser(ctx, root, &iamapi.GetUserRequest{})).User
	if rootUser.Arn != "arn:aws:iam::111111111111:root" || rootUser.UserId != account || !rootUser.CreateDate.Equal(today) {
		t.Errorf("GetUser by root = %+v", rootUser)
	}
	w.clock.Advance(time.Hour)
	if again := done[*iamapi.GetUserResponse](t)(w.GetUser(ctx, root, &iamapi.GetUserRequest{})).User; !again.CreateDate.Equal(today) {
		t.Errorf("GetUser by root = %v an hour later", again.CreateDate)
	}
}

func TestTheLastUseOfAKeyIsRemembered(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.createUser(t, "u")
	k := done[*iamapi.CreateAccessKeyResponse](t)(w.CreateAccessKey(ctx, root, &iamapi.CreateAccessKeyRequest{UserName: new("u")})).AccessKey
	used := func() (string, *iamapi.AccessKeyLastUsed) {
		out := done[*iamapi.GetAccessKeyLastUsedResponse](t)(w.GetAccessKeyLastUsed(ctx, root, &iamapi.GetAccessKeyLastUsedRequest{AccessKeyId: k.AccessKeyId}))
		return *out.UserName, out.AccessKeyLastUsed
	}
	if name, use := used(); name != "u" || use.ServiceName != "N/A" || use.Region != "N/A" || use.LastUsedDate != nil {
		t.Errorf("GetAccessKeyLastUsed = %s, %+v of a key never used", name, use)
	}
	for _, tt := range []struct {
		name    string
		later   time.Duration
		service string
		want    time.Time
	}{
		{"the first use", 0, "s3", today},
		{"the same soon after is not written down", time.Minute, "s3", today},
		{"another service is", time.Minute, "iam", today.Add(2 * time.Minute)},
		{"the same much later is", time.Hour, "iam", today.Add(62 * time.Minute)},
	} {
		w.clock.Advance(tt.later)
		if err := w.RecordUse(ctx, k.AccessKeyId, tt.service, "us-east-1"); err != nil {
			t.Fatal(err)
		}
		if _, use := used(); use.ServiceName != tt.service || use.Region != "us-east-1" || !use.LastUsedDate.Equal(tt.want) {
			t.Errorf("%s: GetAccessKeyLastUsed = %+v, want %s at %v", tt.name, use, tt.service, tt.want)
		}
	}
	_, err := w.GetAccessKeyLastUsed(ctx, root, &iamapi.GetAccessKeyLastUsedRequest{AccessKeyId: "AKIAIOSFODNN7EXAMPLE"})
	wantError(t, "GetAccessKeyLastUsed", err, "NoSuchEntity", "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.")
	if err := w.RecordUse(ctx, "AKIAIOSFODNN7EXAMPLE", "s3", "us-east-1"); err != nil {
		t.Errorf("RecordUse of a key that is gone = %v", err)
	}
}

func TestAnAliasBelongsToOneAccount(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	other := &api.Call{Account: "222222222222", Principal: api.Root("222222222222")}
	done[*iamapi.CreateAccountAliasOutput](t)(w.CreateAccountAlias(ctx, root, &iamapi.CreateAccountAliasRequest{AccountAlias: "shop"}))
	_, err := w.CreateAccountAlias(ctx, other, &iamapi.CreateAccountAliasRequest{AccountAlias: "shop"})
	wantError(t, "CreateAccountAlias", err, "EntityAlreadyExists", "The account alias shop already exists.")
	done[*iamapi.CreateAccountAliasOutput](t)(w.CreateAccountAlias(ctx, root, &iamapi.CreateAccountAliasRequest{AccountAlias: "store"}))
	done[*iamapi.CreateAccountAliasOutput](t)(w.CreateAccountAlias(ctx, other, &iamapi.CreateAccountAliasRequest{AccountAlias: "shop"}))
	_, err = w.DeleteAccountAlias(ctx, root, &iamapi.DeleteAccountAliasRequest{AccountAlias: "shop"})
	wantError(t, "DeleteAccountAlias", err, "NoSuchEntity", "The account alias shop cannot be found.")
	if got := done[*iamapi.ListAccountAliasesResponse](t)(w.ListAccountAliases(ctx, root, &iamapi.ListAccountAliasesRequest{})).AccountAliases; len(got) != 1 || got[0] != "store" {
		t.Errorf("ListAccountAliases = %q", got)
	}
	summary := done[*iamapi.GetAccountSummaryResponse](t)(w.GetAccountSummary(ctx, root, &iamapi.GetAccountSummaryInput{})).SummaryMap
	if summary["Users"] != 0 || summary["PolicySizeQuota"] != 6144 {
		t.Errorf("GetAccountSummary = %v", summary)
	}
}
