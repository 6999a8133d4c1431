package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"cloudless/internal/service/iam/managed"
)

const (
	syntax   = "Syntax errors in policy."
	legacy   = "The policy failed legacy parsing"
	version  = "Policy document must be version 2012-10-17 or greater."
	noAction = "Policy statement must contain actions."
	noRes    = "Policy statement must contain resources."
	noVendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	iamPath  = `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
)

// statement12 is a document of version 2012-10-17 with one statement.
func statement12(members string) string {
	return `{"Version":"2012-10-17","Statement":{` + members + `}}`
}

// allow12 is the same, with a statement that allows s3:ListBucket on *.
func allow12(more string) string {
	return statement12(`"Effect":"Allow","Action":"s3:ListBucket","Resource":"*",` + more)
}

func resource12(resource string) string {
	return statement12(fmt.Sprintf(`"Effect":"Allow","Action":"s3:ListBucket","Resource":%q`, resource))
}

func action12(action string) string {
	return statement12(fmt.Sprintf(`"Effect":"Allow","Action":%q,"Resource":"*"`, action))
}

// TestParseRefusesManagedPolicies has what AWS answers to CreatePolicy.
func TestParseRefusesManagedPolicies(t *testing.T) {
	dated := func(date string) string {
		return allow12(fmt.Sprintf(`"Condition":{"DateLessThan":{"a":%q}}`, date))
	}
	for _, tt := range []struct{ name, doc, message string }{
		{"no JSON", `This is not a json document`, syntax},
		{"empty object", `{}`, syntax},
		{"no object", `[]`, syntax},
		{"spaces before the document", ` ` + resource12("*"), "JSON strings must not have leading spaces"},
		{"a name twice", `{"Version":"2012-10-17","Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, syntax},
		{"no version", `{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}`, version},
		{"old version", `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}`, version},
		{"no version, and more", `{"Statement":{"Effect":"denY","Action":"s3:ListBucket","Resource":"*"}}`, version},
		{"unknown version", `{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}`, syntax},
		{"no statement", `{"Version":"2012-10-17"}`, syntax},
		{"statement null", `{"Version":"2012-10-17","Statement":null}`, syntax},
		{"statement empty", `{"Version":"2012-10-17","Statement":[]}`, syntax},
		{"statement of text", `{"Version":"2012-10-17","Statement":["afd"]}`, syntax},
		{"another member", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"},"Extra field":"value"}`, syntax},
		{"another member of a statement", allow12(`"Extra field":"value"`), syntax},
		{"id that is a list", `{"Version":"2012-10-17","Id":["a"],"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}`, syntax},
		{"no effect", statement12(`"Action":"s3:ListBucket","Resource":"*"`), syntax},
		{"unknown effect", statement12(`"Effect":"invalid","Action":"s3:ListBucket","Resource":"*"`), syntax},
		{"effect in other letters", statement12(`"Effect":"denY","Action":"s3:ListBucket","Resource":"*"`), legacy},
		{"action of a number", statement12(`"Effect":"Allow","Action":123,"Resource":"*"`), syntax},
		{"action of lists", statement12(`"Effect":"Allow","Action":[[]],"Resource":"*"`), syntax},
		{"action and its negation", statement12(`"Effect":"Allow","Action":[],"NotAction":"s3:A","Resource":"*"`), syntax},
		{"resource and its negation", allow12(`"NotResource":[]`), syntax},
		{"resource that is an object", statement12(`"Effect":"Allow","Action":"s3:A","Resource":{"a":"b"}`), syntax},
		{"sid that is an object", allow12(`"Sid":{}`), syntax},
		{"a principal", allow12(`"Principal":"*"`), "Policy document should not specify a principal."},
		{"condition that is a list", allow12(`"Condition":[]`), syntax},
		{"condition without keys", allow12(`"Condition":{"a":"b"}`), syntax},
		{"condition with an object as value", allow12(`"Condition":{"DateGreaterThan":{"a":{}}}`), syntax},
		{"unknown operator", allow12(`"Condition":{"x":{"a":"1"}}`), syntax},
		{"two colons in an operator", allow12(`"Condition":{"ForAnyValue::StringEqualsIfExists":{"a":"b"}}`), syntax},
		{"null only if it exists", allow12(`"Condition":{"NullIfExists":{"a":"true"}}`), syntax},

		{"no date", dated("sdfdsf"), legacy},
		{"month 13", dated("234-13"), legacy},
		{"offset of one digit", dated("2016-12-13t2:00:00.593194+1"), legacy},
		{"ten digits of a second", dated("2016-12-13t2:00:00.1999999999+10:59"), legacy},
		{"more seconds than there are", dated("9223372036854775808"), legacy},
		{"30 February", dated("2026-02-30"), legacy},
		{"no number", allow12(`"Condition":{"NumericEquals":{"a":"x"}}`), legacy},
		{"no address", allow12(`"Condition":{"IpAddress":{"aws:SourceIp":"300.0.0.0/8"}}`), legacy},

		{"sid twice", `{"Version":"2012-10-17","Statement":[{"Sid":"sdf","Effect":"Allow","Action":"s3:A","Resource":"*"},{"Sid":"sdf","Effect":"Allow"}]}`, "Statement IDs (SID) in a single policy must be unique."},
		{"sid with a space", allow12(`"Sid":"a b"`), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{"neither action nor resource", statement12(`"Effect":"Allow"`), noAction},
		{"no action", statement12(`"Effect":"Allow","Resource":"*"`), noAction},
		{"empty list of actions", statement12(`"Effect":"Allow","Action":[],"Resource":"*"`), noAction},
		{"no resource, and a bad action", statement12(`"Effect":"Allow","Action":"invalid"`), noRes},
		{"empty list of resources", statement12(`"Effect":"Allow","Action":"s3:A","Resource":[]`), noRes},

		{"action without a service", action12("GetObject"), noVendor},
		{"empty action", action12(""), noVendor},
		{"not-action without a service", statement12(`"Effect":"Allow","NotAction":"","Resource":"*"`), noVendor},
		{"two colons in an action", action12("s3:List:Bucket"), "Actions/Condition can contain only one colon."},
		{"space in a service", action12("a a:ListBucket"), "Vendor a a is not valid"},
		{"empty service", action12(":GetObject"), "Vendor  is not valid"},

		{"resource without a colon", resource12("invalid resource"), `Resource invalid resource must be in ARN format or "*".`},
		{"empty resource", resource12(""), `Resource  must be in ARN format or "*".`},
		{"resource of two parts", resource12("a:bsdfdsafsad"), `Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".`},
		{"resource of eight parts", resource12("a:b:c:d:e:f:g:h"), `Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".`},
		{"resource that begins with aws", resource12("aws:s3:::example_bucket"), `Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".`},
		{"resource without arn and partition", resource12("s3::example-bucket/*"), `Partition "" is not valid for resource "arn::example-bucket/*:*:*:*".`},
		{"unknown partition", resource12("arn:aws2:s3:::example-bucket/*"), `Partition "aws2" is not valid for resource "arn:aws2:s3:::example-bucket/*".`},
		{"resource of arn and partition", resource12("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes."},
		{"resource of five parts", resource12("arn:aws:s3::example_bucket"), legacy},
		{"resource of five parts, and no action", statement12(`"Effect":"Allow","Resource":"arn:aws:s3::example_bucket"`), legacy},
		{"resource without a service", resource12("arn:aws::::example_bucket"), legacy},
		{"short resource without a service", resource12("arn:awss3::example-bucket/*"), legacy},
		{"variable in the place of the account", resource12("arn:aws:iam::${aws:PrincipalAccount}:role/x"), legacy},
		{"bucket with a region", resource12("arn:aws:s3:us-east-1::example_bucket"), "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information."},
		{"IAM with a region", resource12("arn:aws:iam:us-east-1::example_bucket"), "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information."},
		{"IAM with another path", resource12("arn:aws:iam:::example_bucket"), iamPath},
		{"document beyond all bounds", allow12(`"Sid":"` + strings.Repeat("a", maxDocumentBytes) + `"`), syntax},
	} {
		t.Run(tt.name, func(t *testing.T) { checkMalformed(t, tt.doc, Managed, tt.message) })
	}
}

func checkMalformed(t *testing.T, doc string, kind Kind, message string) {
	t.Helper()
	_, err := Parse(doc, kind)
	m, ok := errors.AsType[*Malformed](err)
	if !ok || m.Message != message {
		t.Errorf("Parse(%.300s) = %v\nwant %s", doc, err, message)
	}
}

func TestParseAccepts(t *testing.T) {
	for _, tt := range []struct {
		name, doc string
		kind      Kind
	}{
		{"list of statements", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::b"]}]}`, Managed},
		{"id", `{"Version":"2012-10-17","Id":"sdfsdfsdf","Statement":{"Effect":"Allow","NotAction":"s3:ListBucket","NotResource":"*"}}`, Managed},
		{"action with spaces", action12("iam: asdf safdsf af "), Managed},
		{"action of an unknown service", action12("aaaaaadsfdsafsadfsadfaaaaa:ListBucket"), Managed},
		{"service with a dot and a hyphen", action12("s3.s-s:ListBucket"), Managed},
		{"all actions", action12("*"), Managed},
		{"resource of three parts", resource12("arn:aws:fdsasf"), Managed},
		{"resource of an unknown service", resource12("arn:aws:invalid-service:us-east-1::example_bucket"), Managed},
		{"resource of words", resource12("arn:aws:ec2:region:account-id:instance/*"), Managed},
		{"IAM path", resource12("arn:aws:iam:::user/example_bucket"), Managed},
		{"IAM path of a variable", resource12("arn:aws:iam::*:user/${aws:username}"), Managed},
		{"access point with a region", resource12("arn:aws:s3:us-east-1:123456789012:accesspoint/a"), Managed},
		{"empty conditions", allow12(`"Condition":{}`), Managed},
		{"operators without keys", allow12(`"Condition":{"x":{},"y":{},"DateGreaterThan":{}}`), Managed},
		{"key without values", allow12(`"Condition":{"DateGreaterThan":{"a":[]}}`), Managed},
		{"truth and number as values", allow12(`"Condition":{"Bool":{"a":true},"NumericEquals":{"b":[1,2.5]}}`), Managed},
		{"set operator, if it exists", allow12(`"Condition":{"ForAnyValue:StringEqualsIfExists":{"a":"asf"}}`), Managed},
		{"day 01T", allow12(`"Condition":{"DateLessThan":{"a":"01T"}}`), Managed},
		{"date with a fraction", allow12(`"Condition":{"DateLessThan":{"a":"2016-12-13T21:20:37.593194+00:00"}}`), Managed},
		{"date with a short hour", allow12(`"Condition":{"DateLessThan":{"a":"2016-12-13t2:00:00.593194+23"}}`), Managed},
		{"seconds before 1970", allow12(`"Condition":{"DateLessThan":{"a":"-292275054"}}`), Managed},
		{"inline, without a version", `{"Statement":{"Effect":"Allow","Action":"s3:A","Resource":"*"}}`, Inline},
		{"trust of a service", statement12(`"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"`), Trust},
		{"trust of several", statement12(`"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:root","AROA1234567890EXAMPLE","*"],"Federated":"accounts.google.com"},"Action":["sts:AssumeRole","sts:TagSession"]`), Trust},
		{"bucket open to all", statement12(`"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`), Resource},
		{"bucket closed to others", statement12(`"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/a"},"Action":"s3:*","Resource":"arn:aws:s3:::b"`), Resource},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse(tt.doc, tt.kind); err != nil {
				t.Errorf("Parse(%s) = %v", tt.doc, err)
			}
		})
	}
}

func TestParseRefusesTrustPolicies(t *testing.T) {
	const who = `"Principal":{"AWS":"*"}`
	for _, tt := range []struct{ name, doc, message string }{
		{"no JSON", `{not valid`, "This policy contains invalid Json"}, // recorded from CreateRole
		{"another member", statement12(`"Effect":"Allow",` + who + `,"Action":"sts:AssumeRole","X":1`), "Syntax error in policy."},
		{"unknown version", `{"Version":"2020-01-01","Statement":{"Effect":"Allow",` + who + `,"Action":"sts:AssumeRole"}}`, "The policy must contain a valid version string"},
		{"no statement", `{"Version":"2012-10-17"}`, "Missing required field Statement"},
		{"empty list of statements", `{"Version":"2012-10-17","Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{"sid twice", `{"Version":"2012-10-17","Statement":[{"Sid":"a"},{"Sid":"a"}]}`, "The Statement Ids in the policy are not unique"},
		{"no effect", statement12(who + `,"Action":"sts:AssumeRole"`), "Missing required field Effect"},
		{"unknown effect", statement12(`"Effect":"allow",` + who + `,"Action":"sts:AssumeRole"`), "Invalid effect: allow"},
		{"no principal", statement12(`"Effect":"Allow","Action":"sts:AssumeRole"`), "Missing required field Principal"},
		{"empty principal", statement12(`"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"`), "Missing required field Principal cannot be empty!"},
		{"star", statement12(`"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"`), `Invalid principal in policy: "STAR":"*"`},
		{"unknown kind of principal", statement12(`"Effect":"Allow","Principal":{"X":"a"},"Action":"sts:AssumeRole"`), `Invalid principal in policy: "X"`},
		{"account with a wildcard", statement12(`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::*:root"},"Action":"sts:AssumeRole"`), `Invalid principal in policy: "AWS":"arn:aws:iam::*:root"`},
		{"service that is none", statement12(`"Effect":"Allow","Principal":{"Service":"lambda"},"Action":"sts:AssumeRole"`), `Invalid principal in policy: "SERVICE":"lambda"`},
		{"all but some", statement12(`"Effect":"Allow","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"`), "Allow with NotPrincipal is not allowed."},
		{"deny all but some", statement12(`"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"`), "AssumeRole policy must not contain NotPrincipal field."},
		{"no action", statement12(`"Effect":"Allow",` + who), "Missing required field Action"},
		{"another action", statement12(`"Effect":"Allow",` + who + `,"Action":"s3:GetObject"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{"all actions", statement12(`"Effect":"Allow",` + who + `,"Action":"*"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{"resource", statement12(`"Effect":"Allow",` + who + `,"Action":"sts:AssumeRole","Resource":"*"`), "Has prohibited field Resource"},
		{"not-resource", statement12(`"Effect":"Allow",` + who + `,"Action":"sts:AssumeRole","NotResource":"*"`), "AssumeRole policy must not contain resources."},
		{"unknown operator", statement12(`"Effect":"Allow",` + who + `,"Action":"sts:AssumeRole","Condition":{"x":{"a":"b"}}`), "Syntax error in policy."},
	} {
		t.Run(tt.name, func(t *testing.T) { checkMalformed(t, tt.doc, Trust, tt.message) })
	}
}

func TestParseRefusesPoliciesOfResources(t *testing.T) {
	const star = `"Effect":"Allow","Principal":"*"`
	for _, tt := range []struct{ name, doc, message string }{
		{"nothing", ``, "Policies must be valid JSON and the first byte must be '{'"},             // recorded from PutBucketPolicy
		{"no JSON", `invalid json`, "Policies must be valid JSON and the first byte must be '{'"}, // recorded
		{"spaces first", ` {}`, "Policies must be valid JSON and the first byte must be '{'"},     //
		{"empty object", `{}`, "Missing required field Statement"},                                // recorded
		{"another member", statement12(star + `,"Action":"s3:A","Resource":"*","X":1`), "Invalid policy syntax."},
		{"no principal", statement12(`"Effect":"Allow","Action":"s3:A","Resource":"*"`), "Missing required field Principal"},
		{"no resource", statement12(star + `,"Action":"s3:A"`), "Missing required field Resource"},
		{"no action", statement12(star + `,"Resource":"*"`), "Missing required field Action"},
		{"principal of a name", statement12(`"Effect":"Allow","Principal":"alice","Action":"s3:A","Resource":"*"`), "Invalid principal in policy"},
	} {
		t.Run(tt.name, func(t *testing.T) { checkMalformed(t, tt.doc, Resource, tt.message) })
	}
}

func TestParsesAllManagedPoliciesOfAWS(t *testing.T) {
	catalog := managed.New()
	all, err := catalog.All()
	if err != nil || len(all) < 1000 {
		t.Fatalf("the catalog has %d policies, %v", len(all), err)
	}
	for _, p := range all {
		document, err := catalog.Document(&p)
		if err == nil {
			_, err = Parse(document, Managed)
		}
		if err != nil {
			t.Errorf("%s: %v", p.ARN(), err)
		}
	}
}
