package s3

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	s3api "cloudless/internal/api/s3"

	"pgregory.net/rapid"
)

// The checksums that S3 was seen to compute for "test-checksum".
var checksumsOfTestChecksum = map[algorithm]string{
	algorithmCRC32:     "lVk/nw==",
	algorithmCRC32C:    "Fz3epA==",
	algorithmCRC64NVME: "1f2xscCCZCU=",
	algorithmSHA1:      "jbXkHAsXUrubtL3dqDQ4w+7WXc0=",
}

func TestChecksumsAreS3s(t *testing.T) {
	for a, want := range checksumsOfTestChecksum {
		h := a.new()
		h.Write([]byte("test-checksum"))
		if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != want || h.Size() != a.size() {
			t.Errorf("%s = %s, want %s", a, got, want)
		}
	}
}

// given sets the header of an algorithm.
func given(in *s3api.PutObjectRequest, a algorithm, text string) {
	switch a {
	case algorithmCRC32:
		in.ChecksumCRC32 = &text
	case algorithmCRC32C:
		in.ChecksumCRC32C = &text
	case algorithmCRC64NVME:
		in.ChecksumCRC64NVME = &text
	case algorithmSHA1:
		in.ChecksumSHA1 = &text
	case algorithmSHA256:
		in.ChecksumSHA256 = &text
	}
}

func TestPutObjectKeepsTheChecksumOfAHeader(t *testing.T) {
	for a, text := range checksumsOfTestChecksum {
		t.Run(string(a), func(t *testing.T) {
			h := newHarness(t)
			put := h.put("key", "test-checksum", func(in *s3api.PutObjectRequest) { given(in, a, text) })
			want(t, "ChecksumType", &put.ChecksumType, "FULL_OBJECT")
			_, out := h.get("key", func(in *s3api.GetObjectRequest) { in.ChecksumMode = "ENABLED" })
			got, sum, err := checksumHeaders{out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256}.given()
			if got != a || base64.StdEncoding.EncodeToString(sum) != text || err != nil {
				t.Errorf("GetObject tells %s %x, %v", got, sum, err)
			}
		})
	}
}

func TestPutObjectKeepsTheChecksumOfATrailer(t *testing.T) {
	for a, text := range checksumsOfTestChecksum {
		for _, announced := range []bool{true, false} {
			h := newHarness(t)
			put := func(text string) error {
				_, err := h.tryPut("key", "", func(in *s3api.PutObjectRequest) {
					if announced {
						in.ChecksumAlgorithm = string(a)
					}
					trailer := http.Header{}
					trailer.Set(a.header(), text)
					in.Body = trailed{strings.NewReader("test-checksum"), trailer}
				})
				return err
			}
			wrong := base64.StdEncoding.EncodeToString(make([]byte, a.size()))
			wantRefusal(t, put(wrong), 400, "BadDigest", "The "+string(a)+" you specified did not match the calculated checksum.", nil)
			if names := h.blobs.names(); len(names) > 0 {
				t.Errorf("%s, announced %v: blobs left: %v", a, announced, names)
			}
			if err := put(text); err != nil {
				t.Errorf("%s, announced %v: %v", a, announced, err)
			}
			attributes, err := h.GetObjectAttributes(t.Context(), root, &s3api.GetObjectAttributesRequest{
				Bucket: "bucket", Key: "key", ObjectAttributes: []string{"Checksum"}})
			if err != nil {
				t.Fatal(err)
			}
			c := attributes.Checksum
			if got, _, _ := (checksumHeaders{c.ChecksumCRC32, c.ChecksumCRC32C, c.ChecksumCRC64NVME, c.ChecksumSHA1, c.ChecksumSHA256}).given(); got != a {
				t.Errorf("%s, announced %v: the object has %s", a, announced, got)
			}
		}
	}
}

func TestPutObjectRefusesChecksums(t *testing.T) {
	h := newHarness(t)
	for _, a := range algorithms {
		_, err := h.tryPut("key", "body", func(in *s3api.PutObjectRequest) { given(in, a, "wrong") })
		wantRefusal(t, err, 400, "InvalidRequest", "Value for x-amz-checksum-"+a.lower()+" header is invalid.", nil)
		_, err = h.tryPut("key", "body", func(in *s3api.PutObjectRequest) {
			given(in, a, base64.StdEncoding.EncodeToString(make([]byte, a.size())))
		})
		wantRefusal(t, err, 400, "BadDigest", "The "+string(a)+" you specified did not match the calculated checksum.", nil)
	}
	_, err := h.tryPut("key", "test-checksum", func(in *s3api.PutObjectRequest) {
		given(in, algorithmCRC32, checksumsOfTestChecksum[algorithmCRC32])
		given(in, algorithmSHA1, checksumsOfTestChecksum[algorithmSHA1])
	})
	wantRefusal(t, err, 400, "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.", nil)
	_, err = h.tryPut("key", "body", func(in *s3api.PutObjectRequest) { in.ChecksumAlgorithm = "CRC16" })
	wantCode(t, err, "InvalidRequest")
	_, err = h.tryPut("key", "body", func(in *s3api.PutObjectRequest) { in.ChecksumXXHASH64 = new("AAAAAAAAAAA=") })
	wantCode(t, err, "NotImplemented")
	h.missing("key")
}

// An algorithm that is announced and then not used leaves S3's own.
func TestAnnouncedAlgorithmWithoutChecksum(t *testing.T) {
	h := newHarness(t)
	put := h.put("key", "test-checksum", func(in *s3api.PutObjectRequest) { in.ChecksumAlgorithm = "SHA256" })
	want(t, "ChecksumCRC64NVME", put.ChecksumCRC64NVME, checksumsOfTestChecksum[algorithmCRC64NVME])
}

func TestCRCsCombine(t *testing.T) {
	for _, a := range algorithms {
		if !a.combines() {
			continue
		}
		sum := func(data []byte) []byte {
			h := a.new()
			h.Write(data)
			return h.Sum(nil)
		}
		rapid.Check(t, func(rt *rapid.T) {
			first := rapid.SliceOf(rapid.Byte()).Draw(rt, "first")
			second := bytes.Repeat(rapid.SliceOf(rapid.Byte()).Draw(rt, "second"), rapid.IntRange(0, 300).Draw(rt, "times"))
			whole := sum(append(bytes.Clone(first), second...))
			if got := combineCRC(a, sum(first), sum(second), int64(len(second))); !bytes.Equal(got, whole) {
				rt.Errorf("%s of %d and %d bytes = %x, want %x", a, len(first), len(second), got, whole)
			}
		})
	}
}
