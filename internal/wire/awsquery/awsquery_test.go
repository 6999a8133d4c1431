package awsquery_test

import (
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api/iam"
	"cloudless/internal/api/sts"
	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/awsquery"
)

// post is a request of an IAM operation with that form as its body.
func post(operation, form string) *wire.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return &wire.Request{Request: r, ID: "req-1", Service: &iam.Schema, Operation: iam.Schema.Operation(operation)}
}

func TestDecodeReadsTheParametersOfAForm(t *testing.T) {
	for _, tt := range []struct {
		name, operation, form string
		want                  any
	}{
		{"scalars, escaped", "CreateRole",
			"Action=CreateRole&Version=2010-05-08&RoleName=r%2Bw&AssumeRolePolicyDocument=%7B%22a%22%3A+1%7D&MaxSessionDuration=3600",
			&iam.CreateRoleRequest{RoleName: "r+w", AssumeRolePolicyDocument: `{"a": 1}`, MaxSessionDuration: new(int64(3600))}},
		{"a list of structures, in the order of its numbers and not of its text", "CreateRole",
			"Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=p&Tags.member.10.Key=ten&Tags.member.10.Value=&Tags.member.2.Key=two&Tags.member.2.Value=b",
			&iam.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: "p", Tags: []iam.Tag{{Key: "two", Value: "b"}, {Key: "ten"}}}},
		{"a list of strings", "UntagRole", "Version=2010-05-08&RoleName=r&TagKeys.member.1=a&TagKeys.member.2=b",
			&iam.UntagRoleRequest{RoleName: "r", TagKeys: []string{"a", "b"}}},
		{"a list with a name and nothing else is empty", "UntagRole", "Version=2010-05-08&RoleName=r&TagKeys=",
			&iam.UntagRoleRequest{RoleName: "r", TagKeys: []string{}}},
		{"an index that is far away", "UntagRole", "Version=2010-05-08&RoleName=r&TagKeys.member.999999999=a&TagKeys.member.99999999999999999999=b",
			&iam.UntagRoleRequest{RoleName: "r", TagKeys: []string{"a"}}},
		{"unknown parameters are ignored", "GetRole", "Version=2010-05-08&RoleName=r&Nosuch.member.1=a&RoleName-x=b&RoleNamex=c",
			&iam.GetRoleRequest{RoleName: "r"}},
		{"of two by one name, the first counts", "GetRole", "Version=2010-05-08&RoleName=a&RoleName=b", &iam.GetRoleRequest{RoleName: "a"}},
		{"an empty text is a text", "UpdateRole", "Version=2010-05-08&RoleName=r&Description=", &iam.UpdateRoleRequest{RoleName: "r", Description: new("")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
			if err := (awsquery.Codec{}).Decode(post(tt.operation, tt.form), got); err != nil {
				t.Fatalf("Decode(%s) = %v", tt.form, err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Decode(%s)\n got %+v\nwant %+v", tt.form, got, tt.want)
			}
		})
	}
}

func TestDecodeReadsTheQueryOfAGet(t *testing.T) {
	r := post("GetRole", "")
	r.Request = httptest.NewRequest("GET", "/?Action=GetRole&Version=2010-05-08&RoleName=r", nil)
	var in iam.GetRoleRequest
	if err := (awsquery.Codec{}).Decode(r, &in); err != nil || in.RoleName != "r" {
		t.Errorf("Decode = %+v, %v", in, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, operation, form string
		code, message         string
	}{
		{"a required parameter that is missing", "GetRole", "Version=2010-05-08", "ValidationException",
			"1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null"},
		{"what breaks a constraint, with the value of a sensitive one left out", "DeleteServiceSpecificCredential",
			"Version=2010-05-08&ServiceSpecificCredentialId=aaaaaaaaaaaaaaaaaaaa-", "ValidationException", ""},
		{"another version of the API", "GetRole", "Version=2009-01-01&RoleName=r", "InvalidAction", "Could not find operation GetRole for version 2009-01-01"},
		{"no version", "GetRole", "RoleName=r", "InvalidAction", "Could not find operation GetRole for version NO_VERSION_SPECIFIED"},
		{"a broken escape", "GetRole", "Version=2010-05-08&RoleName=%zz", "MalformedQueryString", ""},
		{"a word where a number is due", "ListRoles", "Version=2010-05-08&MaxItems=many", "MalformedInput", ""},
		{"a structure where a text is due", "GetRole", "Version=2010-05-08&RoleName.a=b", "MalformedInput", ""},
		{"parameters without number", "GetRole", "Version=2010-05-08" + strings.Repeat("&a", 1<<14), "MalformedInput", "Too many parameters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := post(tt.operation, tt.form)
			in := reflect.New(map[string]reflect.Type{
				"GetRole":                         reflect.TypeFor[iam.GetRoleRequest](),
				"ListRoles":                       reflect.TypeFor[iam.ListRolesRequest](),
				"DeleteServiceSpecificCredential": reflect.TypeFor[iam.DeleteServiceSpecificCredentialRequest](),
			}[tt.operation]).Interface()
			e := awserr.From((awsquery.Codec{}).Decode(r, in))
			if e.Code != tt.code || tt.message != "" && e.Message != tt.message {
				t.Errorf("Decode = %s: %s, want %s: %s", e.Code, e.Message, tt.code, tt.message)
			}
		})
	}
}

