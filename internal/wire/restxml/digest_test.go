package restxml_test

import (
	"strings"
	"testing"

	"cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/wire/restxml"
)

// The digests are those of this very document.
const taggingDocument = "<Tagging><TagSet></TagSet></Tagging>"

func TestADocumentMustHaveTheDigestsThatItsRequestGives(t *testing.T) {
	for _, tt := range []struct{ header, right, wrong, code, message string }{
		{"Content-MD5", "k6PBbu32RmFaV5nRULDSlw==", "1B2M2Y8AsgTpgAmY7PhCfg==", "BadDigest", "The Content-MD5 you specified did not match what we received."},
		{"Content-MD5", "k6PBbu32RmFaV5nRULDSlw==", "AAAA", "InvalidDigest", "The Content-MD5 you specified was invalid."},
		{"X-Amz-Checksum-Crc32", "fqgJbQ==", "AAAAAA==", "BadDigest", "The CRC32 you specified did not match the calculated checksum."},
		{"X-Amz-Checksum-Crc32c", "hUAm8Q==", "AAAAAA==", "BadDigest", "The CRC32C you specified did not match the calculated checksum."},
		{"X-Amz-Checksum-Crc64nvme", "l3WT5YgtL0Q=", "AAAAAAAAAAA=", "BadDigest", "The CRC64NVME you specified did not match the calculated checksum."},
		{"X-Amz-Checksum-Sha1", "EjAZVH8bRyW9x8CrQJhYCBopj2Q=", strings.Repeat("A", 27) + "=", "BadDigest", "The SHA1 you specified did not match the calculated checksum."},
		{"X-Amz-Checksum-Sha256", "gzVSYInjasGUp84MGSBgAI9DuiWjWcPtlvOz7tu4XZg=", strings.Repeat("A", 43) + "=", "BadDigest", "The SHA256 you specified did not match the calculated checksum."},
		{"X-Amz-Checksum-Sha256", "gzVSYInjasGUp84MGSBgAI9DuiWjWcPtlvOz7tu4XZg=", "AAAA", "InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid."},
	} {
		right := request(t, "PUT", "/b?tagging", taggingDocument, tt.header, tt.right)
		if err := (restxml.Codec{}).Decode(right, &s3.PutBucketTaggingRequest{}); err != nil {
			t.Errorf("%s: %s: %v", tt.header, tt.right, err)
		}
		wrong := request(t, "PUT", "/b?tagging", taggingDocument, tt.header, tt.wrong)
		e := awserr.From(restxml.Codec{}.Decode(wrong, &s3.PutBucketTaggingRequest{}))
		if e.Code != tt.code || e.Message != tt.message || e.Status != 400 {
			t.Errorf("%s: %s: %v, want %s: %s", tt.header, tt.wrong, e, tt.code, tt.message)
		}
	}
}

func TestTheChecksumOfAnObjectIsNotThatOfTheDocument(t *testing.T) {
	r := request(t, "POST", "/b/k?uploadId=u", "<CompleteMultipartUpload></CompleteMultipartUpload>", "X-Amz-Checksum-Crc32", "AAAAAA==")
	in := &s3.CompleteMultipartUploadRequest{}
	if err := (restxml.Codec{}).Decode(r, in); err != nil || in.ChecksumCRC32 == nil {
		t.Errorf("Decode = %v, %+v", err, in)
	}
}
