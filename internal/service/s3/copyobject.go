package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// CopyObject makes an object of the bytes of another, or changes what is said
// of an object by copying it to itself. Description and tags come from the
// source unless the request replaces them; the storage class never does.
func (s *Service) CopyObject(ctx context.Context, call *api.Call, in *s3api.CopyObjectRequest) (*s3api.CopyObjectOutput, error) {
	p, err := parseCopyObject(in)
	if err != nil {
		return nil, err
	}
	return retryGone(func() (*s3api.CopyObjectOutput, error) { return s.copyObject(ctx, call, in, p) })
}

type copyPlan struct {
	source                       copySource
	description                  description // as the request has it
	replaceMetadata, replaceTags bool
	condition                    writeCondition
	algorithm                    algorithm // "" for the one of the source
}

func parseCopyObject(in *s3api.CopyObjectRequest) (p *copyPlan, err error) {
	p = &copyPlan{replaceMetadata: in.MetadataDirective == "REPLACE", replaceTags: in.TaggingDirective == "REPLACE"}
	switch {
	case in.MetadataDirective != "" && in.MetadataDirective != "COPY" && !p.replaceMetadata:
		return nil, invalidArgument("x-amz-metadata-directive", in.MetadataDirective, "Unknown metadata directive.")
	case in.TaggingDirective != "" && in.TaggingDirective != "COPY" && !p.replaceTags:
		return nil, invalidArgument("x-amz-tagging-directive", in.TaggingDirective, "Unknown tagging directive.")
	case in.BucketKeyEnabled != nil && *in.BucketKeyEnabled:
		return nil, awserr.Unsupported("S3 Bucket Keys")
	}
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	if err := refuseCustomerKeys(in.CopySourceSSECustomerAlgorithm, in.CopySourceSSECustomerKey, in.CopySourceSSECustomerKeyMD5); err != nil {
		return nil, err
	}
	if p.source, err = parseCopySource(in.CopySource); err != nil {
		return nil, err
	}
	p.source.expectedOwner = in.ExpectedSourceBucketOwner
	p.source.conditions(in.CopySourceIfMatch, in.CopySourceIfNoneMatch, in.CopySourceIfModifiedSince, in.CopySourceIfUnmodifiedSince)
	if p.algorithm, err = parseAlgorithm(in.ChecksumAlgorithm); err != nil {
		return nil, err
	}
	if p.description, err = copyOptions(in, p).describe(); err != nil {
		return nil, err
	}
	p.condition, err = parseWriteCondition(in.IfMatch, in.IfNoneMatch)
	return p, err
}

func (s *Service) copyObject(ctx context.Context, call *api.Call, in *s3api.CopyObjectRequest, p *copyPlan) (*s3api.CopyObjectOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	from, source, err := s.findSource(ctx, call, p.source)
	if err != nil {
		return nil, err
	}
	if from.Name == b.Name && p.source.key == in.Key && !changesAnything(in) {
		return nil, invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing " +
			"the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	d := p.describe(source)
	if err := s.mayWrite(ctx, call, b, in.Key, d, p.condition); err != nil {
		return nil, err
	}
	if len(source.Tags) > 0 && !p.replaceTags {
		if err := s.mayObject(ctx, call, from, "s3:GetObjectTagging", p.source.key); err != nil {
			return nil, err
		}
	}
	a := p.algorithm
	if a == "" {
		a = source.Checksum.Algorithm
	}
	k, err := s.keepCopy(ctx, source, 0, source.Size, claimed{also: a})
	if err != nil {
		return nil, err
	}
	k.given = a
	o := k.object(d)
	o.Modified = s.clock.Now()
	if err := s.putObject(ctx, b, in.Key, o, p.condition); err != nil {
		return nil, err
	}
	out := &s3api.CopyObjectResult{ETag: o.quotedETag(), LastModified: new(second(o.Modified)), ChecksumType: o.Checksum.Type}
	out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256 = o.Checksum.fields()
	return &s3api.CopyObjectOutput{CopyObjectResult: out, ServerSideEncryption: o.Encryption}, nil
}

// changesAnything reports whether a copy of an object to itself has a purpose.
func changesAnything(in *s3api.CopyObjectRequest) bool {
	return in.MetadataDirective == "REPLACE" || in.StorageClass != "" || in.WebsiteRedirectLocation != nil || in.ServerSideEncryption != ""
}

// describe makes the description of the copy.
func (p *copyPlan) describe(source *object) description {
	d := p.description
	if !p.replaceMetadata {
		d = source.description
		d.StorageClass = p.description.StorageClass
		d.WebsiteRedirectLocation = p.description.WebsiteRedirectLocation
		d.Encryption = p.description.Encryption
	}
	d.Tags = p.description.Tags
	if !p.replaceTags {
		d.Tags = source.Tags
	}
	return d
}

// copyOptions leaves out what the directives say is the source's.
func copyOptions(in *s3api.CopyObjectRequest, p *copyPlan) options {
	o := options{
		websiteRedirectLocation: in.WebsiteRedirectLocation,
		storageClass:            in.StorageClass, encryption: in.ServerSideEncryption,
		acl: in.ACL, grants: []*string{in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWriteACP},
		kmsKey: in.SSEKMSKeyId, kmsContext: in.SSEKMSEncryptionContext,
		customerAlgorithm: in.SSECustomerAlgorithm, customerKey: in.SSECustomerKey, customerMD5: in.SSECustomerKeyMD5,
		lockMode: in.ObjectLockMode, legalHold: in.ObjectLockLegalHoldStatus, retainUntil: in.ObjectLockRetainUntilDate,
	}
	if p.replaceTags {
		o.tagging = in.Tagging
	}
	if p.replaceMetadata {
		o.contentType, o.contentEncoding, o.contentDisposition = in.ContentType, in.ContentEncoding, in.ContentDisposition
		o.contentLanguage, o.cacheControl, o.expires = in.ContentLanguage, in.CacheControl, in.Expires
		o.metadata = in.Metadata
	}
	return o
}
