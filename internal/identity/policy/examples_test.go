package policy

import "testing"

// TestExamplesOfTheDocumentation has policies that AWS's user guide explains,
// with what it says of them.
func TestExamplesOfTheDocumentation(t *testing.T) {
	mfa := mustParse(t, Managed,
		`"Effect":"Allow","Action":["iam:GetUser","ec2:*"],"Resource":"*"`,
		`"Sid":"DenyAllExceptListedIfNoMFA","Effect":"Deny","NotAction":["iam:GetUser","sts:GetSessionToken"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`)
	homes := mustParse(t, Managed,
		`"Effect":"Allow","Action":["s3:ListAllMyBuckets","s3:GetBucketLocation"],"Resource":"*"`,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket-name","Condition":{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}`,
		`"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::bucket-name/home/${aws:username}","arn:aws:s3:::bucket-name/home/${aws:username}/*"]`)
	dates := mustParse(t, Managed,
		`"Effect":"Allow","Action":"ec2:Run*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-04-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`)
	regions := mustParse(t, Managed, `"Effect":"Allow","Action":"*","Resource":"*"`,
		`"Sid":"DenyAllOutsideEU","Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}}`)
	tags := mustParse(t, Managed, `"Effect":"Allow","Action":"ec2:CreateTags","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`)
	for _, tt := range []struct {
		name     string
		policy   *Policy
		action   string
		resource string
		context  Context
		want     bool
	}{
		{"with a second factor", mfa, "ec2:RunInstances", "*", Context{"aws:multifactorauthpresent": {"true"}}, true},
		{"without a second factor", mfa, "ec2:RunInstances", "*", Context{"aws:multifactorauthpresent": {"false"}}, false},
		{"keys of long life know no second factor", mfa, "ec2:RunInstances", "*", nil, false},
		{"without a second factor, to look at oneself", mfa, "iam:GetUser", "*", nil, true},
		{"a home of one's own", homes, "s3:PutObject", "arn:aws:s3:::bucket-name/home/alice/x", nil, true},
		{"a home of another", homes, "s3:PutObject", "arn:aws:s3:::bucket-name/home/bob/x", nil, false},
		{"to list one's home", homes, "s3:ListBucket", "arn:aws:s3:::bucket-name", Context{"s3:prefix": {"home/alice/y"}}, true},
		{"to list the top", homes, "s3:ListBucket", "arn:aws:s3:::bucket-name", Context{"s3:prefix": {""}}, true},
		{"to list another's home", homes, "s3:ListBucket", "arn:aws:s3:::bucket-name", Context{"s3:prefix": {"home/bob/"}}, false},
		{"within the dates", dates, "ec2:RunInstances", "*", Context{"aws:currenttime": {"2020-05-01T00:00:00Z"}}, true},
		{"after the dates", dates, "ec2:RunInstances", "*", Context{"aws:currenttime": {"2020-07-01T00:00:00Z"}}, false},
		{"in a region of the list", regions, "ec2:RunInstances", "*", Context{"aws:requestedregion": {"eu-west-1"}}, true},
		{"in another region", regions, "ec2:RunInstances", "*", Context{"aws:requestedregion": {"us-east-1"}}, false},
		{"in another region, without regions", regions, "iam:GetUser", "*", Context{"aws:requestedregion": {"us-east-1"}}, true},
		{"tags of the list", tags, "ec2:CreateTags", "*", Context{"aws:tagkeys": {"environment"}}, true},
		{"another tag", tags, "ec2:CreateTags", "*", Context{"aws:tagkeys": {"environment", "owner"}}, false},
		{"no tag", tags, "ec2:CreateTags", "*", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := Context{"aws:username": {"alice"}}
			for k, v := range tt.context {
				ctx[k] = v
			}
			r := &Request{Principal: alice, Action: tt.action, Resource: tt.resource, Account: ours, Context: ctx, Identity: []*Policy{tt.policy}}
			if d := Evaluate(r); d.Allowed != tt.want {
				t.Errorf("Evaluate = %+v, want %v", d, tt.want)
			}
		})
	}
}
