package s3

import (
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

func TestUploadPartCopy(t *testing.T) {
	h := newHarness(t)
	h.put("source", "0123456789")
	upload := h.begin()
	const form = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
	for _, tt := range []struct {
		header, etag, code, message string
	}{
		{"bytes=0-8", `"22975d8a5ed1b91445f6c55ac121505b"`, "", ""},
		{"bytes=1-1", `"c4ca4238a0b923820dcc509a6f75849b"`, "", ""},
		{"bytes=0-0", `"cfcd208495d565ef66e7dff9f98764da"`, "", ""},
		{"bytes=-", "", "InvalidArgument", form},
		{"bytes=-0", "", "InvalidArgument", form},
		{"bytes=-1-", "", "InvalidArgument", form},
		{"bytes=-15", "", "InvalidArgument", form},
		{"bytes=0--1", "", "InvalidArgument", form},
		{"bytes=0-1,3-4,7-9", "", "InvalidArgument", form},
		{"bytes=1-", "", "InvalidArgument", form},
		{"bytes=1-0", "", "InvalidArgument", form},
		{"0-8", "", "InvalidArgument", form},
		{"bytes=0-100", "", "InvalidArgument", "Range specified is not valid for source object of size: 10"},
		{"bytes=100-200", "", "InvalidRequest", "The specified copy range is invalid for the source object size"},
	} {
		out, err := h.UploadPartCopy(t.Context(), root, &s3api.UploadPartCopyRequest{Bucket: "bucket", Key: "key", UploadId: upload,
			PartNumber: 1, CopySource: "/bucket/source", CopySourceRange: &tt.header})
		if tt.code != "" {
			wantRefusal(t, err, 400, tt.code, tt.message, nil)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", tt.header, err)
		}
		want(t, tt.header, out.CopyPartResult.ETag, tt.etag)
	}
	before := start.Add(-time.Hour)
	for unmet, edit := range map[string]func(*s3api.UploadPartCopyRequest){
		"x-amz-copy-source-If-Match": func(in *s3api.UploadPartCopyRequest) { in.CopySourceIfMatch = new("other") },
		"x-amz-copy-source-If-None-Match": func(in *s3api.UploadPartCopyRequest) {
			in.CopySourceIfNoneMatch = new("781e5e245d69b566979b86e28d23f2c7")
		},
		"x-amz-copy-source-If-Unmodified-Since": func(in *s3api.UploadPartCopyRequest) {
			in.CopySourceIfNoneMatch, in.CopySourceIfUnmodifiedSince = new("781e5e245d69b566979b86e28d23f2c7"), &before
		},
	} {
		in := &s3api.UploadPartCopyRequest{Bucket: "bucket", Key: "key", UploadId: upload, PartNumber: 1, CopySource: "bucket/source"}
		edit(in)
		_, err := h.UploadPartCopy(t.Context(), root, in)
		wantRefusal(t, err, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", &conditionUnmet{unmet})
	}
	_, err := h.UploadPartCopy(t.Context(), root, &s3api.UploadPartCopyRequest{Bucket: "bucket", Key: "key", UploadId: upload,
		PartNumber: 1, CopySource: "bucket/nosuch"})
	if awserr.Code(err) != "NoSuchKey" {
		t.Errorf("a source that is not there: %v", err)
	}
}
