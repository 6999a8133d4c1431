package s3

import (
	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// API is the table of operations.
func (s *Service) API() *api.Service {
	return s3api.Handlers{
		AbortMultipartUpload:    s.AbortMultipartUpload,
		CompleteMultipartUpload: s.CompleteMultipartUpload,
		CopyObject:              s.CopyObject,
		CreateBucket:            s.CreateBucket,
		CreateMultipartUpload:   s.CreateMultipartUpload,
		DeleteBucket:            s.DeleteBucket,
		DeleteObject:            s.DeleteObject,
		DeleteObjects:           s.DeleteObjects,
		GetBucketLocation:       s.GetBucketLocation,
		GetObject:               s.GetObject,
		HeadBucket:              s.HeadBucket,
		HeadObject:              s.HeadObject,
		ListBuckets:             s.ListBuckets,
		ListMultipartUploads:    s.ListMultipartUploads,
		ListObjects:             s.ListObjects,
		ListObjectsV2:           s.ListObjectsV2,
		ListParts:               s.ListParts,
		PutObject:               s.PutObject,
		UploadPart:              s.UploadPart,
		UploadPartCopy:          s.UploadPartCopy,
	}.Service()
}
