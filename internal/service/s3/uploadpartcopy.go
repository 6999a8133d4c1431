package s3

import (
	"context"
	"encoding/base64"
	"strings"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// UploadPartCopy makes a part of an upload of the bytes of an object, all or a
// range of them.
func (s *Service) UploadPartCopy(ctx context.Context, call *api.Call, in *s3api.UploadPartCopyRequest) (*s3api.UploadPartCopyOutput, error) {
	if err := checkPartNumber(in.PartNumber); err != nil {
		return nil, err
	}
	if err := refuseCustomerKeys(in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5,
		in.CopySourceSSECustomerAlgorithm, in.CopySourceSSECustomerKey, in.CopySourceSSECustomerKeyMD5); err != nil {
		return nil, err
	}
	source, err := parseCopySource(in.CopySource)
	if err != nil {
		return nil, err
	}
	source.expectedOwner = in.ExpectedSourceBucketOwner
	source.conditions(in.CopySourceIfMatch, in.CopySourceIfNoneMatch, in.CopySourceIfModifiedSince, in.CopySourceIfUnmodifiedSince)
	return retryGone(func() (*s3api.UploadPartCopyOutput, error) { return s.uploadPartCopy(ctx, call, in, source) })
}

func (s *Service) uploadPartCopy(ctx context.Context, call *api.Call, in *s3api.UploadPartCopyRequest, source copySource) (*s3api.UploadPartCopyOutput, error) {
	_, u, err := s.enterUpload(ctx, call, in.Bucket, in.ExpectedBucketOwner, in.Key, in.UploadId, "s3:PutObject")
	if err != nil {
		return nil, err
	}
	_, o, err := s.findSource(ctx, call, source)
	if err != nil {
		return nil, err
	}
	r := byteRange{0, o.Size - 1}
	if in.CopySourceRange != nil {
		if r, err = parseCopyRange(*in.CopySourceRange, o.Size); err != nil {
			return nil, err
		}
	}
	k, err := s.keepCopy(ctx, o, r.first, r.length(), claimed{also: u.algorithm()})
	if err != nil {
		return nil, err
	}
	p, err := s.putPart(ctx, u, int(in.PartNumber), k)
	if err != nil {
		return nil, err
	}
	out := &s3api.CopyPartResult{ETag: new(quote(p.ETag)), LastModified: new(second(p.Modified))}
	out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256 =
		checksumFields(u.Algorithm, base64.StdEncoding.EncodeToString(p.Sum))
	return &s3api.UploadPartCopyOutput{CopyPartResult: out, ServerSideEncryption: u.Encryption}, nil
}

// parseCopyRange reads x-amz-copy-source-range, which is stricter than Range:
// it names both ends, and the source has them.
func parseCopyRange(text string, size int64) (r byteRange, err error) {
	const name = "x-amz-copy-source-range"
	spec, isBytes := strings.CutPrefix(text, "bytes=")
	from, to, _ := strings.Cut(spec, "-")
	first, hasFirst := parseOffset(from)
	last, hasLast := parseOffset(to)
	switch {
	case !isBytes || !hasFirst || !hasLast || last < first:
		return r, invalidArgument(name, text, "The x-amz-copy-source-range value must be of the form bytes=first-last "+
			"where first and last are the zero-based offsets of the first and last bytes to copy")
	case first >= size:
		return r, invalidRequest("The specified copy range is invalid for the source object size")
	case last >= size:
		return r, invalidArgument(name, text, "Range specified is not valid for source object of size: "+formatInt(size))
	}
	return byteRange{first, last}, nil
}
