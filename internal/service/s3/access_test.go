package s3

import (
	"context"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/identity"
	"cloudless/internal/identity/policy"
)

// noPolicies is an IAM in which users may do nothing.
type noPolicies struct{}

func (noPolicies) Policies(context.Context, api.Principal) (identity.Documents, error) {
	return identity.Documents{}, nil
}

// documents is the policy language.
type documents struct{}

func (documents) Check(document string) error {
	_, err := policy.Parse(document, policy.Resource)
	return err
}

// guarded makes a harness whose policies count.
func guarded(t *testing.T) *harness {
	h := newHarness(t)
	h.Service.authz = identity.New(noPolicies{}, h.clock)
	h.Service.docs = documents{}
	return h
}

func (h *harness) policy(document string) error {
	_, err := h.PutBucketPolicy(h.t.Context(), root, &s3api.PutBucketPolicyRequest{Bucket: "bucket", Policy: document})
	return err
}

func (h *harness) unblock() {
	h.t.Helper()
	if _, err := h.DeletePublicAccessBlock(h.t.Context(), root, &s3api.DeletePublicAccessBlockRequest{Bucket: "bucket"}); err != nil {
		h.t.Fatal(err)
	}
}

const publicRead = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject",
	"Resource": "arn:aws:s3:::bucket/public/*"}]}`

func TestBucketsAreClosedToStrangers(t *testing.T) {
	h := guarded(t)
	h.put("key", "body")
	for _, call := range []*api.Call{stranger, anonymous} {
		_, err := h.HeadBucket(t.Context(), call, &s3api.HeadBucketRequest{Bucket: "bucket"})
		wantRefusal(t, err, 403, awserr.CodeAccessDenied, "Access Denied", nil)
		_, err = h.GetObject(t.Context(), call, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key"})
		wantRefusal(t, err, 403, awserr.CodeAccessDenied, "Access Denied", nil)
	}
}

func TestPolicyLetsTheAnonymousIn(t *testing.T) {
	h := guarded(t)
	h.put("public/key", "body")
	h.put("private", "body")
	h.unblock()
	if err := h.policy(publicRead); err != nil {
		t.Fatal(err)
	}
	get := func(key string) error {
		_, err := h.GetObject(t.Context(), anonymous, &s3api.GetObjectRequest{Bucket: "bucket", Key: key})
		return err
	}
	if err := get("public/key"); err != nil {
		t.Error(err)
	}
	wantCode(t, get("private"), awserr.CodeAccessDenied)
	wantCode(t, get("public/nosuch"), awserr.CodeAccessDenied) // who may not list learns nothing
	_, err := h.GetObject(t.Context(), anonymous, &s3api.GetObjectRequest{Bucket: "bucket", Key: "public/key", ResponseContentType: new("text/html")})
	wantRefusal(t, err, 400, "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests.", nil)

	// The block comes back, and the policy counts no more.
	if _, err := h.PutPublicAccessBlock(t.Context(), root, &s3api.PutPublicAccessBlockRequest{Bucket: "bucket",
		PublicAccessBlockConfiguration: &s3api.PublicAccessBlockConfiguration{RestrictPublicBuckets: new(true)}}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, get("public/key"), awserr.CodeAccessDenied)
}

func TestNewBucketsBlockPublicPolicies(t *testing.T) {
	h := guarded(t)
	wantRefusal(t, h.policy(publicRead), 403, awserr.CodeAccessDenied, "User: arn:aws:iam::111111111111:root is not authorized to perform: "+
		`s3:PutBucketPolicy on resource: "arn:aws:s3:::bucket" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`, nil)
	block, err := h.GetPublicAccessBlock(t.Context(), root, &s3api.GetPublicAccessBlockRequest{Bucket: "bucket"})
	if err != nil {
		t.Fatal(err)
	}
	if c := block.PublicAccessBlockConfiguration; !*c.BlockPublicAcls || !*c.BlockPublicPolicy || !*c.IgnorePublicAcls || !*c.RestrictPublicBuckets {
		t.Errorf("PublicAccessBlockConfiguration = %+v", c)
	}
	h.unblock()
	_, err = h.GetPublicAccessBlock(t.Context(), root, &s3api.GetPublicAccessBlockRequest{Bucket: "bucket"})
	wantCode(t, err, "NoSuchPublicAccessBlockConfiguration")
	if err := h.policy(publicRead); err != nil {
		t.Error(err)
	}
}

func TestBucketPolicyComesBackAsItWas(t *testing.T) {
	h := guarded(t)
	get := func() (*s3api.GetBucketPolicyOutput, error) {
		return h.GetBucketPolicy(t.Context(), root, &s3api.GetBucketPolicyRequest{Bucket: "bucket"})
	}
	_, err := get()
	wantRefusal(t, err, 404, "NoSuchBucketPolicy", "The bucket policy does not exist", &bucketDetail{"bucket"})
	document := strings.Replace(publicRead, `"*"`, `"arn:aws:iam::222222222222:root"`, 1)
	if err := h.policy(document); err != nil {
		t.Fatal(err)
	}
	out, err := get()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "Policy", out.Policy, document)
	status, err := h.GetBucketPolicyStatus(t.Context(), root, &s3api.GetBucketPolicyStatusRequest{Bucket: "bucket"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "IsPublic", status.PolicyStatus.IsPublic, false)
	for range 2 { // it is no error to delete what is not there
		if _, err := h.DeleteBucketPolicy(t.Context(), root, &s3api.DeleteBucketPolicyRequest{Bucket: "bucket"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = get()
	wantCode(t, err, "NoSuchBucketPolicy")
}

func TestPutBucketPolicyRefuses(t *testing.T) {
	h := guarded(t)
	statement := func(text string) string { return `{"Statement": ` + text + `}` }
	for _, tt := range []struct{ document, message string }{
		{"", "Policies must be valid JSON and the first byte must be '{'"},
		{"invalid json", "Policies must be valid JSON and the first byte must be '{'"},
		{" {}", "Policies must be valid JSON and the first byte must be '{'"},
		{"{}", "Missing required field Statement"},
		{statement(`[]`), "Missing required field Statement"},
		{statement(`"text"`), "Policy has invalid syntax"},
		{statement(`{"Effect": "Perhaps"}`), "Invalid effect: Perhaps"},
		{statement(`{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`), "Missing required field Principal"},
		{statement(`{"Effect": "Allow", "Principal": "*", "Resource": "*"}`), "Missing required field Action"},
		{statement(`{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}`), "Missing required field Resource"},
		{statement(`{"Effect": "Allow", "Principal": "*", "Action": "iam:*", "Resource": "arn:aws:s3:::bucket"}`), "Policy has invalid action"},
		{statement(`{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}`), "Policy has invalid resource"},
		{statement(`{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket2"}`), "Policy has invalid resource"},
		{statement(`{"Effect": "Allow", "Principal": {"AWS": "alice"}, "Action": "s3:*", "Resource": "arn:aws:s3:::bucket"}`), "Invalid principal in policy"},
		{"{" + strings.Repeat(" ", 20<<10) + "}", "Policy exceeds the maximum allowed document size."},
	} {
		wantRefusal(t, h.policy(tt.document), 400, "MalformedPolicy", tt.message, nil)
	}
}

