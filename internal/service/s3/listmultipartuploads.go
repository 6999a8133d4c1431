package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// ListMultipartUploads lists the uploads in progress in a bucket, by key, and
// those of one key from the oldest on.
func (s *Service) ListMultipartUploads(ctx context.Context, call *api.Call, in *s3api.ListMultipartUploadsRequest) (*s3api.ListMultipartUploadsOutput, error) {
	limit, err := pageSize(in.MaxUploads, "max-uploads")
	if err != nil {
		return nil, err
	}
	encoding, err := parseEncoding(in.EncodingType)
	if err != nil {
		return nil, err
	}
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:ListBucketMultipartUploads", api.Given("s3:prefix", value(in.Prefix)))
	if err != nil {
		return nil, err
	}
	l := listing{base: uploadsOf(b.Name), prefix: value(in.Prefix), delimiter: value(in.Delimiter), limit: limit}
	l.startAfter(value(in.KeyMarker))
	if marker := value(in.KeyMarker); marker != "" && value(in.UploadIdMarker) != "" {
		if _, rolledUp := l.commonPrefix(marker); !rolledUp {
			l.start = following(uploadKey(b.Name, marker, *in.UploadIdMarker))
		}
	}
	var out *s3api.ListMultipartUploadsOutput
	err = s.store.View(ctx, func(r kv.Reader) (err error) {
		out, err = b.readUploads(r, &l, encoding)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Bucket = &b.Name
	out.EncodingType = in.EncodingType
	out.MaxUploads = new(int64(limit))
	out.Prefix = encoding.given(in.Prefix)
	out.Delimiter = encoding.given(in.Delimiter)
	out.KeyMarker = encoding.text(value(in.KeyMarker))
	out.UploadIdMarker = new(value(in.UploadIdMarker))
	return out, nil
}

// readUploads reads a page.
func (b *bucket) readUploads(r kv.Reader, l *listing, encoding keyEncoding) (*s3api.ListMultipartUploadsOutput, error) {
	out := &s3api.ListMultipartUploadsOutput{NextKeyMarker: new(""), NextUploadIdMarker: new("")}
	common, last, truncated, err := l.read(r, func(key string, pair kv.Pair) error {
		u, err := decode[upload](pair.Value)
		if err != nil {
			return err
		}
		out.Uploads = append(out.Uploads, u.listed(b, encoding))
		out.NextKeyMarker, out.NextUploadIdMarker = encoding.text(key), &u.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	if n := len(common); truncated && n > 0 && common[n-1] == last {
		out.NextKeyMarker, out.NextUploadIdMarker = encoding.text(last), new("")
	}
	out.CommonPrefixes = encoding.prefixes(common)
	out.IsTruncated = &truncated
	return out, nil
}

// listed is the upload as a listing shows it.
func (u *upload) listed(b *bucket, encoding keyEncoding) s3api.MultipartUpload {
	return s3api.MultipartUpload{
		Key:               encoding.text(u.Key),
		UploadId:          &u.ID,
		Initiated:         new(second(u.Initiated)),
		Initiator:         &u.Initiator,
		Owner:             b.owner(),
		StorageClass:      u.StorageClass,
		ChecksumAlgorithm: string(u.Algorithm),
		ChecksumType:      u.Type,
	}
}
