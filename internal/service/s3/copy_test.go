package s3

import (
	"fmt"
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
)

const illegalCopy = "This copy request is illegal because it is trying to copy an object to itself without changing " +
	"the object's metadata, storage class, website redirect location or encryption attributes."

// copying makes a harness with an object that has everything.
func copying(t *testing.T) *harness {
	h := newHarness(t)
	h.put("source", "something", func(in *s3api.PutObjectRequest) {
		in.ContentType, in.ContentLanguage = new("application/json"), new("en-US")
		in.Metadata = map[string]string{"key": "value"}
		in.Tagging = new("key1=value1")
		in.StorageClass = "STANDARD_IA"
		in.WebsiteRedirectLocation = new("/test/direct")
		in.ChecksumCRC32 = new("Cdox+w==")
	})
	h.clock.Advance(time.Hour)
	return h
}

func (h *harness) copy(key string, edit ...func(*s3api.CopyObjectRequest)) (*s3api.CopyObjectResult, error) {
	in := &s3api.CopyObjectRequest{Bucket: "bucket", Key: key, CopySource: "/bucket/source"}
	for _, e := range edit {
		e(in)
	}
	out, err := h.CopyObject(h.t.Context(), root, in)
	if err != nil {
		return nil, err
	}
	return out.CopyObjectResult, nil
}

func TestCopyObject(t *testing.T) {
	h := copying(t)
	out, err := h.copy("target")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ETag", out.ETag, `"437b930db84b8079c2dd804a71936b5f"`)
	want(t, "ChecksumCRC32", out.ChecksumCRC32, "Cdox+w==")
	want(t, "LastModified", out.LastModified, start.Add(time.Hour).Truncate(time.Second))
	body, got := h.get("target")
	want(t, "Body", &body, "something")
	want(t, "ContentType", got.ContentType, "application/json")
	want(t, "ContentLanguage", got.ContentLanguage, "en-US")
	want(t, "TagCount", got.TagCount, 1)
	want(t, "StorageClass", &got.StorageClass, "") // not the source's
	if got.Metadata["key"] != "value" || got.WebsiteRedirectLocation != nil {
		t.Errorf("the copy is %+v", got)
	}
	if len(h.blobs.names()) != 2 {
		t.Error("source and copy share a blob")
	}
}

