package s3

import (
	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// API is the table of operations.
func (s *Service) API() *api.Service {
	return s3api.Handlers{
		AbortMultipartUpload:               s.AbortMultipartUpload,
		CompleteMultipartUpload:            s.CompleteMultipartUpload,
		CopyObject:                         s.CopyObject,
		CreateBucket:                       s.CreateBucket,
		CreateMultipartUpload:              s.CreateMultipartUpload,
		DeleteBucket:                       s.DeleteBucket,
		DeleteBucketPolicy:                 s.DeleteBucketPolicy,
		DeleteBucketTagging:                s.DeleteBucketTagging,
		DeleteObject:                       s.DeleteObject,
		DeleteObjectTagging:                s.DeleteObjectTagging,
		DeleteObjects:                      s.DeleteObjects,
		DeletePublicAccessBlock:            s.DeletePublicAccessBlock,
		GetBucketAccelerateConfiguration:   s.GetBucketAccelerateConfiguration,
		GetBucketAcl:                       s.GetBucketAcl,
		GetBucketCors:                      s.GetBucketCors,
		GetBucketEncryption:                s.GetBucketEncryption,
		GetBucketLifecycleConfiguration:    s.GetBucketLifecycleConfiguration,
		GetBucketLocation:                  s.GetBucketLocation,
		GetBucketLogging:                   s.GetBucketLogging,
		GetBucketNotificationConfiguration: s.GetBucketNotificationConfiguration,
		GetBucketOwnershipControls:         s.GetBucketOwnershipControls,
		GetBucketPolicy:                    s.GetBucketPolicy,
		GetBucketPolicyStatus:              s.GetBucketPolicyStatus,
		GetBucketReplication:               s.GetBucketReplication,
		GetBucketRequestPayment:            s.GetBucketRequestPayment,
		GetBucketTagging:                   s.GetBucketTagging,
		GetBucketVersioning:                s.GetBucketVersioning,
		GetBucketWebsite:                   s.GetBucketWebsite,
		GetObject:                          s.GetObject,
		GetObjectAcl:                       s.GetObjectAcl,
		GetObjectAttributes:                s.GetObjectAttributes,
		GetObjectLockConfiguration:         s.GetObjectLockConfiguration,
		GetObjectTagging:                   s.GetObjectTagging,
		GetPublicAccessBlock:               s.GetPublicAccessBlock,
		HeadBucket:                         s.HeadBucket,
		HeadObject:                         s.HeadObject,
		ListBuckets:                        s.ListBuckets,
		ListMultipartUploads:               s.ListMultipartUploads,
		ListObjectVersions:                 s.ListObjectVersions,
		ListObjects:                        s.ListObjects,
		ListObjectsV2:                      s.ListObjectsV2,
		ListParts:                          s.ListParts,
		PutBucketAcl:                       s.PutBucketAcl,
		PutBucketPolicy:                    s.PutBucketPolicy,
		PutBucketTagging:                   s.PutBucketTagging,
		PutObject:                          s.PutObject,
		PutObjectAcl:                       s.PutObjectAcl,
		PutObjectTagging:                   s.PutObjectTagging,
		PutPublicAccessBlock:               s.PutPublicAccessBlock,
		UploadPart:                         s.UploadPart,
		UploadPartCopy:                     s.UploadPartCopy,
	}.Service()
}