func TestPoliciesThatArePublic(t *testing.T) {
	for _, tt := range []struct {
		principal, effect, condition string
		public                       bool
	}{
		{`"*"`, "Allow", `{}`, true},
		{`{"AWS": "*"}`, "Allow", `{}`, true},
		{`{"AWS": ["arn:aws:iam::111111111111:root", "*"]}`, "Allow", `{}`, true},
		{`"*"`, "Deny", `{}`, false},
		{`{"AWS": "111111111111"}`, "Allow", `{}`, false},
		{`{"Service": "logging.s3.amazonaws.com"}`, "Allow", `{}`, false},
		{`"*"`, "Allow", `{"StringEquals": {"aws:PrincipalAccount": "111111111111"}}`, false},
		{`"*"`, "Allow", `{"StringLike": {"aws:PrincipalOrgID": "o-*"}}`, true},
		{`"*"`, "Allow", `{"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}`, true},
		{`"*"`, "Allow", `{"StringEqualsIfExists": {"aws:PrincipalAccount": "111111111111"}}`, true},
		{`"*"`, "Allow", `{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}`, false},
		{`"*"`, "Allow", `{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}`, true},
		{`"*"`, "Allow", `{"Bool": {"aws:SecureTransport": true}}`, true},
	} {
		document := `{"Statement": {"Effect": "` + tt.effect + `", "Principal": ` + tt.principal +
			`, "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*", "Condition": ` + tt.condition + `}}`
		if _, err := parsePolicy(document, &bucket{Name: "bucket"}); err != nil {
			t.Errorf("%s: %v", document, err)
		}
		if isPublicPolicy(document) != tt.public {
			t.Errorf("public = %v: %s", !tt.public, document)
		}
	}
}

