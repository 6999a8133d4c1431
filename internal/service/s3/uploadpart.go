package s3

import (
	"context"
	"encoding/base64"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// UploadPart brings one part of an upload, in the place of the one that may
// have its number. Parts may come in any order, and several at once.
func (s *Service) UploadPart(ctx context.Context, call *api.Call, in *s3api.UploadPartRequest) (*s3api.UploadPartOutput, error) {
	claimed, err := parseUploadPart(in)
	if err != nil {
		return nil, err
	}
	_, u, err := s.enterUpload(ctx, call, in.Bucket, in.ExpectedBucketOwner, in.Key, in.UploadId, "s3:PutObject")
	if err != nil {
		return nil, err
	}
	claimed.also = u.algorithm()
	if claimed.sum != nil {
		if err := u.checkPartAlgorithm(claimed.algorithm); err != nil {
			return nil, err
		}
	}
	k, err := s.keep(ctx, in.Body, claimed)
	if err != nil {
		return nil, err
	}
	if err := u.checkPartAlgorithm(k.given); err != nil {
		s.drop(ctx, k.blob)
		return nil, err
	}
	p, err := s.putPart(ctx, u, int(in.PartNumber), k)
	if err != nil {
		return nil, err
	}
	shown := k.given
	if shown == "" {
		shown = u.algorithm()
	}
	out := &s3api.UploadPartOutput{ETag: new(quote(p.ETag)), ServerSideEncryption: u.Encryption}
	out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256 =
		checksumFields(shown, base64.StdEncoding.EncodeToString(k.sums[shown]))
	return out, nil
}

// checkPartAlgorithm refuses a part whose client gave a checksum of another
// algorithm than the upload's, or none where the object's is made of them.
func (u *upload) checkPartAlgorithm(given algorithm) error {
	if u.Algorithm == "" || given == u.Algorithm || given == "" && u.Type == typeFullObject {
		return nil
	}
	actual := given.lower()
	if given == "" {
		actual = "null"
	}
	return invalidRequest("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
		u.Algorithm.lower(), actual)
}

func parseUploadPart(in *s3api.UploadPartRequest) (claimed, error) {
	if err := checkPartNumber(in.PartNumber); err != nil {
		return claimed{}, err
	}
	if err := checkLength(in.ContentLength); err != nil {
		return claimed{}, err
	}
	if err := refuseCustomerKeys(in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5); err != nil {
		return claimed{}, err
	}
	if err := unsupportedChecksums(in.ChecksumMD5, in.ChecksumSHA512, in.ChecksumXXHASH128, in.ChecksumXXHASH3, in.ChecksumXXHASH64); err != nil {
		return claimed{}, err
	}
	return claims(in.ContentMD5, checksumHeaders{in.ChecksumCRC32, in.ChecksumCRC32C, in.ChecksumCRC64NVME,
		in.ChecksumSHA1, in.ChecksumSHA256}, in.ChecksumAlgorithm)
}
