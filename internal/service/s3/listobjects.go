package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// ListObjects lists a page of the keys of a bucket, in the older form: it
// tells owners, and where the next page begins only if keys are rolled up.
func (s *Service) ListObjects(ctx context.Context, call *api.Call, in *s3api.ListObjectsRequest) (*s3api.ListObjectsOutput, error) {
	p, err := parseListObjects(in.MaxKeys, in.EncodingType)
	if err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	p.owner = b.owner()
	p.prefix, p.delimiter, p.after = value(in.Prefix), value(in.Delimiter), value(in.Marker)
	if err := s.listObjects(ctx, call, b, p); err != nil {
		return nil, err
	}
	out := &s3api.ListObjectsOutput{
		Name:           &b.Name,
		Prefix:         p.encoding.text(p.prefix),
		Delimiter:      p.encoding.given(in.Delimiter),
		EncodingType:   in.EncodingType,
		Marker:         p.encoding.text(p.after),
		MaxKeys:        new(int64(p.limit)),
		IsTruncated:    &p.truncated,
		Contents:       p.objects,
		CommonPrefixes: p.common,
	}
	if p.truncated && p.delimiter != "" {
		out.NextMarker = p.encoding.text(p.last)
	}
	return out, nil
}
