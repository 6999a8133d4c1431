package s3

import (
	"context"
	"encoding/hex"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// PutObject stores an object, whole, in the place of the one that may be
// there. The body becomes a blob while it arrives; the object changes when all
// of it is durable and found right.
func (s *Service) PutObject(ctx context.Context, call *api.Call, in *s3api.PutObjectRequest) (*s3api.PutObjectOutput, error) {
	p, err := parsePutObject(in)
	if err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := s.mayWrite(ctx, call, b, in.Key, p.description, p.condition); err != nil {
		return nil, err
	}
	k, err := s.keep(ctx, in.Body, p.claimed)
	if err != nil {
		return nil, err
	}
	o := k.object(p.description)
	o.Modified = s.clock.Now()
	if err := s.putObject(ctx, b, in.Key, o, p.condition); err != nil {
		return nil, err
	}
	out := &s3api.PutObjectOutput{
		ETag:                 o.quotedETag(),
		ChecksumType:         o.Checksum.Type,
		ServerSideEncryption: o.Encryption,
	}
	out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256 = o.Checksum.fields()
	return out, nil
}

// object makes the object that the body is. Its checksum is the one that the
// client gave, or else S3's own.
func (k *kept) object(d description) *object {
	a := k.given
	if a == "" {
		a = defaultAlgorithm
	}
	return &object{
		Version:     objectVersion,
		ETag:        hex.EncodeToString(k.md5),
		Size:        k.size,
		Checksum:    fullObject(a, k.sums[a]),
		Blob:        k.blob,
		description: d,
	}
}

// mayWrite asks whether the caller may write an object as described.
func (s *Service) mayWrite(ctx context.Context, call *api.Call, b *bucket, key string, d description, cond writeCondition) error {
	err := s.mayObject(ctx, call, b, "s3:PutObject", key, api.Given("s3:x-amz-storage-class", d.StorageClass))
	if err == nil && len(d.Tags) > 0 {
		err = s.mayObject(ctx, call, b, "s3:PutObjectTagging", key, tagFacts(d.Tags)...)
	}
	if err == nil && cond.ifMatch != nil {
		err = s.mayObject(ctx, call, b, "s3:GetObject", key) // the answer tells the object's ETag
	}
	return err
}

func tagFacts(tags []s3api.Tag) []api.Fact {
	var facts []api.Fact
	for _, t := range tags {
		facts = append(facts, api.Given("s3:RequestObjectTag/"+t.Key, t.Value))
	}
	return facts
}

type putObjectPlan struct {
	description description
	condition   writeCondition
	claimed     claimed
}

func parsePutObject(in *s3api.PutObjectRequest) (p putObjectPlan, err error) {
	if err = checkKey(in.Key); err != nil {
		return p, err
	}
	if err = checkLength(in.ContentLength); err != nil {
		return p, err
	}
	if in.WriteOffsetBytes != nil {
		return p, headerNotImplemented("x-amz-write-offset-bytes")
	}
	if in.BucketKeyEnabled != nil && *in.BucketKeyEnabled {
		return p, awserr.Unsupported("S3 Bucket Keys")
	}
	if err = unsupportedChecksums(in.ChecksumMD5, in.ChecksumSHA512, in.ChecksumXXHASH128, in.ChecksumXXHASH3, in.ChecksumXXHASH64); err != nil {
		return p, err
	}
	if p.description, err = putObjectOptions(in).describe(); err != nil {
		return p, err
	}
	if p.condition, err = parseWriteCondition(in.IfMatch, in.IfNoneMatch); err != nil {
		return p, err
	}
	p.claimed, err = claims(in.ContentMD5, checksumHeaders{in.ChecksumCRC32, in.ChecksumCRC32C, in.ChecksumCRC64NVME,
		in.ChecksumSHA1, in.ChecksumSHA256}, in.ChecksumAlgorithm)
	if p.claimed.sum == nil {
		p.claimed.also = defaultAlgorithm
	}
	return p, err
}

// checkLength refuses a body whose length is not told, or too large.
func checkLength(length *int64) error {
	switch {
	case length == nil:
		return missingContentLength()
	case *length > maxBlobBytes:
		return entityTooLarge(*length, maxBlobBytes)
	}
	return nil
}

func putObjectOptions(in *s3api.PutObjectRequest) options {
	return options{
		contentType: in.ContentType, contentEncoding: in.ContentEncoding, contentDisposition: in.ContentDisposition,
		contentLanguage: in.ContentLanguage, cacheControl: in.CacheControl, expires: in.Expires,
		websiteRedirectLocation: in.WebsiteRedirectLocation, tagging: in.Tagging, metadata: in.Metadata,
		storageClass: in.StorageClass, encryption: in.ServerSideEncryption,
		acl: in.ACL, grants: []*string{in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWriteACP},
		kmsKey: in.SSEKMSKeyId, kmsContext: in.SSEKMSEncryptionContext,
		customerAlgorithm: in.SSECustomerAlgorithm, customerKey: in.SSECustomerKey, customerMD5: in.SSECustomerKeyMD5,
		lockMode: in.ObjectLockMode, legalHold: in.ObjectLockLegalHoldStatus, retainUntil: in.ObjectLockRetainUntilDate,
	}
}
