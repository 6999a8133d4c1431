package s3

import (
	"context"
	"net/http"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// DeleteBucket deletes a bucket that has no objects. Uploads in progress are
// aborted with it.
func (s *Service) DeleteBucket(ctx context.Context, call *api.Call, in *s3api.DeleteBucketRequest) (*s3api.DeleteBucketOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:DeleteBucket")
	if err != nil {
		return nil, err
	}
	for {
		upload, err := s.deleteBucket(ctx, b)
		if err != nil {
			return nil, err
		}
		if upload == nil {
			return &s3api.DeleteBucketOutput{}, nil
		}
		// Each upload has a transaction of its own, since it may have ten
		// thousand parts.
		if err := s.abortUpload(ctx, b.Name, upload.Key, upload.ID); err != nil && awserr.Code(err) != "NoSuchUpload" {
			return nil, err
		}
	}
}

// deleteBucket deletes the bucket if nothing is in it. If an upload is in
// progress, it deletes nothing and returns the upload.
func (s *Service) deleteBucket(ctx context.Context, b *bucket) (inTheWay *upload, err error) {
	key := bucketKey(b.Name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		inTheWay = nil
		if _, err := loadBucket(tx, b.Name); err != nil {
			return err
		}
		for _, err := range tx.Scan(kv.Prefix(objectsOf(b.Name))) {
			if err != nil {
				return err
			}
			return refuse(http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty").
				With(&bucketDetail{b.Name})
		}
		for pair, err := range tx.Scan(kv.Prefix(uploadsOf(b.Name))) {
			if err != nil {
				return err
			}
			inTheWay, err = decode[upload](pair.Value)
			return err
		}
		tx.Delete(key)
		return nil
	})
	return inTheWay, err
}