func TestListingTellsPoliciesWhatIsListed(t *testing.T) {
	h := newHarness(t)
	if _, err := h.ListObjectsV2(t.Context(), root, &s3api.ListObjectsV2Request{Bucket: "bucket", Prefix: new("a/"), Delimiter: new("/")}); err != nil {
		t.Fatal(err)
	}
	facts := map[string]string{}
	for _, f := range h.authz.facts {
		facts[f.Key] = strings.Join(f.Values, ",")
	}
	if facts["s3:prefix"] != "a/" || facts["s3:delimiter"] != "/" || facts["s3:max-keys"] != "1000" || facts["aws:ResourceAccount"] != "111111111111" {
		t.Errorf("facts = %v", facts)
	}
}

func TestActionsThatPoliciesAreAskedFor(t *testing.T) {
	h := newHarness(t)
	h.put("source", "body", func(in *s3api.PutObjectRequest) { in.Tagging = new("a=b") })
	h.authz.asked = nil
	if _, err := h.CopyObject(t.Context(), root, &s3api.CopyObjectRequest{Bucket: "bucket", Key: "target", CopySource: "bucket/source"}); err != nil {
		t.Fatal(err)
	}
	for _, question := range []string{"s3:GetObject arn:aws:s3:::bucket/source", "s3:GetObjectTagging arn:aws:s3:::bucket/source",
		"s3:PutObject arn:aws:s3:::bucket/target", "s3:PutObjectTagging arn:aws:s3:::bucket/target"} {
		if !slices.Contains(h.authz.asked, question) {
			t.Errorf("nobody asked for %s, but for %v", question, h.authz.asked)
		}
	}
}