func TestEncodeWrapsTheOutput(t *testing.T) {
	created := time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC)
	for _, tt := range []struct {
		operation string
		out       any
		want      string
	}{
		{"CreateRole", &iam.CreateRoleResponse{Role: &iam.Role{Arn: "arn:aws:iam::000000000000:role/r", CreateDate: created,
			Path: "/", RoleId: "AROA1", RoleName: "r", AssumeRolePolicyDocument: new("a&b"), Tags: []iam.Tag{{Key: "k", Value: "v"}}}},
			`<CreateRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateRoleResult><Role>` +
				`<Path>/</Path><RoleName>r</RoleName><RoleId>AROA1</RoleId><Arn>arn:aws:iam::000000000000:role/r</Arn>` +
				`<CreateDate>2026-11-24T01:02:03Z</CreateDate><AssumeRolePolicyDocument>a&amp;b</AssumeRolePolicyDocument>` +
				`<Tags><member><Key>k</Key><Value>v</Value></member></Tags></Role></CreateRoleResult>` +
				`<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></CreateRoleResponse>` + "\n"},
		{"AttachRolePolicy", &iam.AttachRolePolicyOutput{},
			`<AttachRolePolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">` +
				`<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></AttachRolePolicyResponse>` + "\n"},
		{"ListRoles", &iam.ListRolesResponse{Roles: []iam.Role{}},
			`<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult><Roles></Roles></ListRolesResult>` +
				`<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></ListRolesResponse>` + "\n"},
		{"GetAccountSummary", &iam.GetAccountSummaryResponse{SummaryMap: map[string]int64{"Users": 2, "Groups": 1}},
			`<GetAccountSummaryResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccountSummaryResult><SummaryMap>` +
				`<entry><key>Groups</key><value>1</value></entry><entry><key>Users</key><value>2</value></entry>` +
				`</SummaryMap></GetAccountSummaryResult><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></GetAccountSummaryResponse>` + "\n"},
	} {
		w := httptest.NewRecorder()
		if err := (awsquery.Codec{}).Encode(w, post(tt.operation, ""), tt.out); err != nil {
			t.Fatalf("Encode(%s) = %v", tt.operation, err)
		}
		if got := w.Body.String(); got != tt.want {
			t.Errorf("Encode(%s)\n got %s\nwant %s", tt.operation, got, tt.want)
		}
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/xml" || w.Header().Get("X-Amzn-RequestId") != "req-1" {
			t.Errorf("Encode(%s) = %d %v", tt.operation, w.Code, w.Header())
		}
	}
}

func TestEncodeErrorSpeaksTheProtocolsOwnWords(t *testing.T) {
	for _, tt := range []struct {
		name    string
		service *wire.Service
		in      *awserr.Error
		status  int
		whose   string
		code    string
	}{
		{"an error of the model", &iam.Schema, iam.NoSuchEntityException("gone"), 404, "Sender", "NoSuchEntity"},
		{"no permission", &iam.Schema, awserr.AccessDenied("no"), 403, "Sender", "AccessDenied"},
		{"a constraint", &iam.Schema, awserr.Validation("bad"), 400, "Sender", "ValidationError"},
		{"what is not built", &iam.Schema, awserr.NotImplemented("IAM", "CreateSAMLProvider"), 501, "Receiver", "NotImplemented"},
		{"what broke", &iam.Schema, awserr.InternalFailure(nil), 500, "Receiver", "InternalFailure"},
		{"an unknown key", &sts.Schema, &awserr.Error{Code: awserr.CodeUnrecognizedClient, Status: 403}, 403, "Sender", "InvalidClientTokenId"},
		{"a wrong signature", &sts.Schema, &awserr.Error{Code: awserr.CodeInvalidSignature, Status: 403}, 403, "Sender", "SignatureDoesNotMatch"},
		{"no signature", &sts.Schema, &awserr.Error{Code: awserr.CodeMissingAuthentication, Status: 403}, 403, "Sender", "MissingAuthenticationToken"},
		{"a session that is over", &sts.Schema, &awserr.Error{Code: awserr.CodeExpiredToken, Status: 403}, 403, "Sender", "ExpiredToken"},
		{"a web identity that is over, which is STS's own", &sts.Schema, sts.ExpiredTokenException("old"), 400, "Sender", "ExpiredTokenException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := post("GetRole", "")
			r.Service = tt.service
			(awsquery.Codec{}).EncodeError(w, r, tt.in)
			want := `<ErrorResponse xmlns="` + tt.service.XMLNamespace + `"><Error><Type>` + tt.whose + `</Type><Code>` + tt.code +
				`</Code><Message>` + tt.in.Message + `</Message></Error><RequestId>req-1</RequestId></ErrorResponse>` + "\n"
			if w.Code != tt.status || w.Body.String() != want {
				t.Errorf("EncodeError(%v)\n got %d %s\nwant %d %s", tt.in, w.Code, w.Body, tt.status, want)
			}
		})
	}
}

func TestEncodeErrorNamesTheActionThatDoesNotExist(t *testing.T) {
	for form, want := range map[string]string{
		"Action=CreateRolf&Version=2010-05-08": "<Code>InvalidAction</Code><Message>Could not find operation CreateRolf for version 2010-05-08</Message>",
		"Action=CreateRolf":                    "<Code>InvalidAction</Code><Message>Could not find operation CreateRolf for version NO_VERSION_SPECIFIED</Message>",
		"a=b":                                  "<Code>MissingAction</Code>",
	} {
		w := httptest.NewRecorder()
		(awsquery.Codec{}).EncodeError(w, post("", form), awserr.UnknownOperation())
		if w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("EncodeError(%s) = %d %s, want %s", form, w.Code, w.Body, want)
		}
	}
}
