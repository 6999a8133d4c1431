package s3

import (
	"testing"

	s3api "cloudless/internal/api/s3"
)

func TestDeleteObject(t *testing.T) {
	h := newHarness(t)
	etag := h.put("key", "body").ETag
	for _, tt := range []struct {
		name string
		in   s3api.DeleteObjectRequest
		code string
	}{
		{"that is not there", s3api.DeleteObjectRequest{Key: "nosuch"}, ""},
		{"that is not there, on condition", s3api.DeleteObjectRequest{Key: "nosuch", IfMatch: new("*")}, "NoSuchKey"},
		{"of a version", s3api.DeleteObjectRequest{Key: "key", VersionId: new("HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")}, "InvalidArgument"},
		{"of a size", s3api.DeleteObjectRequest{Key: "key", IfMatchSize: new(int64(4))}, "NotImplemented"},
		{"of a time", s3api.DeleteObjectRequest{Key: "key", IfMatchLastModifiedTime: new(start)}, "NotImplemented"},
		{"with another ETag", s3api.DeleteObjectRequest{Key: "key", IfMatch: new("other")}, "PreconditionFailed"},
		{"with its ETag", s3api.DeleteObjectRequest{Key: "key", IfMatch: etag}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket = "bucket"
			_, err := h.DeleteObject(t.Context(), root, &tt.in)
			wantCode(t, err, tt.code)
		})
	}
	h.missing("key")
}

func TestDeleteObjects(t *testing.T) {
	h := newHarness(t)
	h.put("one", "")
	h.put("two", "")
	objects := []s3api.ObjectIdentifier{{Key: "one"}, {Key: "nosuch"}, {Key: "two", VersionId: new("HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")}}
	out, err := h.DeleteObjects(t.Context(), root, &s3api.DeleteObjectsRequest{Bucket: "bucket", Delete: &s3api.Delete{Objects: objects}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Deleted) != 2 || *out.Deleted[0].Key != "one" || *out.Deleted[1].Key != "nosuch" {
		t.Errorf("Deleted = %+v", out.Deleted)
	}
	if len(out.Errors) != 1 || *out.Errors[0].Code != "NoSuchVersion" || *out.Errors[0].Message != "The specified version does not exist." {
		t.Errorf("Errors = %+v", out.Errors)
	}
	h.missing("one")

	out, err = h.DeleteObjects(t.Context(), root, &s3api.DeleteObjectsRequest{Bucket: "bucket",
		Delete: &s3api.Delete{Objects: []s3api.ObjectIdentifier{{Key: "two"}}, Quiet: new(true)}})
	if err != nil || out.Deleted != nil || out.Errors != nil {
		t.Errorf("quietly: %+v, %v", out, err)
	}
	h.missing("two")

	_, err = h.DeleteObjects(t.Context(), root, &s3api.DeleteObjectsRequest{Bucket: "bucket",
		Delete: &s3api.Delete{Objects: make([]s3api.ObjectIdentifier, 1001)}})
	wantRefusal(t, err, 400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", nil)
}