// Each operation refuses whom the authorizer refuses, before it does anything.
func TestEveryOperationAsks(t *testing.T) {
	h := newHarness(t)
	h.put("key", "body")
	upload := h.begin()
	h.authz.deny = map[string]bool{}
	for _, action := range []string{"PutObject", "GetObject", "DeleteObject", "ListBucket", "ListBucketVersions", "PutObjectTagging",
		"GetObjectTagging", "DeleteObjectTagging", "PutBucketTagging", "GetBucketTagging", "GetBucketPolicy", "PutBucketPolicy",
		"DeleteBucketPolicy", "DeleteBucket", "GetBucketAcl", "PutBucketAcl", "GetObjectAcl", "PutObjectAcl", "GetBucketLocation",
		"ListAllMyBuckets", "ListMultipartUploadParts", "ListBucketMultipartUploads", "AbortMultipartUpload", "CreateBucket",
		"GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "GetBucketVersioning", "GetBucketPolicyStatus"} {
		h.authz.deny["s3:"+action] = true
	}
	c, b, k := t.Context(), "bucket", "key"
	for name, err := range map[string]error{
		"PutObject":               errorOf(h.tryPut(k, "")),
		"GetObject":               errorOf(h.GetObject(c, root, &s3api.GetObjectRequest{Bucket: b, Key: k})),
		"HeadObject":              errorOf(h.HeadObject(c, root, &s3api.HeadObjectRequest{Bucket: b, Key: k})),
		"DeleteObject":            errorOf(h.DeleteObject(c, root, &s3api.DeleteObjectRequest{Bucket: b, Key: k})),
		"CopyObject":              errorOf(h.CopyObject(c, root, &s3api.CopyObjectRequest{Bucket: b, Key: "new", CopySource: "bucket/key"})),
		"ListObjects":             errorOf(h.ListObjects(c, root, &s3api.ListObjectsRequest{Bucket: b})),
		"ListObjectsV2":           errorOf(h.ListObjectsV2(c, root, &s3api.ListObjectsV2Request{Bucket: b})),
		"ListObjectVersions":      errorOf(h.ListObjectVersions(c, root, &s3api.ListObjectVersionsRequest{Bucket: b})),
		"ListBuckets":             errorOf(h.ListBuckets(c, root, &s3api.ListBucketsRequest{})),
		"CreateBucket":            errorOf(h.CreateBucket(c, root, &s3api.CreateBucketRequest{Bucket: "another"})),
		"HeadBucket":              errorOf(h.HeadBucket(c, root, &s3api.HeadBucketRequest{Bucket: b})),
		"DeleteBucket":            errorOf(h.DeleteBucket(c, root, &s3api.DeleteBucketRequest{Bucket: b})),
		"GetBucketLocation":       errorOf(h.GetBucketLocation(c, root, &s3api.GetBucketLocationRequest{Bucket: b})),
		"GetBucketPolicy":         errorOf(h.GetBucketPolicy(c, root, &s3api.GetBucketPolicyRequest{Bucket: b})),
		"PutBucketPolicy":         h.policy(publicRead),
		"DeleteBucketPolicy":      errorOf(h.DeleteBucketPolicy(c, root, &s3api.DeleteBucketPolicyRequest{Bucket: b})),
		"GetBucketTagging":        errorOf(h.GetBucketTagging(c, root, &s3api.GetBucketTaggingRequest{Bucket: b})),
		"PutBucketTagging":        errorOf(h.PutBucketTagging(c, root, &s3api.PutBucketTaggingRequest{Bucket: b, Tagging: &s3api.Tagging{}})),
		"DeleteBucketTagging":     errorOf(h.DeleteBucketTagging(c, root, &s3api.DeleteBucketTaggingRequest{Bucket: b})),
		"GetObjectTagging":        errorOf(h.GetObjectTagging(c, root, &s3api.GetObjectTaggingRequest{Bucket: b, Key: k})),
		"PutObjectTagging":        errorOf(h.PutObjectTagging(c, root, &s3api.PutObjectTaggingRequest{Bucket: b, Key: k, Tagging: &s3api.Tagging{}})),
		"DeleteObjectTagging":     errorOf(h.DeleteObjectTagging(c, root, &s3api.DeleteObjectTaggingRequest{Bucket: b, Key: k})),
		"GetBucketAcl":            errorOf(h.GetBucketAcl(c, root, &s3api.GetBucketAclRequest{Bucket: b})),
		"PutBucketAcl":            errorOf(h.PutBucketAcl(c, root, &s3api.PutBucketAclRequest{Bucket: b, ACL: "private"})),
		"GetObjectAcl":            errorOf(h.GetObjectAcl(c, root, &s3api.GetObjectAclRequest{Bucket: b, Key: k})),
		"PutObjectAcl":            errorOf(h.PutObjectAcl(c, root, &s3api.PutObjectAclRequest{Bucket: b, Key: k, ACL: "private"})),
		"GetObjectAttributes":     errorOf(h.GetObjectAttributes(c, root, &s3api.GetObjectAttributesRequest{Bucket: b, Key: k, ObjectAttributes: []string{"ETag"}})),
		"GetBucketVersioning":     errorOf(h.GetBucketVersioning(c, root, &s3api.GetBucketVersioningRequest{Bucket: b})),
		"GetPublicAccessBlock":    errorOf(h.GetPublicAccessBlock(c, root, &s3api.GetPublicAccessBlockRequest{Bucket: b})),
		"DeletePublicAccessBlock": errorOf(h.DeletePublicAccessBlock(c, root, &s3api.DeletePublicAccessBlockRequest{Bucket: b})),
		"PutPublicAccessBlock": errorOf(h.PutPublicAccessBlock(c, root, &s3api.PutPublicAccessBlockRequest{Bucket: b,
			PublicAccessBlockConfiguration: &s3api.PublicAccessBlockConfiguration{}})),
		"CreateMultipartUpload":   errorOf(h.CreateMultipartUpload(c, root, &s3api.CreateMultipartUploadRequest{Bucket: b, Key: k})),
		"UploadPart":              errorOf(h.tryPart(upload, 1, "")),
		"UploadPartCopy":          errorOf(h.UploadPartCopy(c, root, &s3api.UploadPartCopyRequest{Bucket: b, Key: k, UploadId: upload, PartNumber: 1, CopySource: "bucket/key"})),
		"CompleteMultipartUpload": errorOf(h.complete(upload, []s3api.CompletedPart{{}})),
		"AbortMultipartUpload":    errorOf(h.AbortMultipartUpload(c, root, &s3api.AbortMultipartUploadRequest{Bucket: b, Key: k, UploadId: upload})),
		"ListParts":               errorOf(h.ListParts(c, root, &s3api.ListPartsRequest{Bucket: b, Key: k, UploadId: upload})),
		"ListMultipartUploads":    errorOf(h.ListMultipartUploads(c, root, &s3api.ListMultipartUploadsRequest{Bucket: b})),
	} {
		if awserr.Code(err) != awserr.CodeAccessDenied {
			t.Errorf("%s = %v, want %s", name, err, awserr.CodeAccessDenied)
		}
	}
	out, err := h.DeleteObjects(c, root, &s3api.DeleteObjectsRequest{Bucket: b, Delete: &s3api.Delete{Objects: []s3api.ObjectIdentifier{{Key: k}}}})
	if err != nil || len(out.Errors) != 1 || *out.Errors[0].Code != "AccessDenied" {
		t.Errorf("DeleteObjects = %+v, %v", out, err)
	}
	h.authz.deny = nil
	if body, _ := h.get(k); body != "body" {
		t.Errorf("the object is %q now", body)
	}
}

func errorOf[T any](_ T, err error) error { return err }
