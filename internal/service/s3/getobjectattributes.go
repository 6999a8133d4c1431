package s3

import (
	"context"
	"encoding/base64"
	"slices"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetObjectAttributes tells those attributes of an object that the caller
// lists. Of parts it tells more than their number only if each has a checksum
// of its own.
func (s *Service) GetObjectAttributes(ctx context.Context, call *api.Call, in *s3api.GetObjectAttributesRequest) (*s3api.GetObjectAttributesOutput, error) {
	limit, marker, err := parseGetObjectAttributes(in)
	if err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	return retryGone(func() (*s3api.GetObjectAttributesOutput, error) {
		o, err := s.findObject(ctx, call, b, "s3:GetObject", in.Key)
		if err != nil {
			return nil, err
		}
		return s.attributes(ctx, o, in.ObjectAttributes, marker, limit)
	})
}

func parseGetObjectAttributes(in *s3api.GetObjectAttributesRequest) (limit int, marker int64, err error) {
	if err = checkVersion(in.VersionId); err != nil {
		return 0, 0, err
	}
	if err = refuseCustomerKeys(in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5); err != nil {
		return 0, 0, err
	}
	for _, name := range in.ObjectAttributes {
		if !slices.Contains(enumeration("ObjectAttributes"), name) {
			return 0, 0, invalidArgument("x-amz-object-attributes", name, "Invalid attribute name specified.")
		}
	}
	if len(in.ObjectAttributes) == 0 {
		return 0, 0, invalidRequest("The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty")
	}
	if limit, err = pageSize(in.MaxParts, "max-parts"); err != nil {
		return 0, 0, err
	}
	marker, err = partMarker(in.PartNumberMarker)
	return limit, marker, err
}

func (s *Service) attributes(ctx context.Context, o *object, names []string, marker int64, limit int) (*s3api.GetObjectAttributesOutput, error) {
	out := &s3api.GetObjectAttributesOutput{LastModified: new(second(o.Modified))}
	for _, name := range names {
		switch name {
		case "ETag":
			out.ETag = &o.ETag // without quotes, as nowhere else
		case "ObjectSize":
			out.ObjectSize = &o.Size
		case "StorageClass":
			out.StorageClass = o.StorageClass
		case "Checksum":
			c := &s3api.Checksum{ChecksumType: o.Checksum.Type}
			c.ChecksumCRC32, c.ChecksumCRC32C, c.ChecksumCRC64NVME, c.ChecksumSHA1, c.ChecksumSHA256 =
				checksumFields(o.Checksum.Algorithm, o.Checksum.Value)
			out.Checksum = c
		case "ObjectParts":
			var err error
			if out.ObjectParts, err = s.objectParts(ctx, o, marker, limit); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// objectParts tells of the parts of an object; nil if it was not uploaded in
// parts.
func (s *Service) objectParts(ctx context.Context, o *object, marker int64, limit int) (*s3api.GetObjectAttributesParts, error) {
	if o.Upload == "" {
		return nil, nil
	}
	out := &s3api.GetObjectAttributesParts{TotalPartsCount: new(int64(o.Parts))}
	if o.Checksum.Type != typeComposite {
		return out, nil
	}
	page, err := s.partPage(ctx, o.Upload, marker, limit)
	if err != nil {
		return nil, err
	}
	out.PartNumberMarker, out.MaxParts = &marker, new(int64(limit))
	out.NextPartNumberMarker, out.IsTruncated = new(page.last()), &page.truncated
	for _, p := range page.parts {
		shown := s3api.ObjectPart{PartNumber: new(int64(p.number)), Size: &p.Size}
		shown.ChecksumCRC32, shown.ChecksumCRC32C, shown.ChecksumCRC64NVME, shown.ChecksumSHA1, shown.ChecksumSHA256 =
			checksumFields(o.Checksum.Algorithm, base64.StdEncoding.EncodeToString(p.Sum))
		out.Parts = append(out.Parts, shown)
	}
	return out, nil
}
