package s3

import (
	"testing"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

func TestWhatABucketHasNot(t *testing.T) {
	h := newHarness(t)
	c, b := t.Context(), "bucket"
	for _, tt := range []struct {
		err           error
		code, message string
	}{
		{errorOf(h.GetBucketCors(c, root, &s3api.GetBucketCorsRequest{Bucket: b})), "NoSuchCORSConfiguration", "The CORS configuration does not exist"},
		{errorOf(h.GetBucketReplication(c, root, &s3api.GetBucketReplicationRequest{Bucket: b})), "ReplicationConfigurationNotFoundError", "The replication configuration was not found"},
		{errorOf(h.GetObjectLockConfiguration(c, root, &s3api.GetObjectLockConfigurationRequest{Bucket: b})), "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"},
		{errorOf(h.GetBucketLifecycleConfiguration(c, root, &s3api.GetBucketLifecycleConfigurationRequest{Bucket: b})), "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"},
		{errorOf(h.GetBucketWebsite(c, root, &s3api.GetBucketWebsiteRequest{Bucket: b})), "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"},
		{errorOf(h.GetBucketEncryption(c, root, &s3api.GetBucketEncryptionRequest{Bucket: b})), "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"},
	} {
		wantRefusal(t, tt.err, 404, tt.code, tt.message, &bucketDetail{"bucket"})
	}
	for _, err := range []error{
		errorOf(h.GetBucketAccelerateConfiguration(c, root, &s3api.GetBucketAccelerateConfigurationRequest{Bucket: b})),
		errorOf(h.GetBucketLogging(c, root, &s3api.GetBucketLoggingRequest{Bucket: b})),
		errorOf(h.GetBucketNotificationConfiguration(c, root, &s3api.GetBucketNotificationConfigurationRequest{Bucket: b})),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	_, err := h.GetBucketCors(c, root, &s3api.GetBucketCorsRequest{Bucket: "nosuch"})
	wantRefusal(t, err, 404, "NoSuchBucket", "The specified bucket does not exist", &bucketDetail{"nosuch"})
}

func TestBucketsHaveNoVersioning(t *testing.T) {
	h := newHarness(t)
	out, err := h.GetBucketVersioning(t.Context(), root, &s3api.GetBucketVersioningRequest{Bucket: "bucket"})
	if err != nil || *out != (s3api.GetBucketVersioningOutput{}) {
		t.Errorf("GetBucketVersioning = %+v, %v", out, err)
	}
	for _, key := range []string{"a", "b/1", "b/2", "c"} {
		h.put(key, "body")
	}
	list := func(edit func(*s3api.ListObjectVersionsRequest)) *s3api.ListObjectVersionsOutput {
		in := &s3api.ListObjectVersionsRequest{Bucket: "bucket"}
		edit(in)
		out, err := h.ListObjectVersions(t.Context(), root, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	all := list(func(in *s3api.ListObjectVersionsRequest) { in.Delimiter = new("/") })
	if len(all.Versions) != 2 || *all.Versions[1].Key != "c" || *all.Versions[0].VersionId != "null" || !*all.Versions[0].IsLatest ||
		len(all.CommonPrefixes) != 1 || *all.IsTruncated || all.NextKeyMarker != nil {
		t.Errorf("ListObjectVersions = %+v", all)
	}
	page := list(func(in *s3api.ListObjectVersionsRequest) { in.MaxKeys = new(int64(1)) })
	want(t, "NextKeyMarker", page.NextKeyMarker, "a")
	want(t, "NextVersionIdMarker", page.NextVersionIdMarker, "null")
	page = list(func(in *s3api.ListObjectVersionsRequest) { in.KeyMarker, in.VersionIdMarker = new("a"), new("null") })
	if len(page.Versions) != 3 {
		t.Errorf("after a: %+v", page.Versions)
	}
	_, err = h.ListObjectVersions(t.Context(), root, &s3api.ListObjectVersionsRequest{Bucket: "bucket", VersionIdMarker: new("null")})
	wantRefusal(t, err, 400, "InvalidArgument", "A version-id marker cannot be specified without a key marker.", &argumentValue{"version-id-marker", "null"})

	if body, _ := h.get("a", func(in *s3api.GetObjectRequest) { in.VersionId = new("null") }); body != "body" {
		t.Errorf("version null = %q", body)
	}
	_, err = h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "a", VersionId: new("abc")})
	wantRefusal(t, err, 400, "InvalidArgument", "Invalid version id specified", &argumentValue{"versionId", "abc"})
}

func TestACLsLeaveAllToTheOwner(t *testing.T) {
	h := newHarness(t)
	h.put("key", "body")
	c, b := t.Context(), "bucket"
	acl, err := h.GetBucketAcl(c, root, &s3api.GetBucketAclRequest{Bucket: b})
	if err != nil || len(acl.Grants) != 1 || acl.Grants[0].Permission != "FULL_CONTROL" || *acl.Grants[0].Grantee.ID != *acl.Owner.ID {
		t.Errorf("GetBucketAcl = %+v, %v", acl, err)
	}
	of, err := h.GetObjectAcl(c, root, &s3api.GetObjectAclRequest{Bucket: b, Key: "key"})
	if err != nil || len(of.Grants) != 1 || *of.Owner.ID != *acl.Owner.ID {
		t.Errorf("GetObjectAcl = %+v, %v", of, err)
	}
	controls, err := h.GetBucketOwnershipControls(c, root, &s3api.GetBucketOwnershipControlsRequest{Bucket: b})
	if err != nil || controls.OwnershipControls.Rules[0].ObjectOwnership != "BucketOwnerEnforced" {
		t.Errorf("GetBucketOwnershipControls = %+v, %v", controls, err)
	}
	for _, tt := range []struct {
		in   s3api.PutObjectAclRequest
		code string
	}{
		{s3api.PutObjectAclRequest{ACL: "private"}, ""},
		{s3api.PutObjectAclRequest{ACL: "bucket-owner-full-control"}, ""},
		{s3api.PutObjectAclRequest{ACL: "public-read"}, "AccessControlListNotSupported"},
		{s3api.PutObjectAclRequest{GrantRead: new(`id="x"`)}, "AccessControlListNotSupported"},
		{s3api.PutObjectAclRequest{AccessControlPolicy: &s3api.AccessControlPolicy{}}, "AccessControlListNotSupported"},
		{s3api.PutObjectAclRequest{ACL: "fake-acl"}, "InvalidArgument"},
		{s3api.PutObjectAclRequest{ACL: "private", GrantRead: new(`id="x"`)}, "InvalidRequest"},
		{s3api.PutObjectAclRequest{ACL: "private", AccessControlPolicy: &s3api.AccessControlPolicy{}}, "UnexpectedContent"},
		{s3api.PutObjectAclRequest{}, "MissingSecurityHeader"},
	} {
		tt.in.Bucket, tt.in.Key = b, "key"
		_, err := h.PutObjectAcl(c, root, &tt.in)
		wantCode(t, err, tt.code)
	}
	_, err = h.PutBucketAcl(c, root, &s3api.PutBucketAclRequest{Bucket: b, ACL: "public-read"})
	wantCode(t, err, "AccessControlListNotSupported")
	if _, err := h.PutBucketAcl(c, root, &s3api.PutBucketAclRequest{Bucket: b, ACL: "private"}); err != nil {
		t.Error(err)
	}
}

// What is not built says so by its name, which the wire layer does for every
// operation without a function.
func TestOperationsThatAreNotBuilt(t *testing.T) {
	table := newHarness(t).API()
	for _, name := range []string{"PutBucketVersioning", "PutBucketLifecycleConfiguration", "RestoreObject", "SelectObjectContent"} {
		if op, ok := table.Operations[name]; !ok || op.Do != nil {
			t.Errorf("%s is in the table: %v, built: %v", name, ok, op.Do != nil)
		}
	}
	op := table.Operations["PutObject"]
	_, err := op.Do(t.Context(), root, &s3api.PutObjectRequest{Bucket: "bucket", Key: "key"})
	if awserr.Code(err) != "MissingContentLength" {
		t.Errorf("PutObject = %v", err)
	}
}
