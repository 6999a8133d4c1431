package app

import (
	"context"
	"io"
	"strings"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/service/dynamodb"
)

// tableObjects is S3 as DynamoDB sees it: its operation table, called as the
// one who asked for the export or the import.
type tableObjects struct{ s3 *api.Service }

// List implements dynamodb.Objects.
func (o tableObjects) List(ctx context.Context, call *api.Call, bucket, prefix, after string) ([]dynamodb.Object, bool, error) {
	in := &s3api.ListObjectsV2Request{Bucket: bucket, Prefix: &prefix}
	if after != "" {
		in.StartAfter = &after
	}
	out, err := o.s3.Operations["ListObjectsV2"].Do(ctx, call, in)
	if err != nil {
		return nil, false, err
	}
	listed := out.(*s3api.ListObjectsV2Output)
	var objects []dynamodb.Object
	for _, object := range listed.Contents {
		objects = append(objects, dynamodb.Object{Key: *object.Key, Size: *object.Size})
	}
	return objects, listed.IsTruncated != nil && *listed.IsTruncated, nil
}

// Open implements dynamodb.Objects.
func (o tableObjects) Open(ctx context.Context, call *api.Call, bucket, key string) (io.ReadCloser, error) {
	out, err := o.s3.Operations["GetObject"].Do(ctx, call, &s3api.GetObjectRequest{Bucket: bucket, Key: key})
	if err != nil {
		return nil, err
	}
	return out.(*s3api.GetObjectOutput).Body, nil
}

// Put implements dynamodb.Objects.
func (o tableObjects) Put(ctx context.Context, call *api.Call, bucket, key string, body io.ReadSeeker, size int64) (etag string, err error) {
	in := &s3api.PutObjectRequest{Bucket: bucket, Key: key, Body: io.NopCloser(body), ContentLength: &size}
	out, err := o.s3.Operations["PutObject"].Do(ctx, call, in)
	if err != nil {
		return "", err
	}
	return strings.Trim(*out.(*s3api.PutObjectOutput).ETag, `"`), nil
}