func TestCopyObjectReplacesWhatItIsToldTo(t *testing.T) {
	h := copying(t)
	out, err := h.copy("target", func(in *s3api.CopyObjectRequest) {
		in.MetadataDirective, in.TaggingDirective = "REPLACE", "REPLACE"
		in.ContentType = new("image/jpg")
		in.Metadata = map[string]string{"another-key": "value"}
		in.Tagging = new("key2=value2&key3=value3")
		in.ChecksumAlgorithm = "CRC64NVME"
		in.StorageClass = "ONEZONE_IA"
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ChecksumCRC64NVME", out.ChecksumCRC64NVME, "1BGd19PD4OU=")
	_, got := h.get("target")
	want(t, "ContentType", got.ContentType, "image/jpg")
	want(t, "TagCount", got.TagCount, 2)
	want(t, "StorageClass", &got.StorageClass, "ONEZONE_IA")
	if fmt.Sprint(got.Metadata) != "map[another-key:value]" || got.ContentLanguage != nil {
		t.Errorf("the copy is %+v", got)
	}
	// What is given without the directive is overlooked.
	if _, err := h.copy("target", func(in *s3api.CopyObjectRequest) {
		in.Metadata = map[string]string{"another-key": "value"}
		in.Tagging = new("key2=value2&key3=value3")
	}); err != nil {
		t.Fatal(err)
	}
	_, got = h.get("target")
	want(t, "TagCount", got.TagCount, 1)
	if fmt.Sprint(got.Metadata) != "map[key:value]" {
		t.Errorf("Metadata = %v", got.Metadata)
	}
}

func TestCopyObjectToItself(t *testing.T) {
	h := copying(t)
	_, err := h.copy("source")
	wantRefusal(t, err, 400, "InvalidRequest", illegalCopy, nil)
	_, err = h.copy("source", func(in *s3api.CopyObjectRequest) { in.ACL = "bucket-owner-full-control" })
	wantRefusal(t, err, 400, "InvalidRequest", illegalCopy, nil)
	for _, edit := range []func(*s3api.CopyObjectRequest){
		func(in *s3api.CopyObjectRequest) { in.StorageClass = "STANDARD" },
		func(in *s3api.CopyObjectRequest) { in.WebsiteRedirectLocation = new("/other") },
		func(in *s3api.CopyObjectRequest) { in.MetadataDirective = "REPLACE" },
	} {
		if _, err := h.copy("source", edit); err != nil {
			t.Error(err)
		}
	}
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 1 {
		t.Errorf("%d blobs, want 1; %v", len(h.blobs.names()), err)
	}
	if body, _ := h.get("source"); body != "something" {
		t.Errorf("body = %q", body)
	}
}

func TestCopyObjectRefuses(t *testing.T) {
	before := start.Add(-time.Hour)
	for _, tt := range []struct {
		name          string
		edit          func(*s3api.CopyObjectRequest)
		status        int
		code, message string
		detail        any
	}{
		{"no source", func(in *s3api.CopyObjectRequest) { in.CopySource = "bucket" }, 400, "InvalidArgument",
			"Invalid copy source object key", &argumentValue{"x-amz-copy-source", "x-amz-copy-source"}},
		{"a source that is not there", func(in *s3api.CopyObjectRequest) { in.CopySource = "bucket/nosuch" }, 404, "NoSuchKey",
			"The specified key does not exist.", &keyDetail{"nosuch"}},
		{"a bucket that is not there", func(in *s3api.CopyObjectRequest) { in.CopySource = "nosuch/key" }, 404, "NoSuchBucket",
			"The specified bucket does not exist", &bucketDetail{"nosuch"}},
		{"an unknown directive", func(in *s3api.CopyObjectRequest) { in.MetadataDirective = "FOO" }, 400, "InvalidArgument",
			"Unknown metadata directive.", &argumentValue{"x-amz-metadata-directive", "FOO"}},
		{"another ETag", func(in *s3api.CopyObjectRequest) { in.CopySourceIfMatch = new("other") }, 412, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold", &conditionUnmet{"x-amz-copy-source-If-Match"}},
		{"modified since", func(in *s3api.CopyObjectRequest) { in.CopySourceIfUnmodifiedSince = &before }, 412, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold", &conditionUnmet{"x-amz-copy-source-If-Unmodified-Since"}},
		{"a target that is there", func(in *s3api.CopyObjectRequest) { in.IfNoneMatch = new("*") }, 412, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold", &conditionUnmet{"If-None-Match"}},
		{"another target", func(in *s3api.CopyObjectRequest) { in.IfMatch = new("other") }, 412, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold", &conditionUnmet{"If-Match"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := copying(t)
			h.put("target", "old")
			_, err := h.copy("target", tt.edit)
			wantRefusal(t, err, tt.status, tt.code, tt.message, tt.detail)
			if body, _ := h.get("target"); body != "old" || len(h.blobs.names()) != 2 {
				t.Errorf("the target is %q, with %d blobs", body, len(h.blobs.names()))
			}
		})
	}
}

func TestCopySources(t *testing.T) {
	for text, due := range map[string][2]string{
		"bucket/key":                  {"bucket", "key"},
		"/bucket/key":                 {"bucket", "key"},
		"bucket%2Fkey":                {"bucket", "key"},
		"bucket/a/b//c/":              {"bucket", "a/b//c/"},
		"bucket//a":                   {"bucket", "/a"},
		"bucket/a+b%2Bc%20d":          {"bucket", "a b+c d"},
		"bucket/%F0%9F%98%80":         {"bucket", "😀"},
		"bucket/what%3F":              {"bucket", "what?"},
		"bucket/key?versionId=null":   {"bucket", "key"},
		"bucket/file%252Fname":        {"bucket", "file%2Fname"},
		"bucket":                      {},
		"bucket/":                     {},
		"/":                           {},
		"":                            {},
		"bucket/%zz":                  {},
		"bucket/key?versionId=abc":    {},
		"bucket/key?other=parameters": {},
	} {
		c, err := parseCopySource(text)
		if got := [2]string{c.bucket, c.key}; err == nil && got != due || (err != nil) != (due == [2]string{}) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}
