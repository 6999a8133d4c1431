package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// ListObjectVersions lists a page of the versions of objects. Buckets have no
// versioning here, so each object has the one version "null".
func (s *Service) ListObjectVersions(ctx context.Context, call *api.Call, in *s3api.ListObjectVersionsRequest) (*s3api.ListObjectVersionsOutput, error) {
	p, err := parseListObjects(in.MaxKeys, in.EncodingType)
	if err != nil {
		return nil, err
	}
	if value(in.VersionIdMarker) != "" && value(in.KeyMarker) == "" {
		return nil, invalidArgument("version-id-marker", *in.VersionIdMarker, "A version-id marker cannot be specified without a key marker.")
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	p.owner = b.owner()
	p.action = "s3:ListBucketVersions"
	p.prefix, p.delimiter, p.after = value(in.Prefix), value(in.Delimiter), value(in.KeyMarker)
	if err := s.listObjects(ctx, call, b, p); err != nil {
		return nil, err
	}
	out := &s3api.ListObjectVersionsOutput{
		Name:            &b.Name,
		Prefix:          p.encoding.text(p.prefix),
		Delimiter:       p.encoding.given(in.Delimiter),
		EncodingType:    in.EncodingType,
		KeyMarker:       p.encoding.text(p.after),
		VersionIdMarker: new(value(in.VersionIdMarker)),
		MaxKeys:         new(int64(p.limit)),
		IsTruncated:     &p.truncated,
		CommonPrefixes:  p.common,
	}
	for _, o := range p.objects {
		out.Versions = append(out.Versions, version(o))
	}
	if p.truncated {
		out.NextKeyMarker = p.encoding.text(p.last)
		if len(p.objects) > 0 && *p.objects[len(p.objects)-1].Key == *out.NextKeyMarker {
			out.NextVersionIdMarker = new(nullVersion)
		}
	}
	return out, nil
}

func version(o s3api.Object) s3api.ObjectVersion {
	return s3api.ObjectVersion{
		Key:               o.Key,
		VersionId:         new(nullVersion),
		IsLatest:          new(true),
		ETag:              o.ETag,
		Size:              o.Size,
		LastModified:      o.LastModified,
		StorageClass:      o.StorageClass,
		ChecksumAlgorithm: o.ChecksumAlgorithm,
		ChecksumType:      o.ChecksumType,
		Owner:             o.Owner,
	}
}
