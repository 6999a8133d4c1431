package s3

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateMultipartUpload begins an upload. What is said of the object is said
// here; the parts bring its bytes.
func (s *Service) CreateMultipartUpload(ctx context.Context, call *api.Call, in *s3api.CreateMultipartUploadRequest) (*s3api.CreateMultipartUploadOutput, error) {
	u, err := s.parseUpload(call, in)
	if err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := s.mayWrite(ctx, call, b, in.Key, u.description, writeCondition{}); err != nil {
		return nil, err
	}
	where := uploadKey(u.Bucket, u.Key, u.ID)
	claims := kv.Claims{Write: [][]byte{where}, Read: [][]byte{bucketKey(u.Bucket)}}
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := loadBucket(tx, u.Bucket); err != nil {
			return err
		}
		if u.Replaces, err = exists(tx, objectKey(u.Bucket, u.Key)); err != nil {
			return err
		}
		return save(tx, where, u)
	})
	if err != nil {
		return nil, err
	}
	return &s3api.CreateMultipartUploadOutput{
		Bucket:               &u.Bucket,
		Key:                  &u.Key,
		UploadId:             &u.ID,
		ChecksumAlgorithm:    string(u.Algorithm),
		ChecksumType:         u.Type,
		ServerSideEncryption: u.Encryption,
	}, nil
}

func (s *Service) parseUpload(call *api.Call, in *s3api.CreateMultipartUploadRequest) (u *upload, err error) {
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	if in.BucketKeyEnabled != nil && *in.BucketKeyEnabled {
		return nil, awserr.Unsupported("S3 Bucket Keys")
	}
	u = &upload{
		Version:   uploadVersion,
		ID:        s.newID(),
		Bucket:    in.Bucket,
		Key:       in.Key,
		Initiated: s.clock.Now(),
		Initiator: initiator(call.Principal),
	}
	if u.Algorithm, u.Type, err = chooseChecksum(in.ChecksumAlgorithm, in.ChecksumType); err != nil {
		return nil, err
	}
	u.description, err = uploadOptions(in).describe()
	return u, err
}

// chooseChecksum finds how the checksum of an upload's object is made.
func chooseChecksum(algorithmText, kind string) (algorithm, string, error) {
	a, err := parseAlgorithm(algorithmText)
	switch {
	case err != nil:
		return "", "", err
	case a == "" && kind != "":
		return "", "", invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
	case a == "":
		return "", "", nil
	case kind == "" && a == algorithmCRC64NVME:
		return a, typeFullObject, nil
	case kind == "":
		return a, typeComposite, nil
	case kind != typeComposite && kind != typeFullObject:
		return "", "", invalidRequest("Value for x-amz-checksum-type header is invalid.")
	}
	byParts := []algorithm{algorithmCRC32, algorithmCRC32C, algorithmSHA1, algorithmSHA256}
	if kind == typeComposite && !slices.Contains(byParts, a) || kind == typeFullObject && !a.combines() {
		return "", "", invalidRequest("The %s checksum type cannot be used with the %s checksum algorithm.", kind, a.lower())
	}
	return a, kind, nil
}

// initiator is the caller as uploads remember him: the root of an account by
// its canonical name, others by their ARN.
func initiator(p api.Principal) s3api.Initiator {
	if p.Type == api.PrincipalAccount {
		return s3api.Initiator{ID: new(canonicalUser(p.Account))}
	}
	name := p.ARN[strings.LastIndex(p.ARN, "/")+1:]
	return s3api.Initiator{ID: &p.ARN, DisplayName: &name}
}

func uploadOptions(in *s3api.CreateMultipartUploadRequest) options {
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
