package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// AbortMultipartUpload ends an upload and gives up its parts.
func (s *Service) AbortMultipartUpload(ctx context.Context, call *api.Call, in *s3api.AbortMultipartUploadRequest) (*s3api.AbortMultipartUploadOutput, error) {
	if in.IfMatchInitiatedTime != nil {
		return nil, awserr.Unsupported("the IfMatchInitiatedTime parameter of AbortMultipartUpload")
	}
	b, _, err := s.enterUpload(ctx, call, in.Bucket, in.ExpectedBucketOwner, in.Key, in.UploadId, "s3:AbortMultipartUpload")
	if err != nil {
		return nil, err
	}
	if err := s.abortUpload(ctx, b.Name, in.Key, in.UploadId); err != nil {
		return nil, err
	}
	return &s3api.AbortMultipartUploadOutput{}, nil
}

func (s *Service) abortUpload(ctx context.Context, bucket, key, id string) error {
	where := uploadKey(bucket, key, id)
	garbage := s.newID()
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{where}}, func(tx kv.Tx) error {
		if _, err := loadUpload(tx, bucket, key, id); err != nil {
			return err
		}
		tx.Delete(where)
		return discardParts(tx, garbage, id)
	})
	s.wakeCollector()
	return err
}
