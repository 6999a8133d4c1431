package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// HeadObject tells what GetObject would, without the body.
func (s *Service) HeadObject(ctx context.Context, call *api.Call, in *s3api.HeadObjectRequest) (*s3api.HeadObjectOutput, error) {
	get := s3api.GetObjectRequest(*in)
	p, err := retryGone(func() (*readPlan, error) { return s.planRead(ctx, call, &get) })
	if err != nil {
		return nil, err
	}
	out := p.output(&get, nil)
	return &s3api.HeadObjectOutput{
		AcceptRanges:            out.AcceptRanges,
		CacheControl:            out.CacheControl,
		ChecksumCRC32:           out.ChecksumCRC32,
		ChecksumCRC32C:          out.ChecksumCRC32C,
		ChecksumCRC64NVME:       out.ChecksumCRC64NVME,
		ChecksumSHA1:            out.ChecksumSHA1,
		ChecksumSHA256:          out.ChecksumSHA256,
		ChecksumType:            out.ChecksumType,
		ContentDisposition:      out.ContentDisposition,
		ContentEncoding:         out.ContentEncoding,
		ContentLanguage:         out.ContentLanguage,
		ContentLength:           out.ContentLength,
		ContentRange:            out.ContentRange,
		ContentType:             out.ContentType,
		ETag:                    out.ETag,
		Expires:                 out.Expires,
		LastModified:            out.LastModified,
		Metadata:                out.Metadata,
		PartsCount:              out.PartsCount,
		ServerSideEncryption:    out.ServerSideEncryption,
		StorageClass:            out.StorageClass,
		TagCount:                out.TagCount,
		WebsiteRedirectLocation: out.WebsiteRedirectLocation,
	}, nil
}
