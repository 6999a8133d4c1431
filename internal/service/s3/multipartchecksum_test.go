package s3

import (
	"testing"

	s3api "cloudless/internal/api/s3"
)

func TestCreateMultipartUploadChoosesTheChecksum(t *testing.T) {
	for _, tt := range []struct{ algorithm, kind, chosen, message string }{
		{"", "", "", ""},
		{"CRC32", "", "COMPOSITE", ""},
		{"CRC32C", "", "COMPOSITE", ""},
		{"SHA1", "", "COMPOSITE", ""},
		{"SHA256", "", "COMPOSITE", ""},
		{"CRC64NVME", "", "FULL_OBJECT", ""},
		{"CRC32", "FULL_OBJECT", "FULL_OBJECT", ""},
		{"SHA1", "COMPOSITE", "COMPOSITE", ""},
		{"CRC64NVME", "COMPOSITE", "", "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."},
		{"SHA1", "FULL_OBJECT", "", "The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm."},
		{"SHA256", "FULL_OBJECT", "", "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm."},
		{"", "FULL_OBJECT", "", "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."},
	} {
		h := newHarness(t)
		out, err := h.CreateMultipartUpload(t.Context(), root, &s3api.CreateMultipartUploadRequest{Bucket: "bucket", Key: "key",
			ChecksumAlgorithm: tt.algorithm, ChecksumType: tt.kind})
		if tt.message != "" {
			wantRefusal(t, err, 400, "InvalidRequest", tt.message, nil)
			continue
		}
		if err != nil || out.ChecksumType != tt.chosen || out.ChecksumAlgorithm != tt.algorithm {
			t.Errorf("%s %s: %+v, %v", tt.algorithm, tt.kind, out, err)
		}
	}
}

// Bodies and checksums are those of a recorded upload: two parts of one byte
// more than the least, and one of ten bytes.
func TestCompositeChecksum(t *testing.T) {
	h := newHarness(t)
	upload := h.begin(func(in *s3api.CreateMultipartUploadRequest) { in.ChecksumAlgorithm = "CRC32C" })
	var parts []s3api.CompletedPart
	for i, p := range []struct{ body, sum string }{{large("a") + "a", "2/Ckiw=="}, {large("a") + "a", "2/Ckiw=="}, {"aaaaaaaaaa", "5yZkMA=="}} {
		number := int64(i + 1)
		out, err := h.tryPart(upload, number, p.body, func(in *s3api.UploadPartRequest) { in.ChecksumCRC32C = &p.sum })
		if err != nil {
			t.Fatal(err)
		}
		want(t, "ChecksumCRC32C", out.ChecksumCRC32C, p.sum)
		parts = append(parts, s3api.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC32C: &p.sum})
	}
	_, err := h.complete(upload, []s3api.CompletedPart{{PartNumber: new(int64(1)), ETag: parts[0].ETag}})
	wantRefusal(t, err, 400, "InvalidRequest", "The upload was created using a crc32c checksum. The complete request must include "+
		"the checksum for each part. It was missing for part 1 in the request.", nil)
	_, err = h.complete(upload, []s3api.CompletedPart{parts[0], {PartNumber: new(int64(2)), ETag: parts[1].ETag, ChecksumCRC32C: new("5yZkMA==")}})
	wantCode(t, err, "InvalidPart")
	done, err := h.complete(upload, parts)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ChecksumCRC32C", done.ChecksumCRC32C, "XF5+4A==-3")
	want(t, "ChecksumType", &done.ChecksumType, "COMPOSITE")
	want(t, "ETag", done.ETag, `"4d45984fc3feb2ac9b22683c49674b56-3"`)

	_, out := h.get("key", func(in *s3api.GetObjectRequest) { in.PartNumber, in.ChecksumMode = new(int64(3)), "ENABLED" })
	want(t, "ChecksumCRC32C of part 3", out.ChecksumCRC32C, "5yZkMA==")
	want(t, "ChecksumType of part 3", &out.ChecksumType, "COMPOSITE")
	attributes, err := h.GetObjectAttributes(t.Context(), root, &s3api.GetObjectAttributesRequest{Bucket: "bucket", Key: "key",
		ObjectAttributes: []string{"ETag", "Checksum", "ObjectParts", "ObjectSize", "StorageClass"}, MaxParts: new(int64(2))})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ETag", attributes.ETag, "4d45984fc3feb2ac9b22683c49674b56-3")
	want(t, "Checksum", attributes.Checksum.ChecksumCRC32C, "XF5+4A==")
	want(t, "ObjectSize", attributes.ObjectSize, 10485772)
	if p := attributes.ObjectParts; *p.TotalPartsCount != 3 || len(p.Parts) != 2 || !*p.IsTruncated || *p.NextPartNumberMarker != 2 ||
		*p.Parts[1].ChecksumCRC32C != "2/Ckiw==" || *p.Parts[1].Size != 5242881 {
		t.Errorf("ObjectParts = %+v", p)
	}

	// A copy is an object like any other.
	copied, err := h.CopyObject(t.Context(), root, &s3api.CopyObjectRequest{Bucket: "bucket", Key: "copy", CopySource: "bucket/key"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ChecksumCRC32C of the copy", copied.CopyObjectResult.ChecksumCRC32C, "eTdAQA==")
	want(t, "ETag of the copy", copied.CopyObjectResult.ETag, `"a0397ee2df08832642af5d7e57c5760c"`)
}

func TestUploadPartRefusesChecksums(t *testing.T) {
	h := newHarness(t)
	composite := h.begin(func(in *s3api.CreateMultipartUploadRequest) { in.ChecksumAlgorithm = "SHA256" })
	_, err := h.tryPart(composite, 1, "body")
	wantRefusal(t, err, 400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null", nil)
	whole := h.begin(func(in *s3api.CreateMultipartUploadRequest) {
		in.ChecksumAlgorithm, in.ChecksumType = "CRC32C", "FULL_OBJECT"
	})
	_, err = h.tryPart(whole, 1, "abc", func(in *s3api.UploadPartRequest) { in.ChecksumCRC32 = new("NSRBwg==") })
	wantRefusal(t, err, 400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: crc32c, actual checksum Type: crc32", nil)
	if names := h.blobs.names(); len(names) > 0 {
		t.Errorf("blobs left: %v", names)
	}
	out, err := h.tryPart(whole, 1, "abc")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ChecksumCRC32C", out.ChecksumCRC32C, "Nks/tw==")
	part := s3api.CompletedPart{PartNumber: new(int64(1)), ETag: out.ETag}
	_, err = h.complete(whole, []s3api.CompletedPart{part}, func(in *s3api.CompleteMultipartUploadRequest) { in.ChecksumCRC32C = new("AAAAAA==") })
	wantRefusal(t, err, 400, "BadDigest", "The crc32c you specified did not match the calculated checksum.", nil)
	_, err = h.complete(whole, []s3api.CompletedPart{part}, func(in *s3api.CompleteMultipartUploadRequest) { in.ChecksumType = "COMPOSITE" })
	wantRefusal(t, err, 400, "InvalidRequest", "The upload was created using the FULL_OBJECT checksum mode. The complete request must use the same checksum mode.", nil)
	done, err := h.complete(whole, []s3api.CompletedPart{part}, func(in *s3api.CompleteMultipartUploadRequest) {
		in.ChecksumCRC32C, in.ChecksumType = new("Nks/tw=="), "FULL_OBJECT"
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ETag", done.ETag, `"af5da9f45af7a300e3aded972f8ff687-1"`)
}
