package s3

import (
	"context"
	"encoding/base64"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// ListParts lists the parts of an upload that are there, a page at a time.
func (s *Service) ListParts(ctx context.Context, call *api.Call, in *s3api.ListPartsRequest) (*s3api.ListPartsOutput, error) {
	limit, err := pageSize(in.MaxParts, "max-parts")
	if err != nil {
		return nil, err
	}
	marker, err := partMarker(in.PartNumberMarker)
	if err != nil {
		return nil, err
	}
	if err := refuseCustomerKeys(in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5); err != nil {
		return nil, err
	}
	b, u, err := s.enterUpload(ctx, call, in.Bucket, in.ExpectedBucketOwner, in.Key, in.UploadId, "s3:ListMultipartUploadParts")
	if err != nil {
		return nil, err
	}
	page, err := s.partPage(ctx, u.ID, marker, limit)
	if err != nil {
		return nil, err
	}
	out := &s3api.ListPartsOutput{
		Bucket: &b.Name, Key: &u.Key, UploadId: &u.ID,
		ChecksumAlgorithm: string(u.Algorithm), ChecksumType: u.Type,
		Initiator: &u.Initiator, Owner: b.owner(), StorageClass: u.StorageClass,
		PartNumberMarker: &marker, MaxParts: new(int64(limit)),
		NextPartNumberMarker: new(page.last()), IsTruncated: &page.truncated,
	}
	for _, p := range page.parts {
		shown := s3api.Part{
			PartNumber: new(int64(p.number)), ETag: new(quote(p.ETag)), Size: &p.Size, LastModified: new(second(p.Modified)),
		}
		shown.ChecksumCRC32, shown.ChecksumCRC32C, shown.ChecksumCRC64NVME, shown.ChecksumSHA1, shown.ChecksumSHA256 =
			checksumFields(u.Algorithm, base64.StdEncoding.EncodeToString(p.Sum))
		out.Parts = append(out.Parts, shown)
	}
	return out, nil
}

// partPage is a page of the parts of an upload or of an object.
type partPage struct {
	parts     []numbered
	truncated bool
}

// last is the number of the last part of the page, or zero.
func (p *partPage) last() int64 {
	if len(p.parts) == 0 {
		return 0
	}
	return int64(p.parts[len(p.parts)-1].number)
}

// partPage reads up to limit parts with numbers above marker.
func (s *Service) partPage(ctx context.Context, upload string, marker int64, limit int) (page *partPage, err error) {
	base := partsOf(upload)
	from := kv.Range{Start: partKey(upload, int(marker)+1), End: kv.PrefixEnd(base)}
	err = s.store.View(ctx, func(r kv.Reader) error {
		page = &partPage{}
		if limit == 0 {
			return nil
		}
		for pair, err := range r.Scan(from) {
			if err != nil {
				return err
			}
			if len(page.parts) == limit {
				page.truncated = true
				return nil
			}
			p, err := decode[part](pair.Value)
			if err != nil {
				return err
			}
			number, err := partNumber(pair.Key, base)
			if err != nil {
				return err
			}
			page.parts = append(page.parts, numbered{*p, number})
		}
		return nil
	})
	return page, err
}

func partMarker(given *int64) (int64, error) {
	switch {
	case given == nil:
		return 0, nil
	case *given < 0:
		return 0, invalidArgument("part-number-marker", formatInt(*given),
			"Argument part-number-marker must be an integer between 0 and 2147483647")
	}
	return *given, nil
}
